"""Many check-outs or check-ins at once: each in a transaction of its own, each with its result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.bookings.errors import RoomNotFound, RoomOccupied
from apps.bookings.models import Booking, Hotel, RemovalRecord, Room
from apps.bookings.rules import reasons_against_check_out
from apps.bookings.selectors import get_room_for_update
from apps.bookings.services.checkout import checkout_booking, clear_room
from apps.bookings.services.turnover import note_change, open_task
from apps.bookings.signals import stay_records_removed
from apps.bookings.states import BookingStatus, RoomStatus
from apps.common.errors import DomainError, Forbidden, Invalid
from apps.staff.identity import StaffIdentity

MOST_ROOMS: Final = 1000
READ_AT_ONCE: Final = 100  # what was read of a room is seconds old when its turn comes
SOURCE: Final = "bulk_checkout"


class Outcome(StrEnum):
    """What became of one item."""

    CHECKED_OUT = "CHECKED_OUT"
    CHECKED_IN = "CHECKED_IN"
    CLEARED = "CLEARED"
    NOT_FOUND = "NOT_FOUND"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkItem:
    """One item's result; ``code`` and ``message`` say why where it was not done."""

    outcome: Outcome
    room_id: int | None = None
    room_number: str | None = None
    booking_id: str | None = None
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkCheckOut:
    """What is to be checked out. A dry run answers the same and changes nothing."""

    hotel: Hotel
    room_ids: Sequence[int]
    staff: StaffIdentity
    is_destructive: bool = False
    is_dry_run: bool = False


def bulk_check_out(request: BulkCheckOut) -> list[BulkItem]:
    """Check out every room's stay; rooms without one are cleared. Results keep the order asked.

    Rooms that are not the hotel's are reported as not found and not touched. Destructive: what a
    check-out keeps of the stay is deleted too, with a record of exactly what; superusers only.
    Raises Forbidden, Invalid.
    """
    if request.is_destructive and not request.staff.is_superuser:
        raise Forbidden
    ids = list(dict.fromkeys(request.room_ids))
    if len(ids) > MOST_ROOMS:
        raise Invalid(f"At most {MOST_ROOMS} rooms at once.", field="room_ids")
    return [item for chunk in _chunks(ids) for item in _check_out_each(request, chunk)]


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), READ_AT_ONCE):
        yield ids[start : start + READ_AT_ONCE]


def _check_out_each(request: BulkCheckOut, ids: Sequence[int]) -> Iterator[BulkItem]:
    rooms = Room.objects.filter(hotel=request.hotel, pk__in=ids).in_bulk()
    stays = _stays_in(list(rooms))
    for room_id in ids:
        room = rooms.get(room_id)
        if room is None:
            yield BulkItem(
                outcome=Outcome.NOT_FOUND,
                room_id=room_id,
                code=RoomNotFound.code,
                message=RoomNotFound.sentence,
            )
        else:
            yield _check_out_one(request, room, stays.get(room_id))


def _stays_in(room_ids: Sequence[int]) -> dict[int, Booking]:
    """Return who stays where, with their guests; read without locks, which each item takes."""
    stays = Booking.objects.filter(
        assigned_room__in=room_ids, status=BookingStatus.CONFIRMED, checked_in_at__isnull=False
    ).prefetch_related("guests")
    return {stay.assigned_room_id: stay for stay in stays if stay.assigned_room_id is not None}


def _check_out_one(request: BulkCheckOut, room: Room, stay: Booking | None) -> BulkItem:
    try:
        if stay is None:
            if not request.is_dry_run:
                _clear_ghost(room, request.staff.actor)
            return BulkItem(outcome=Outcome.CLEARED, room_id=room.pk, room_number=room.number)
        _check_out_stay(request, room, stay)
    except DomainError as error:
        return BulkItem(
            outcome=Outcome.REFUSED,
            room_id=room.pk,
            room_number=room.number,
            code=error.code,
            message=error.message,
        )
    return BulkItem(
        outcome=Outcome.CHECKED_OUT,
        room_id=room.pk,
        room_number=room.number,
        booking_id=stay.booking_id,
    )


def _check_out_stay(request: BulkCheckOut, room: Room, stay: Booking) -> None:
    if request.is_dry_run:
        reasons = reasons_against_check_out(stay)
        if reasons:
            raise reasons[0]
        return
    if not request.is_destructive:
        _end(request, room, stay)
        return
    with transaction.atomic():
        _remove_records(_end(request, room, stay), request.staff.actor)


def _end(request: BulkCheckOut, room: Room, stay: Booking) -> Booking:
    """The list was read without locks: a guest who has moved since is not in this room."""
    return checkout_booking(
        booking=stay, performed_by=request.staff.actor, source=SOURCE, room=room
    )


@transaction.atomic
def _clear_ghost(room: Room, performed_by: str) -> None:
    """A room that is marked occupied though nobody stays there becomes vacant and dirty."""
    room = get_room_for_update(room.pk)
    if _stays_in([room.pk]):  # the list was read without locks
        raise RoomOccupied("A guest has just been checked in here.")
    room.guests.update(room=None)
    if room.status != RoomStatus.OCCUPIED:
        return
    clear_room(room)
    open_task(room, booking=None)
    note_change(
        room,
        old=RoomStatus.OCCUPIED,
        performed_by=performed_by,
        source=SOURCE,
        note="Nobody was checked in here.",
    )


def _remove_records(booking: Booking, performed_by: str) -> None:
    """Delete what a check-out keeps, noting what. The caller holds the lock on ``booking``."""
    guests = booking.guests.all()
    removed: dict[str, list[int]] = {"guests": sorted(guests.values_list("pk", flat=True))}
    stay_records_removed.send(sender=Booking, booking=booking, removed=removed)
    guests.delete()
    RemovalRecord.objects.create(
        hotel=booking.hotel,
        room=booking.assigned_room,
        booking_id=booking.booking_id,
        performed_by=performed_by,
        happened_at=timezone.now(),
        removed=removed,
    )
