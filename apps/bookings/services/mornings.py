"""What should have come about by a hotel's morning and has not: alerts that open and close alone.

A hotel's day begins at its ``morning_time``, in its own zone; until then the day before goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.bookings.models import HOLDER_PREFIX, Booking, Hotel
from apps.bookings.states import BookingStatus, RoomCondition
from apps.bookings.stay_window import hotel_today, local_instant, stay_window
from apps.common.alerts import WantedAlert, keep_alerts
from apps.locks.models import AccessGrant
from apps.locks.states import PATIENCE, GrantState

OVERDUE_ARRIVAL: Final = "overdue_arrival"
OVERDUE_DEPARTURE: Final = "overdue_departure"
UNREADY_ROOM: Final = "room_not_ready"
UNSET_CODES: Final = "codes_not_set"
KINDS: Final = (OVERDUE_ARRIVAL, OVERDUE_DEPARTURE, UNREADY_ROOM, UNSET_CODES)

# A room that somebody leaves today is cleaned today; this long before the next guest it is late.
LAST_CALL: Final = timedelta(hours=1)
EXPECTED: Final = Q(status=BookingStatus.CONFIRMED, checked_in_at__isnull=True)
IN_HOUSE: Final = Q(status=BookingStatus.CONFIRMED, checked_in_at__isnull=False)
READY: Final = Q(
    assigned_room__is_occupied=False,
    assigned_room__is_out_of_service=False,
    assigned_room__condition=RoomCondition.CLEAN,
)


def look_at_mornings(now: datetime) -> bool:
    """Open and close the alerts of all hotels, in a number of queries that hotels do not add to.

    Hotels live on three calendar days at most. A duty: nothing is left for a next portion.
    """
    hotels_of: dict[date, list[int]] = defaultdict(list)
    for hotel in Hotel.objects.only("timezone", "morning_time"):
        hotels_of[house_day(hotel, now)].append(hotel.pk)
    unset = _keys_without_codes(now)
    keep_alerts(
        KINDS,
        [
            alert
            for day, hotels in hotels_of.items()
            for alert in _overdue(Booking.objects.filter(hotel__in=hotels), day, now, unset)
        ],
    )
    return False


def house_day(hotel: Hotel, now: datetime) -> date:
    """Return the day that the hotel's people work on: it begins in the morning, not at midnight."""
    today = hotel_today(hotel.zone, now)
    begins_at = local_instant(today, hotel.morning_time, hotel.zone, is_end=False)
    return today if now >= begins_at else today - timedelta(days=1)


def _overdue(
    bookings: QuerySet[Booking], day: date, now: datetime, unset: Sequence[int]
) -> Iterator[WantedAlert]:
    bookings = bookings.select_related("hotel", "assigned_room")
    for booking in bookings.filter(EXPECTED, check_in_date__lt=day):
        since = f"{booking.check_in_date:%Y-%m-%d}"
        advice = "Check them in, change the stay or close the booking."
        yield _alert(booking, OVERDUE_ARRIVAL, f"was to arrive on {since}. {advice}")
    for booking in bookings.filter(IN_HOUSE, check_out_date__lt=day):
        since = f"{booking.check_out_date:%Y-%m-%d}"
        advice = "Check them out or change the stay."
        yield _alert(booking, OVERDUE_DEPARTURE, f"was to leave on {since}. {advice}")
    for booking in _without_a_ready_room(bookings, day, now):
        advice = "Make it ready or assign another one."
        room = booking.assigned_room or "no room at all"
        yield _alert(booking, UNREADY_ROOM, f"arrives today and has {room}, not ready. {advice}")
    is_due = (EXPECTED & Q(check_in_date__lte=day)) | IN_HOUSE
    for booking in bookings.filter(is_due, pk__in=unset):
        advice = "Look at the locks, or give the guest a key."
        yield _alert(booking, UNSET_CODES, f"has a door without a code. {advice}")


def _without_a_ready_room(
    bookings: QuerySet[Booking], day: date, now: datetime
) -> Iterator[Booking]:
    leaving = Booking.objects.filter(
        IN_HOUSE | Q(status=BookingStatus.COMPLETED),
        assigned_room=OuterRef("assigned_room"),
        check_out_date=day,
    )
    arriving = bookings.filter(EXPECTED, check_in_date=day).exclude(READY)
    for booking in arriving.annotate(is_left_today=Exists(leaving)):
        late_from = stay_window(booking).starts_at - LAST_CALL
        if now >= late_from or not booking.is_left_today:
            yield booking


def _keys_without_codes(now: datetime) -> Sequence[int]:
    """Return the bookings whose locks have been without their codes for longer than is usual."""
    waiting = AccessGrant.objects.filter(
        holder__startswith=HOLDER_PREFIX,
        state__in=[GrantState.WAITING, GrantState.FAILED],
        asked_at__lt=now - PATIENCE,
    )
    keys = (
        holder.removeprefix(HOLDER_PREFIX) for holder in waiting.values_list("holder", flat=True)
    )
    return [int(key) for key in keys if key.isdigit()]


def _alert(booking: Booking, kind: str, what: str) -> WantedAlert:
    return WantedAlert(
        scope=booking.hotel.alert_scope,
        kind=kind,
        subject=booking.booking_id,
        message=f"The guest of {booking.booking_id} {what}",
    )
