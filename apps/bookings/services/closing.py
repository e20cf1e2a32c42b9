"""A booking that will not be stayed: cancelled, or the guest never came."""

from __future__ import annotations

from django.db import transaction

from apps.bookings.errors import BookingNotConfirmed, GuestInHouse
from apps.bookings.events import booking_event
from apps.bookings.models import Booking
from apps.bookings.selectors import get_booking_for_update
from apps.bookings.services.access import close_doors
from apps.bookings.services.arrivals import stop_expecting
from apps.bookings.services.rooming import hold_nights
from apps.bookings.signals import booking_closed
from apps.bookings.states import ALLOWED, BookingStatus

EVENT_NAMES = {
    BookingStatus.CANCELLED: "booking-cancelled",
    BookingStatus.NO_SHOW: "booking-no-show",
}


def cancel_booking(*, booking: Booking, performed_by: str) -> Booking:
    """Cancel the booking: its room is free, its codes leave the locks, its check-in ends.

    Cancelling again is the same success. Raises BookingNotConfirmed, GuestInHouse.
    """
    return _close(booking, BookingStatus.CANCELLED, performed_by)


def mark_no_show(*, booking: Booking, performed_by: str) -> Booking:
    """Note that the guest never came. Raises BookingNotConfirmed, GuestInHouse."""
    return _close(booking, BookingStatus.NO_SHOW, performed_by)


@transaction.atomic
def _close(booking: Booking, target: BookingStatus, performed_by: str) -> Booking:
    booking = get_booking_for_update(booking.pk)
    current = BookingStatus(booking.status)
    if current == target:
        return booking
    if booking.checked_in_at is not None:
        raise GuestInHouse
    if target not in ALLOWED[current]:
        raise BookingNotConfirmed
    booking.status = target
    booking.save(update_fields=["status", "updated_at"])
    let_go(booking, performed_by=performed_by)
    booking_event(booking, EVENT_NAMES[target])
    return booking


def let_go(booking: Booking, *, performed_by: str) -> None:
    """Give back what a booking holds that has just been closed: nights, arrival, check-in, codes.

    The caller holds the lock on ``booking`` and tells of it afterwards.
    """
    hold_nights(booking)
    stop_expecting(booking)
    booking_closed.send(sender=Booking, booking=booking)
    label = BookingStatus(booking.status).label
    close_doors(booking, actor=performed_by, reason=f"The booking is {label}.")
