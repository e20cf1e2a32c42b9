"""What a command does once it has reached the lock: memory first, the cloud's list after it."""

from __future__ import annotations

from typing import Final

from tests.fakes.lockcloud.answers import DONE, Answer, Refused
from tests.fakes.lockcloud.envelope import Doorman
from tests.fakes.lockcloud.world import ADD_FAILED, Effect, Passcode, Stored

ADDING_MS: Final = 2_000
"""How long a phantom add is listed as being added, unless its fault says otherwise."""


def apply_effect(doorman: Doorman, effect: Effect, *, now: int, lock_obeys: bool = True) -> Answer:
    """Carry out ``effect``; unless ``lock_obeys``, only in the cloud's list. Raises Refused."""
    if effect.do == "battery":
        return {"electricQuantity": 84}
    if effect.do == "clock":
        drift = doorman.world.drifts.get(str(effect.lock_id), 0)
        return {"date": now + drift * 1000}
    if effect.do == "add":
        return _add(doorman, effect, now=now)
    rows = doorman.world.rows_of(effect.lock_id)
    row = next((row for row in rows if row.passcode_id == effect.passcode_id), None)
    if row is None:
        raise Refused(-2009)
    if effect.do == "delete":
        return _delete(doorman, row)
    return _change(doorman, row, effect, lock_obeys=lock_obeys)


def phantom(doorman: Doorman, effect: Effect, *, now: int, seconds: float) -> Answer:
    """Answer success without the lock. Raises Refused as the real thing would."""
    if effect.do == "add":
        check_room_for(doorman, effect, now=now)
        wait = int(seconds * 1000) or ADDING_MS
        row = new_row(doorman, effect, now=now, fails_at=now + wait)
        return {"keyboardPwdId": row.passcode_id}
    if effect.do == "delete":
        return DONE
    return apply_effect(doorman, effect, now=now, lock_obeys=False)


def check_room_for(doorman: Doorman, effect: Effect, *, now: int) -> None:
    """Raises Refused: -3007 for digits the lock or the list has, -3009 when the lock is full."""
    world, lock_id = doorman.world, effect.lock_id
    taken = {code.digits for code in world.stored_on(lock_id)} | {
        row.digits for row in world.rows_of(lock_id) if row.status_at(now) != ADD_FAILED
    }
    if effect.digits in taken:
        raise Refused(-3007)
    if len(world.stored_on(lock_id)) >= doorman.setup.capacity:
        raise Refused(-3009)


def new_row(doorman: Doorman, effect: Effect, *, now: int, fails_at: int | None = None) -> Passcode:
    """Put a custom code into the cloud's list."""
    row = Passcode(
        passcode_id=doorman.world.number(),
        lock_id=effect.lock_id,
        digits=effect.digits or "",
        name=effect.name or "",
        type=effect.type,
        start=effect.start or 0,
        end=effect.end or 0,
        is_custom=True,
        sent_at=now,
        fails_at=fails_at,
    )
    doorman.world.passcodes.append(row)
    return row


def _add(doorman: Doorman, effect: Effect, *, now: int) -> Answer:
    check_room_for(doorman, effect, now=now)
    row = new_row(doorman, effect, now=now)
    doorman.world.memory.append(
        Stored(
            lock_id=row.lock_id,
            digits=row.digits,
            name=row.name,
            start=row.start,
            end=row.end,
            passcode_id=row.passcode_id,
        )
    )
    return {"keyboardPwdId": row.passcode_id}


def _delete(doorman: Doorman, row: Passcode) -> Answer:
    row.deleted = True
    doorman.world.memory = [
        code
        for code in doorman.world.memory
        if code.lock_id != row.lock_id or not _is_of(code, row)
    ]
    return DONE


def _change(doorman: Doorman, row: Passcode, effect: Effect, *, lock_obeys: bool) -> Answer:
    on_lock = doorman.world.stored_on(row.lock_id)
    stored = next((code for code in on_lock if _is_of(code, row)), None)
    if any(code.digits == effect.digits for code in on_lock if code is not stored):
        raise Refused(-3007)
    if lock_obeys and row.is_custom and stored is None:
        raise Refused(1)  # it reached the lock, which knows no such code
    for target in (row, stored if lock_obeys else None):
        if target is not None:
            _rewrite(target, effect)
    return DONE


def _is_of(code: Stored, row: Passcode) -> bool:
    return code.passcode_id == row.passcode_id or code.digits == row.digits


def _rewrite(target: Passcode | Stored, effect: Effect) -> None:
    target.digits = effect.digits or target.digits
    target.name = effect.name or target.name
    if effect.start is not None and effect.end is not None:
        target.start, target.end = effect.start, effect.end
