"""The passcode rules: which digits may be chosen, how codes are computed, what the keypad accepts.

Source: TTLock open platform, keyboardPwd/add, keyboardPwd/get and the notes on passcode rules.
"""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum
from itertools import pairwise
from typing import Final

from apps.locks.simulator.entities import ALL_DIGITS, Lock, MemoryCode
from apps.locks.simulator.wire import DAY_MS, HOUR_MS, MINUTE_MS, ErrCode, Refusal

ONE_TIME: Final = 1
PERMANENT: Final = 2
PERIOD: Final = 3

CUSTOM_LENGTHS: Final = range(4, 10)
CUSTOM_CAPACITY: Final = 250
COMPUTED_DIGITS: Final = 8
COMPUTED_MAX_SPAN_MS: Final = 366 * DAY_MS  # one year, which may be a leap year
COMPUTED_PER_WINDOW: Final = {ONE_TIME: 200, PERMANENT: 20, PERIOD: 1}
FIRST_USE_WITHIN_MS: Final = {ONE_TIME: 6 * HOUR_MS, PERMANENT: 24 * HOUR_MS, PERIOD: 24 * HOUR_MS}


class Verdict(StrEnum):
    """What a keypad makes of the digits typed."""

    OPENED = "OPENED"
    UNKNOWN_CODE = "UNKNOWN_CODE"
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    LAPSED = "LAPSED"  # an algorithmic code that was not used in time
    USED_UP = "USED_UP"  # a one-time code that has opened before


def check_custom_code(code: str, *, lock: Lock) -> None:
    """Refuse digits a lock would not take.

    Keys that the keypad does not have are answered -3: no code of their own is documented.
    Raises Refusal -3, -3006 or -2032.
    """
    if not (code.isascii() and code.isdigit()):
        raise Refusal(ErrCode.INVALID_PARAMETER, "keyboardPwd has digits only")
    if len(code) not in CUSTOM_LENGTHS:
        raise Refusal(ErrCode.CODE_LENGTH)
    if not set(code) <= set(lock.digits):
        raise Refusal(ErrCode.INVALID_PARAMETER, "the keypad lacks some of these digits")
    if is_too_simple(code):
        raise Refusal(ErrCode.CODE_TOO_SIMPLE)


def is_too_simple(code: str) -> bool:
    """One digit repeated, or a run upwards or downwards: 1111, 1234, 9876."""
    steps = {int(after) - int(before) for before, after in pairwise(code)}
    return steps in ({0}, {1}, {-1})


def custom_window(pwd_type: int, start_ms: int | None, end_ms: int | None) -> tuple[int, int]:
    """A custom code's window, whole minutes, as (start, end); end 0 for a permanent one.

    Raises Refusal -3 for another type than permanent or period, or a window that is not one.
    """
    if pwd_type == PERMANENT:
        return (start_ms or 0) // MINUTE_MS * MINUTE_MS, 0
    if pwd_type != PERIOD:
        raise Refusal(ErrCode.INVALID_PARAMETER, "keyboardPwdType is 2 or 3")
    return _window(start_ms, end_ms, grain_ms=MINUTE_MS)


def computed_window(pwd_type: int, start_ms: int | None, end_ms: int | None) -> tuple[int, int]:
    """An algorithmic code's window, whole hours: minutes are dropped without a word.

    Types 1 (one-time), 2 (permanent) and 3 (period) are offered; the erasing and the weekly ones
    (4 to 14) are answered -3. Raises Refusal -3.
    """
    if pwd_type not in COMPUTED_PER_WINDOW:
        raise Refusal(ErrCode.INVALID_PARAMETER, "keyboardPwdType is 1, 2 or 3 here")
    if pwd_type != PERIOD:
        if start_ms is None:
            raise Refusal(ErrCode.INVALID_PARAMETER, "startDate is missing")
        return start_ms // HOUR_MS * HOUR_MS, 0
    start, end = _window(start_ms, end_ms, grain_ms=HOUR_MS)
    if end - start > COMPUTED_MAX_SPAN_MS:
        raise Refusal(ErrCode.INVALID_PARAMETER, "a period spans one year at most")
    return start, end


def _window(start_ms: int | None, end_ms: int | None, *, grain_ms: int) -> tuple[int, int]:
    if start_ms is None or end_ms is None:
        raise Refusal(ErrCode.INVALID_PARAMETER, "startDate and endDate are needed")
    start, end = start_ms // grain_ms * grain_ms, end_ms // grain_ms * grain_ms
    if end <= start:
        raise Refusal(ErrCode.INVALID_PARAMETER, "endDate must be after startDate")
    return start, end


def computed_code(
    lock: Lock, *, pwd_type: int, start_ms: int, end_ms: int, number: int, taken: set[str]
) -> str:
    """The digits that lock and cloud both work out from the lock's key and the window.

    ``number`` tells apart the codes of one window; digits in ``taken`` are stepped over.
    """
    keys = "".join(digit for digit in ALL_DIGITS if digit in lock.digits) or ALL_DIGITS
    attempt = 0
    while True:
        text = f"{pwd_type}:{start_ms}:{end_ms}:{number}:{attempt}"
        digest = hmac.new(lock.secret, text.encode(), hashlib.sha256).digest()
        code = "".join(keys[byte % len(keys)] for byte in digest[:COMPUTED_DIGITS])
        if code not in taken:
            return code
        attempt += 1


def judge(code: MemoryCode | None, *, lock_ms: int) -> Verdict:
    """Whether the keypad opens, by the lock's own clock ``lock_ms``. Windows are half-open."""
    if code is None:
        return Verdict.UNKNOWN_CODE
    if lock_ms < code.start_ms:
        return Verdict.NOT_YET_VALID
    if code.end_ms and lock_ms >= code.end_ms:
        return Verdict.EXPIRED
    return Verdict.OPENED if code.is_custom else _judge_computed(code, lock_ms=lock_ms)


def _judge_computed(code: MemoryCode, *, lock_ms: int) -> Verdict:
    if code.used_ms is None:
        in_time = lock_ms < code.start_ms + FIRST_USE_WITHIN_MS[code.pwd_type]
        return Verdict.OPENED if in_time else Verdict.LAPSED
    return Verdict.USED_UP if code.pwd_type == ONE_TIME else Verdict.OPENED
