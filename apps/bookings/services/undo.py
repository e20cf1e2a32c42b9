"""Taking a check-out back: the guest is still here."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.bookings.cleaning import clean_note
from apps.bookings.errors import RoomNotAvailable, UndoNotAllowed
from apps.bookings.events import news_of_booking, tell
from apps.bookings.models import Booking, CheckOut, Room
from apps.bookings.rules import reasons_against_undo, standing_check_out
from apps.bookings.selectors import get_booking_for_update, get_room_for_update
from apps.bookings.services.access import reopen_doors
from apps.bookings.services.rooming import hold_nights
from apps.bookings.services.turnover import cancel_task, record_change
from apps.bookings.signals import check_out_undone
from apps.bookings.states import BookingStatus
from apps.common.errors import Invalid

SOURCE = "undo_check_out"


@transaction.atomic
def undo_check_out(*, booking: Booking, performed_by: str, reason: str) -> Booking:
    """Bring the stay back as it was, within the hotel's window: booking, room, codes.

    Raises Invalid without a reason, UndoNotAllowed with one.
    """
    reason = clean_note(reason)
    if not reason:
        raise Invalid("Say why the check-out is undone.", field="reason")
    booking = get_booking_for_update(booking.pk)
    check_out = standing_check_out(booking)
    room = get_room_for_update(check_out.room_id) if check_out else None
    reasons = reasons_against_undo(booking, check_out, room, now=timezone.now())
    if reasons:
        raise reasons[0]
    assert check_out is not None  # noqa: S101  # the rules refuse where there is none
    assert room is not None  # noqa: S101
    _bring_back(booking, check_out, room, performed_by, reason)
    check_out_undone.send(sender=Booking, booking=booking)
    reopen_doors(booking, actor=performed_by, reason="The check-out was undone.")
    old = room.status
    room.is_occupied = True
    room.save(update_fields=["is_occupied"])
    cancel_task(room)
    news = record_change(
        room, old=old, performed_by=performed_by, source=SOURCE, note=reason, booking=booking
    )
    tell(booking.hotel, news, news_of_booking(booking, "check-out-undone"))
    return booking


def _bring_back(
    booking: Booking, check_out: CheckOut, room: Room, performed_by: str, reason: str
) -> None:
    booking.status = BookingStatus.CONFIRMED
    booking.checked_out_at = None
    booking.assigned_room = room
    booking.save(update_fields=["status", "checked_out_at", "assigned_room", "updated_at"])
    try:
        hold_nights(booking)
    except RoomNotAvailable as error:
        raise UndoNotAllowed("The room has been given to another booking.") from error
    booking.guests.update(room=room)
    check_out.undone_at = timezone.now()
    check_out.undone_by = performed_by
    check_out.undo_reason = reason
    check_out.save(update_fields=["undone_at", "undone_by", "undo_reason"])
