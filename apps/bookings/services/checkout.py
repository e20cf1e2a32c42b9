"""Checking out: the one way in which a stay ends, whichever door it comes through."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.bookings.events import booking_event
from apps.bookings.models import Booking, CheckOut, ExpectedArrival, Room
from apps.bookings.rules import reasons_against_check_out
from apps.bookings.selectors import get_booking_for_update, get_room_for_update
from apps.bookings.services.access import close_doors
from apps.bookings.services.notices import tell_checked_out
from apps.bookings.services.rooming import hold_nights
from apps.bookings.services.turnover import note_change, open_task
from apps.bookings.signals import booking_checked_out
from apps.bookings.states import BookingStatus, RoomCondition

TURNOVER_NOTE = "Checked out; the room is to be cleaned."


@transaction.atomic
def checkout_booking(*, booking: Booking, performed_by: str, source: str) -> Booking:
    """End the stay: the guest leaves, the room is to be cleaned, the codes leave the locks.

    A booking that is checked out already is the same success again, with nothing done twice.
    Locks are taken in one order: booking, room, access grant, event stream. Raises NotCheckedIn,
    CheckOutFailed.
    """
    booking = get_booking_for_update(booking.pk)
    if booking.status == BookingStatus.COMPLETED:
        return booking
    reasons = reasons_against_check_out(booking)
    if reasons:
        raise reasons[0]
    assert booking.assigned_room_id is not None  # noqa: S101  # the rules refuse one without
    room = booking.assigned_room = get_room_for_update(booking.assigned_room_id)
    _end_stay(booking, room, performed_by, source)
    booking_checked_out.send(sender=Booking, booking=booking, room=room)
    close_doors(booking, actor=performed_by, reason="Checked out.")
    tell_checked_out(booking)
    _vacate(booking, room, performed_by, source)
    booking_event(booking, "booking-checked-out")
    return booking


def _end_stay(booking: Booking, room: Room, performed_by: str, source: str) -> None:
    now = timezone.now()
    booking.status = BookingStatus.COMPLETED
    booking.checked_out_at = now
    booking.save(update_fields=["status", "checked_out_at", "updated_at"])
    booking.guests.update(room=None)  # the rows are kept: who stayed is history
    hold_nights(booking)
    ExpectedArrival.objects.filter(booking=booking).delete()
    CheckOut.objects.create(
        booking=booking, room=room, performed_by=performed_by, source=source, happened_at=now
    )


def _vacate(booking: Booking, room: Room, performed_by: str, source: str) -> None:
    old = room.status
    clear_room(room)
    open_task(room, booking=booking)
    note_change(
        room,
        old=old,
        performed_by=performed_by,
        source=source,
        note=TURNOVER_NOTE,
        booking=booking,
    )


def clear_room(room: Room) -> None:
    """Make the room vacant and dirty, and tell its app no more. The caller holds its lock."""
    room.is_occupied = False
    room.condition = RoomCondition.DIRTY
    room.push_token = ""
    room.save(update_fields=["is_occupied", "condition", "push_token"])
