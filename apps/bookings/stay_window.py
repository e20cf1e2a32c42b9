"""When a stay begins and ends, as instants. Pure.

People count in local dates and clock times; locks count in instants. Around a change of clocks a
local time can be missing (the next valid one is meant) or come twice (the first one begins a
stay, the second one ends it: nobody is locked out of an hour that they were promised).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from apps.bookings.models import Booking

SHORTEST: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StayWindow:
    """From ``starts_at`` inclusive until ``ends_at`` exclusive; aware, in UTC."""

    starts_at: datetime
    ends_at: datetime


def stay_window(booking: Booking) -> StayWindow:
    """Return the window of the stay and of its codes, early and late times included.

    It is never empty: where a night is lost to a change of clocks, a minute is left.
    """
    hotel = booking.hotel
    starts_at = local_instant(
        booking.check_in_date,
        booking.early_check_in_time or hotel.check_in_time,
        hotel.zone,
        is_end=False,
    )
    ends_at = local_instant(
        booking.check_out_date,
        booking.late_check_out_time or hotel.check_out_time,
        hotel.zone,
        is_end=True,
    )
    return StayWindow(starts_at=starts_at, ends_at=max(ends_at, starts_at + SHORTEST))


def local_instant(day: date, clock: time, zone: ZoneInfo, *, is_end: bool) -> datetime:
    """Return the instant of a local time on a local day, in UTC.

    A missing time becomes the next valid minute; of a repeated one, the first begins and the
    second ends.
    """
    wall = datetime.combine(day, clock.replace(fold=0))
    while not _exists(wall, zone):
        wall += timedelta(minutes=1)
    return wall.replace(tzinfo=zone, fold=int(is_end)).astimezone(UTC)


def _exists(wall: datetime, zone: ZoneInfo) -> bool:
    there = wall.replace(tzinfo=zone).astimezone(UTC)
    return there.astimezone(zone).replace(tzinfo=None) == wall


def hotel_today(zone: ZoneInfo, now: datetime) -> date:
    """Return the calendar day that the hotel's people live in."""
    return now.astimezone(zone).date()
