"""The keypad: whether digits open a lock, and what the lock writes down about it."""

from __future__ import annotations

from typing import Final

from tests.fakes.lockcloud.engine import Engine
from tests.fakes.lockcloud.passcodes import HOUR_MS, ONE_TIME
from tests.fakes.lockcloud.world import Entry, Passcode, Stored

PASSCODE: Final = 4
UNKNOWN_CODE, OUT_OF_WINDOW = 7, 11
"""``recordTypeFromLock``. Source: TTLock open platform, lock record types."""

_FIRST_USE_MS: Final = {ONE_TIME: 6 * HOUR_MS}


def enter(engine: Engine, *, lock: int, digits: str, at: int | None = None) -> bool:
    """Type ``digits`` at a lock when the true time is ``at`` (ms); its own clock may drift."""
    with engine.turn() as now:
        world = engine.world
        moment = (now if at is None else at) + world.drifts.get(str(lock), 0) * 1000
        code, opens = _judge(engine, lock, digits, moment)
        raw = PASSCODE if opens else UNKNOWN_CODE if code is None else OUT_OF_WINDOW
    record(
        engine,
        lock=lock,
        raw_type=raw,
        success=opens,
        username=code.name if code is not None else "",
        digits=digits,
        at=moment,
    )
    return opens


def _judge(
    engine: Engine, lock: int, digits: str, moment: int
) -> tuple[Stored | Passcode | None, bool]:
    stored = next((each for each in engine.world.stored_on(lock) if each.digits == digits), None)
    if stored is not None:
        return stored, _is_open(stored, moment)
    computed = [row for row in engine.world.rows_of(lock) if not row.is_custom]
    row = next((each for each in computed if each.digits == digits), None)
    if row is None:
        return None, False
    opens = _is_open(row, moment) and _is_used_in_time(row, moment)
    if opens and row.first_used_at is None:
        row.first_used_at = moment
    return row, opens


def _is_open(code: Stored | Passcode, moment: int) -> bool:
    return code.start <= moment and (not code.end or moment < code.end)


def _is_used_in_time(row: Passcode, moment: int) -> bool:
    """An algorithmic code unused for a day after its start is suspended by the lock."""
    if row.first_used_at is not None:
        return row.type != ONE_TIME
    return moment < row.start + _FIRST_USE_MS.get(row.type, 24 * HOUR_MS)


def record(
    engine: Engine,
    *,
    lock: int,
    record_type: int = PASSCODE,
    raw_type: int = PASSCODE,
    success: bool = True,
    username: str = "",
    digits: str = "",
    at: int | None = None,
) -> None:
    """Put a record into the lock's log, such as a mechanical key (10, raw 27)."""
    with engine.turn() as now:
        engine.world.entries.append(
            Entry(
                record_id=engine.world.number(),
                lock_id=lock,
                record_type=record_type,
                raw_type=raw_type,
                success=int(success),
                username=username,
                digits=digits,
                lock_date=now if at is None else at,
                server_date=now,
            )
        )
