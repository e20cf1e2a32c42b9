"""What may be done with a booking now, and why not: asked before showing a button, and again
before acting. Answers only."""

from __future__ import annotations

from datetime import datetime

from apps.bookings import errors
from apps.bookings.models import Booking, Room
from apps.bookings.states import BookingStatus, RoomStatus
from apps.bookings.stay_window import hotel_today, stay_window
from apps.common.errors import DomainError


def reasons_against_check_in(
    booking: Booking, room: Room | None, *, now: datetime
) -> list[DomainError]:
    """Return why the desk can't take the guest into ``room`` now; nothing where it can."""
    reasons: list[DomainError] = []
    if booking.status == BookingStatus.COMPLETED or now >= stay_window(booking).ends_at:
        reasons.append(errors.StayEnded())
    elif booking.status != BookingStatus.CONFIRMED:
        reasons.append(errors.BookingNotConfirmed())
    if hotel_today(booking.hotel.zone, now) < booking.check_in_date:
        reasons.append(errors.CheckInNotOpen())
    reasons += _reasons_against_room(room)
    return reasons


def _reasons_against_room(room: Room | None) -> list[DomainError]:
    if room is None:
        return [errors.RoomMissing()]
    if room.status == RoomStatus.OCCUPIED:
        return [errors.RoomOccupied()]
    if room.status != RoomStatus.READY_FOR_GUEST:
        return [errors.RoomNotReady()]
    return []
