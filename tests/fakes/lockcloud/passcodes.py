"""The four passcode calls: what the cloud checks itself, and what it sends to the lock."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import Final

from tests.fakes.lockcloud.answers import DONE, Answer, Refused
from tests.fakes.lockcloud.effects import apply_effect, check_room_for, new_row
from tests.fakes.lockcloud.envelope import Doorman, Request
from tests.fakes.lockcloud.world import Effect, Passcode

MINUTE_MS, HOUR_MS, YEAR_MS = 60_000, 3_600_000, 366 * 86_400_000
_FIRST_MS: Final = 10**12
"""Smaller than any date in ms since 2001: whoever sends less, sends seconds."""

ONE_TIME, PERMANENT, PERIOD = 1, 2, 3
_PER_START: Final = {ONE_TIME: 200, PERMANENT: 20}

BY_BLUETOOTH, BY_GATEWAY = 1, 2


def add(doorman: Doorman, request: Request, *, now: int) -> Answer | Effect:
    """A chosen code: through the gateway, or with addType 1 only into the cloud's list."""
    digits, type_ = request.fields["keyboardPwd"], request.number("keyboardPwdType", PERIOD)
    _check_digits(digits)
    if type_ not in (PERMANENT, PERIOD):
        raise Refused(-3)
    start, end = _window(doorman, request, now=now) if type_ == PERIOD else (0, 0)
    effect = Effect(
        do="add",
        lock_id=request.number("lockId"),
        digits=digits,
        name=request.fields.get("keyboardPwdName", ""),
        type=type_,
        start=start - start % MINUTE_MS,
        end=end - end % MINUTE_MS,
    )
    if _goes_by_gateway(doorman, request, "addType", now=now):
        return effect
    check_room_for(doorman, effect, now=now)
    row = new_row(doorman, effect, now=now)
    return {"keyboardPwdId": row.passcode_id}


def delete(doorman: Doorman, request: Request, *, now: int) -> Answer | Effect:
    """Take a code away: at the lock too, or with deleteType 1 only from the list."""
    by_gateway = _goes_by_gateway(doorman, request, "deleteType", now=now)
    lock_id, passcode_id = request.number("lockId"), request.number("keyboardPwdId")
    row = _find(doorman, lock_id, passcode_id)
    if row is None:
        return _delete_of_none(doorman, lock_id, passcode_id)
    if not row.is_custom and row.first_used_at is None:
        raise Refused(-3008)
    if by_gateway:
        return Effect(do="delete", lock_id=lock_id, passcode_id=passcode_id)
    row.deleted = True
    return DONE


def _delete_of_none(doorman: Doorman, lock_id: int, passcode_id: int) -> Answer:
    """Field reports differ about a code already gone, so the answers take turns."""
    was_there = any(
        row.passcode_id == passcode_id and row.lock_id == lock_id for row in doorman.world.passcodes
    )
    doorman.world.deletes_of_gone += was_there
    if was_there and doorman.world.deletes_of_gone % 2:
        return DONE
    raise Refused(-2009)


def change(doorman: Doorman, request: Request, *, now: int) -> Answer | Effect:
    """New digits, window or name. A window with one date succeeds and changes nothing."""
    fields = request.fields
    lock_id, passcode_id = request.number("lockId"), request.number("keyboardPwdId")
    row = _find(doorman, lock_id, passcode_id)
    if row is None:
        raise Refused(-2009)
    digits, name = fields.get("newKeyboardPwd") or None, fields.get("keyboardPwdName") or None
    if digits is not None:
        _check_digits(digits)
    start, end = _new_window(doorman, request, now=now)
    effect = Effect(
        do="change",
        lock_id=lock_id,
        passcode_id=passcode_id,
        digits=digits,
        name=name,
        start=start,
        end=end,
    )
    if digits is None and start is None:
        row.name = name or row.name
        return DONE
    if not row.is_custom and row.first_used_at is None:
        raise Refused(-3008)
    if _goes_by_gateway(doorman, request, "changeType", now=now):
        return effect
    apply_effect(doorman, effect, now=now, lock_obeys=False)
    return DONE


def _new_window(
    doorman: Doorman, request: Request, *, now: int
) -> tuple[int, int] | tuple[None, None]:
    given = [name for name in ("startDate", "endDate") if request.fields.get(name)]
    if len(given) == 1:
        doorman.complain(request, f"a change of window with {given[0]} alone", now=now)
    if len(given) != 2:
        return None, None
    start, end = _window(doorman, request, now=now)
    return start - start % MINUTE_MS, end - end % MINUTE_MS


def get(doorman: Doorman, request: Request, *, now: int) -> Answer:
    """An algorithmic code: computed from lock and window, without any gateway."""
    lock_id, type_ = request.number("lockId"), request.number("keyboardPwdType")
    if type_ not in (ONE_TIME, PERMANENT, PERIOD) or request.number("keyboardPwdVersion", 4) != 4:
        raise Refused(-3)
    start, end = _hours(doorman, request, type_=type_, now=now)
    same = [
        row
        for row in doorman.world.passcodes
        if (row.lock_id, row.is_custom, row.type, row.start) == (lock_id, False, type_, start)
        and row.end == end
    ]
    if type_ == PERIOD and same:
        if same[0].deleted:
            raise Refused(-1026)
        return {"keyboardPwd": same[0].digits, "keyboardPwdId": same[0].passcode_id}
    if len(same) >= _PER_START.get(type_, 1):
        raise Refused(-3)  # the sheet gives the limit and no code for it
    row = _compute(doorman, request, window=(start, end), nth=len(same), now=now)
    doorman.world.passcodes.append(row)
    return {"keyboardPwd": row.digits, "keyboardPwdId": row.passcode_id}


def _compute(
    doorman: Doorman, request: Request, *, window: tuple[int, int], nth: int, now: int
) -> Passcode:
    lock_id, type_ = request.number("lockId"), request.number("keyboardPwdType")
    seed = f"{doorman.setup.seed}:{lock_id}:{type_}:{window}:{nth}"
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8])
    return Passcode(
        passcode_id=doorman.world.number(),
        lock_id=lock_id,
        digits=f"{number % 10**8:08d}",
        name=request.fields.get("keyboardPwdName", ""),
        type=type_,
        start=window[0],
        end=window[1],
        is_custom=False,
        sent_at=now,
    )


def _hours(doorman: Doorman, request: Request, *, type_: int, now: int) -> tuple[int, int]:
    """The window in whole hours; what is between is cut off silently, and complained about."""
    start = request.number("startDate")
    end = request.number("endDate") if type_ == PERIOD else 0
    if start < _FIRST_MS or (type_ == PERIOD and not start < end <= start + YEAR_MS):
        doorman.complain(request, "window not in ms, empty, or longer than a year", now=now)
        raise Refused(-3)
    if start % HOUR_MS or end % HOUR_MS:
        doorman.complain(request, "an algorithmic code not on whole hours", now=now)
    return start - start % HOUR_MS, end - end % HOUR_MS


def _window(doorman: Doorman, request: Request, *, now: int) -> tuple[int, int]:
    start, end = request.number("startDate"), request.number("endDate")
    if start < _FIRST_MS or end <= start:
        doorman.complain(request, "window not in ms, or empty", now=now)
        raise Refused(-3)
    return start, end


def _check_digits(digits: str) -> None:
    if not digits.isascii() or not digits.isdigit() or not 4 <= len(digits) <= 9:
        raise Refused(-3006)
    steps = {int(b) - int(a) for a, b in pairwise(digits)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        raise Refused(-2032)


def _goes_by_gateway(doorman: Doorman, request: Request, field: str, *, now: int) -> bool:
    """Whether the lock hears of it; the vendor's default is that it was told by Bluetooth."""
    way = request.number(field, BY_BLUETOOTH)
    if way == BY_GATEWAY:
        return True
    doorman.complain(request, f"{field} is not 2: the lock hears nothing", now=now)
    if way != BY_BLUETOOTH:
        raise Refused(-3)
    return False


def _find(doorman: Doorman, lock_id: int, passcode_id: int) -> Passcode | None:
    rows = doorman.world.rows_of(lock_id)
    return next((row for row in rows if row.passcode_id == passcode_id), None)
