"""Which whole hours an offline code may ask for. Pure.

The lock cloud computes one offline code for each (start, end) of a lock and never a second one,
so guests who arrive and leave on the same days need different hours at the front door. A slot may
begin earlier or end later than the stay, never the other way round.

Source: TTLock open platform, keyboardPwd/get: whole hours, one period code per window, first use
within 24 hours of the start, a year at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from apps.locks.ttlock.wire import ceil_hour, floor_hour

HOUR: Final = timedelta(hours=1)
LONGEST: Final = timedelta(days=365)
MOST_SHIFTS: Final = 48  # in both directions together: more than any house has equal stays
# A code that is not used within 24 hours of its start is suspended by the lock. A guest who comes
# late gets one that begins at their own hour instead of the stay's.
FRESH_FOR: Final = timedelta(hours=12)
# Every hour that a slot begins earlier is an hour less for the first use: eleven are left.
LONGEST_HEAD_START: Final = timedelta(hours=13)


def candidate_slots(
    *, starts_at: datetime, ends_at: datetime, now: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Yield (start, end) pairs in UTC that cover the stay, the closest fit first.

    Hours are whole on the clocks of ``zone``, where the lock is.
    """
    begins = now if now - starts_at > FRESH_FOR else starts_at
    first = floor_hour(begins.astimezone(zone)).astimezone(UTC)
    last = ceil_hour(ends_at.astimezone(zone)).astimezone(UTC)
    earliest = max(starts_at, now) - LONGEST_HEAD_START
    for total in range(MOST_SHIFTS + 1):
        for later in range(total + 1):
            start, end = first - (total - later) * HOUR, last + later * HOUR
            if start < earliest or end - start > LONGEST:
                continue
            if is_whole(start, zone) and is_whole(end, zone):
                yield start, end


def is_whole(instant: datetime, zone: ZoneInfo) -> bool:
    """Answer whether clocks of ``zone`` show a full hour; some change by half an hour in a year."""
    local = instant.astimezone(zone)
    return floor_hour(local) == local
