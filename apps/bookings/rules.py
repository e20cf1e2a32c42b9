"""What may be done with a booking now, and why not: asked before showing a button, and again
before acting. Answers only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.bookings import errors
from apps.bookings.models import Booking, CheckOut, Room
from apps.bookings.states import BookingStatus, RoomStatus
from apps.bookings.stay_window import hotel_today, stay_window
from apps.common.errors import DomainError


def reasons_against_check_in(
    booking: Booking, room: Room | None, *, now: datetime
) -> list[DomainError]:
    """Return why the desk can't take the guest into ``room`` now; nothing where it can."""
    reasons = _reasons_against_status(booking, now)
    if hotel_today(booking.hotel.zone, now) < booking.check_in_date:
        reasons.append(errors.CheckInNotOpen())
    reasons += _reasons_against_room(room)
    return reasons


def reasons_against_check_out(booking: Booking) -> list[DomainError]:
    """Return why the stay can't be ended; a stay that has ended has nothing against it."""
    if booking.status == BookingStatus.COMPLETED:
        return []
    if booking.status != BookingStatus.CONFIRMED or booking.checked_in_at is None:
        return [errors.NotCheckedIn()]
    return [] if booking.assigned_room_id is not None else [errors.CheckOutFailed()]


def standing_check_out(booking: Booking) -> CheckOut | None:
    """Return the check-out that has not been undone; reads what was prefetched, if it was."""
    return next((row for row in booking.check_outs.all() if row.undone_at is None), None)


def reasons_against_undo(
    booking: Booking, check_out: CheckOut | None, room: Room | None, *, now: datetime
) -> list[DomainError]:
    """Return why the check-out can't be taken back."""
    if booking.status != BookingStatus.COMPLETED or check_out is None or room is None:
        return [errors.UndoNotAllowed("This booking has not been checked out.")]
    window = timedelta(minutes=booking.hotel.undo_check_out_minutes)
    if now >= check_out.happened_at + window:
        return [errors.UndoNotAllowed("The time in which a check-out can be undone is over.")]
    if now >= stay_window(booking).ends_at:
        return [errors.UndoNotAllowed("The stay's own time is over; change its dates instead.")]
    if room.is_occupied:
        return [errors.UndoNotAllowed("Another guest is in the room by now.")]
    if room.is_out_of_service:
        return [errors.UndoNotAllowed("The room is out of service.")]
    return []


def reasons_against_move(booking: Booking, room: Room | None) -> list[DomainError]:
    """Return why the booking can't have ``room``; None asks about moving at all."""
    if booking.status not in {BookingStatus.PENDING, BookingStatus.CONFIRMED}:
        return [errors.BookingNotConfirmed()]
    if room is None or booking.checked_in_at is None:
        return []
    return _reasons_against_room(room)


def reasons_against_change(booking: Booking) -> list[DomainError]:
    """Return why dates and hours can't change any more."""
    is_open = booking.status in {BookingStatus.PENDING, BookingStatus.CONFIRMED}
    return [] if is_open else [errors.BookingNotConfirmed()]


def reasons_against_reissue(booking: Booking, *, now: datetime) -> list[DomainError]:
    """Return why the stay can't get another PIN; one that is over opens no door."""
    return _reasons_against_status(booking, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedAction:
    """One thing that could be done with a booking, and what stands against it."""

    action: str
    reasons: Sequence[DomainError]

    @property
    def is_allowed(self) -> bool:
        """Whether nothing stands against it."""
        return not self.reasons


def allowed_actions(booking: Booking, *, now: datetime) -> list[AllowedAction]:
    """Return what may be done with the booking, by the same answers that refuse it.

    ``booking`` comes with its hotel, room and check-outs.
    """
    is_over = booking.status == BookingStatus.COMPLETED
    check_out = standing_check_out(booking) if is_over else None
    room = booking.assigned_room
    ended: list[DomainError] = [errors.StayEnded()] if is_over else []
    in_house: list[DomainError] = [errors.GuestInHouse()] if booking.checked_in_at else []
    answers: list[tuple[str, list[DomainError]]] = [
        ("CHECK_IN", reasons_against_check_in(booking, room, now=now)),
        ("CHECK_OUT", ended or reasons_against_check_out(booking)),
        ("UNDO_CHECK_OUT", reasons_against_undo(booking, check_out, room, now=now)),
        ("MOVE", reasons_against_move(booking, None)),
        ("CHANGE_STAY", reasons_against_change(booking)),
        ("REISSUE_CODES", reasons_against_reissue(booking, now=now)),
        ("CANCEL", in_house or reasons_against_change(booking)),
    ]
    return [AllowedAction(action=action, reasons=reasons) for action, reasons in answers]


def _reasons_against_status(booking: Booking, now: datetime) -> list[DomainError]:
    if booking.status == BookingStatus.COMPLETED or now >= stay_window(booking).ends_at:
        return [errors.StayEnded()]
    return [] if booking.status == BookingStatus.CONFIRMED else [errors.BookingNotConfirmed()]


def _reasons_against_room(room: Room | None) -> list[DomainError]:
    if room is None:
        return [errors.RoomMissing()]
    if room.status == RoomStatus.OCCUPIED:
        return [errors.RoomOccupied()]
    if room.status != RoomStatus.READY_FOR_GUEST:
        return [errors.RoomNotReady()]
    return []
