"""The lock cloud's way of writing instants, numbers and flags.

The vendor is loose with types: an id comes as a number or as digits in quotes, a flag as 0/1
or true/false, a code as text or as a number. The readers here take all of these; a required
value that can't be what it should be raises ``UnreadableAnswer``. None of them repeats the
value in its error: it may be a code.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

Row = Mapping[str, object]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
# The vendor's longs end here, and so do the database's; what is beyond is no number of theirs.
LARGEST: Final = 2**63 - 1
WHOLE_NUMBER: Final = re.compile(r"-?[0-9]{1,19}")


class UnreadableAnswer(ValueError):
    """The lock cloud answered something that is not the answer to the question."""


def to_vendor_millis(instant: datetime) -> int:
    """Milliseconds since 1970 UTC, as the TTLock API counts time. ``instant`` must be aware.

    Raises ValueError for a naive one.
    """
    require_aware(instant)
    return (instant - EPOCH) // timedelta(milliseconds=1)


def from_vendor_millis(millis: int) -> datetime:
    """The aware UTC instant of the vendor's milliseconds. Raises UnreadableAnswer."""
    try:
        return EPOCH + timedelta(milliseconds=millis)
    except OverflowError:
        raise UnreadableAnswer("an instant is out of range") from None


def require_aware(instant: datetime) -> None:
    """Raises ValueError when ``instant`` names no zone, so that nobody guesses one."""
    if instant.utcoffset() is None:
        raise ValueError("an aware instant is needed")


def floor_minute(instant: datetime) -> datetime:
    """The whole minute at or before ``instant``; where a custom code's window may begin.

    Source: TTLock open platform, keyboardPwd/add: windows count in minutes.
    """
    require_aware(instant)
    return instant - (instant.astimezone(UTC) - EPOCH) % MINUTE


def ceil_minute(instant: datetime) -> datetime:
    """The whole minute at or after ``instant``; where a custom code's window may end."""
    floor = floor_minute(instant)
    return floor if floor == instant else floor + MINUTE


def floor_hour(instant: datetime) -> datetime:
    """The whole hour at or before ``instant``, on the clock face of its own zone.

    Source: TTLock open platform, keyboardPwd/get: offline codes count in whole hours.
    """
    require_aware(instant)
    return instant.replace(minute=0, second=0, microsecond=0)


def ceil_hour(instant: datetime) -> datetime:
    """The whole hour at or after ``instant``, on the clock face of its own zone."""
    floor = floor_hour(instant)
    if floor == instant:
        return floor
    return (floor.astimezone(UTC) + timedelta(hours=1)).astimezone(instant.tzinfo)


def find_int(row: Row, name: str) -> int | None:
    """The whole number in a field, or None where there is none that can be read."""
    value = row.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and WHOLE_NUMBER.fullmatch(value.strip()):
        value = int(value)
    return int(value) if isinstance(value, int) and abs(value) <= LARGEST else None


def get_int(row: Row, name: str) -> int:
    """The whole number in a field that must hold one. Raises UnreadableAnswer."""
    number = find_int(row, name)
    if number is None:
        raise UnreadableAnswer(f"{name} is missing or no number")
    return number


def find_text(row: Row, name: str) -> str:
    """The text in a field, as it stands; a number in its digits, nothing as an empty text."""
    value = row.get(name)
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def get_text(row: Row, name: str) -> str:
    """The text in a field that must hold some. Raises UnreadableAnswer."""
    text = find_text(row, name)
    if not text:
        raise UnreadableAnswer(f"{name} is missing or no text")
    return text


def find_flag(row: Row, name: str) -> bool | None:
    """Yes, no, or None when unsaid: 1 and true are yes; 0, false and the vendor's 2 are no."""
    value = row.get(name)
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    number = find_int(row, name)
    return {0: False, 1: True, 2: False}.get(number) if number is not None else None


def find_instant(row: Row, name: str) -> datetime | None:
    """The instant in a field of milliseconds; None when absent or 0, the vendor's "never"."""
    millis = find_int(row, name)
    return from_vendor_millis(millis) if millis else None


def get_rows(answer: Row, name: str = "list") -> list[Row]:
    """The rows of a list answer. Raises UnreadableAnswer."""
    rows = answer.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnreadableAnswer(f"{name} is no list of rows")
    return rows
