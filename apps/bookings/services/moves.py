"""Another room, other dates, other hours: the stay goes on, and its PIN with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.bookings.errors import InvalidDates
from apps.bookings.events import booking_event, news_of_booking, tell
from apps.bookings.models import Booking, Room
from apps.bookings.rules import reasons_against_change, reasons_against_move
from apps.bookings.selectors import get_booking_for_update, get_room_for_update
from apps.bookings.services.access import adjust_doors
from apps.bookings.services.arrivals import follow_stay
from apps.bookings.services.checkout import clear_room
from apps.bookings.services.rooming import assign_room, hold_nights
from apps.bookings.services.turnover import open_task, record_change
from apps.bookings.states import RoomStatus
from apps.bookings.stay_window import hotel_today
from apps.common.events import News

LONGEST_STAY: Final = timedelta(days=730)  # each night is a row
FARTHEST_DAY: Final = timedelta(days=3653)


@transaction.atomic
def move_booking(*, booking: Booking, room: Room, performed_by: str) -> Booking:
    """Give the booking another room, before or during the stay. The codes move: new doors first.

    Asking for the room that it has is the same success. Raises BookingNotConfirmed, RoomOccupied,
    RoomNotReady, RoomNotAvailable.
    """
    booking = get_booking_for_update(booking.pk)
    if booking.assigned_room_id == room.pk:
        return booking
    # Rooms are locked in the order of their keys: two moves may cross.
    ids = sorted({room.pk, *filter(None, [booking.assigned_room_id])})
    rooms = {pk: get_room_for_update(pk) for pk in ids}
    target = rooms[room.pk]
    reasons = reasons_against_move(booking, target)
    if reasons:
        raise reasons[0]
    left = rooms.get(booking.assigned_room_id) if booking.assigned_room_id else None
    assign_room(booking, target)
    adjust_doors(booking, actor=performed_by, reason="Moved to another room.")
    news: list[News | None] = []
    if booking.checked_in_at is not None:
        news = change_rooms_in_house(booking, left, target, performed_by)
    else:
        follow_stay(booking)
    tell(booking.hotel, *news, news_of_booking(booking, "booking-moved"))
    return booking


def change_rooms_in_house(
    booking: Booking, left: Room | None, target: Room, performed_by: str
) -> list[News | None]:
    """Take the guest from one room to another; the caller holds the locks on all three and tells
    the news that is returned."""
    news: list[News | None] = []
    booking.guests.update(room=target)
    old_target = target.status
    target.is_occupied = True
    target.push_token = left.push_token if left is not None else ""
    target.save(update_fields=["is_occupied", "push_token"])
    if left is not None:
        old = left.status
        clear_room(left)
        open_task(left, booking=booking)
        news.append(_record(booking, left, old, performed_by))
    return [*news, _record(booking, target, old_target, performed_by)]


def _record(booking: Booking, room: Room, old: RoomStatus, performed_by: str) -> News | None:
    return record_change(
        room, old=old, performed_by=performed_by, source="room_move", booking=booking
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StayChange:
    """What is to change; None leaves as it is. Times are the hotel's local ones."""

    check_in_date: date | None = None
    check_out_date: date | None = None
    early_check_in_time: time | None = None
    late_check_out_time: time | None = None


@transaction.atomic
def change_stay(*, booking: Booking, change: StayChange, performed_by: str) -> Booking:
    """Change dates and hours: the same PIN in a new window.

    Raises BookingNotConfirmed, InvalidDates, RoomNotAvailable.
    """
    booking = get_booking_for_update(booking.pk)
    reasons = reasons_against_change(booking)
    if reasons:
        raise reasons[0]
    for name in ("check_in_date", "check_out_date", "early_check_in_time", "late_check_out_time"):
        value = getattr(change, name)
        if value is not None:
            setattr(booking, name, value)
    apply_dates(booking, performed_by=performed_by)
    booking_event(booking, "booking-updated")
    return booking


def apply_dates(booking: Booking, *, performed_by: str) -> None:
    """Save dates and hours that were changed in memory, with the nights and the codes' window.

    The caller holds the lock on ``booking``. Raises InvalidDates, RoomNotAvailable.
    """
    require_usable_dates(booking, hotel_today(booking.hotel.zone, timezone.now()))
    booking.save(
        update_fields=[
            "check_in_date",
            "check_out_date",
            "early_check_in_time",
            "late_check_out_time",
            "updated_at",
        ]
    )
    hold_nights(booking)
    adjust_doors(booking, actor=performed_by, reason="The stay's hours changed.")
    follow_stay(booking)


def require_usable_dates(booking: Booking, today: date) -> None:
    """Refuse dates, as changed in memory, that no stay can have. Raises InvalidDates."""
    arrival, departure = booking.check_in_date, booking.check_out_date
    if arrival >= departure:
        raise InvalidDates("Departure must be after arrival.", field="check_out_date")
    if departure - arrival > LONGEST_STAY:
        raise InvalidDates(
            f"A stay has at most {LONGEST_STAY.days} nights.", field="check_out_date"
        )
    if abs(arrival - today) > FARTHEST_DAY:
        raise InvalidDates("That day is too far away.", field="check_in_date")
    if booking.checked_in_at is None:
        return
    if arrival > today:
        raise InvalidDates(
            "The guest is in house; arrival can't be in the future.", field="check_in_date"
        )
    if departure < today:
        raise InvalidDates(
            "The guest is in house; departure can't be in the past.", field="check_out_date"
        )
