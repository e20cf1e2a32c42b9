"""Checking out: the one way in which a stay ends, whichever door it comes through."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.bookings.errors import NotCheckedIn
from apps.bookings.events import news_of_booking, tell
from apps.bookings.models import Booking, CheckOut, Room, RoomNight
from apps.bookings.rules import reasons_against_check_out
from apps.bookings.selectors import get_booking_and_room_for_update
from apps.bookings.services.access import end_access
from apps.bookings.services.notices import reach_of, tell_checked_out
from apps.bookings.services.turnover import open_task, record_change
from apps.bookings.signals import booking_checked_out
from apps.bookings.states import BookingStatus, RoomCondition
from apps.common.events import News
from apps.common.log_context import note

TURNOVER_NOTE = "Checked out; the room is to be cleaned."


@transaction.atomic
def checkout_booking(
    *, booking: Booking, performed_by: str, source: str, room: Room | None = None
) -> Booking:
    """End the stay: the guest leaves, the room is to be cleaned, the codes leave the locks.

    A booking that is checked out already is the same success again, with nothing done twice.
    ``room`` is where the guest is believed to be, for callers who ask by the room. Locks are taken
    in one order: booking, room, access grant, event stream. The number of statements is constant.
    Raises NotCheckedIn, CheckOutFailed.
    """
    asked, booking = booking, get_booking_and_room_for_update(booking.pk)
    note(booking=booking.pk)
    if room is not None and booking.assigned_room_id != room.pk:
        raise NotCheckedIn("The guest has moved to another room meanwhile.")
    if booking.status == BookingStatus.COMPLETED:
        return booking
    reasons = reasons_against_check_out(booking)
    if reasons:
        raise reasons[0]
    left = booking.assigned_room
    assert left is not None  # noqa: S101  # the rules refuse one without
    _end_stay(booking, left, performed_by, source)
    booking_checked_out.send(sender=Booking, booking=booking, room=left)
    end_access(booking, actor=performed_by, reason="Checked out.")
    # Whoever asks for many check-outs has read the guests of all of them at once.
    tell_checked_out(booking, reach_of(asked))
    news = _vacate(booking, left, performed_by, source)
    tell(booking.hotel, news, news_of_booking(booking, "booking-checked-out"))
    return booking


def _end_stay(booking: Booking, room: Room, performed_by: str, source: str) -> None:
    now = timezone.now()
    booking.status = BookingStatus.COMPLETED
    booking.checked_out_at = now
    booking.save(update_fields=["status", "checked_out_at", "updated_at"])
    booking.guests.update(room=None)  # the rows are kept: who stayed is history
    RoomNight.objects.filter(booking=booking).delete()
    CheckOut.objects.create(
        booking=booking, room=room, performed_by=performed_by, source=source, happened_at=now
    )


def _vacate(booking: Booking, room: Room, performed_by: str, source: str) -> News | None:
    old = room.status
    clear_room(room)
    open_task(room, booking=booking)
    return record_change(
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
