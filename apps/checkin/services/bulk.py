"""Many check-ins at once, with their rooms: each in a transaction of its own, with its result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from apps.bookings.errors import RoomNotAvailable, RoomOccupied
from apps.bookings.models import Booking, Hotel, Room, RoomNight
from apps.bookings.rules import reasons_against_check_in
from apps.bookings.selectors import get_hotel_booking, get_hotel_room
from apps.bookings.services.bulk import BulkItem, Outcome
from apps.bookings.services.rooming import nights_of
from apps.checkin.services.desk import DeskCheckIn, check_in_at_desk
from apps.common.errors import DomainError, Invalid, NotFound
from apps.staff.identity import StaffIdentity

MOST_BOOKINGS: Final = 200  # each asks for codes on doors


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A booking to check in. ``room_number`` None: into the room that it has."""

    booking_id: str
    room_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkCheckIn:
    """Who is to be checked in where. A dry run answers the same and changes nothing."""

    hotel: Hotel
    arrivals: Sequence[Arrival]
    staff: StaffIdentity
    is_dry_run: bool = False


def bulk_check_in(request: BulkCheckIn) -> list[BulkItem]:
    """Check every booking in; results keep the order asked, and one refusal stops no other.

    Bookings and rooms that are not the hotel's are reported as not found. Raises Invalid.
    """
    if len(request.arrivals) > MOST_BOOKINGS:
        raise Invalid(f"At most {MOST_BOOKINGS} bookings at once.", field="items")
    return list(_check_in_each(request))


def _check_in_each(request: BulkCheckIn) -> Iterator[BulkItem]:
    taken: dict[int, int] = {}  # rooms by the bookings that a dry run gave them to
    for arrival in request.arrivals:
        try:
            booking, room = _check_in(request, arrival, taken)
        except DomainError as refusal:
            is_missing = isinstance(refusal, NotFound)
            yield BulkItem(
                outcome=Outcome.NOT_FOUND if is_missing else Outcome.REFUSED,
                booking_id=arrival.booking_id,
                room_number=arrival.room_number,
                code=refusal.code,
                message=refusal.message,
            )
        else:
            yield BulkItem(
                outcome=Outcome.CHECKED_IN,
                booking_id=booking.booking_id,
                room_id=room.pk if room else None,
                room_number=room.number if room else None,
            )


def _check_in(
    request: BulkCheckIn, arrival: Arrival, taken: dict[int, int]
) -> tuple[Booking, Room | None]:
    booking = get_hotel_booking(request.hotel, arrival.booking_id)
    number = arrival.room_number
    room = get_hotel_room(request.hotel, number) if number is not None else None
    if request.is_dry_run:
        return booking, _try(booking, room, taken)
    wanted = DeskCheckIn(booking=booking, performed_by=request.staff.actor, room=room)
    done = check_in_at_desk(wanted)
    return done, done.assigned_room


def _try(booking: Booking, wanted: Room | None, taken: dict[int, int]) -> Room | None:
    """Return the room that a check-in would end in. Raises what it would raise."""
    if booking.checked_in_at is not None and booking.checked_out_at is None:
        return booking.assigned_room
    room = wanted or booking.assigned_room
    reasons = reasons_against_check_in(booking, room, now=timezone.now())
    if reasons:
        raise reasons[0]
    assert room is not None  # noqa: S101  # the rules refuse a booking without one
    if taken.setdefault(room.pk, booking.pk) != booking.pk:
        raise RoomOccupied
    others = RoomNight.objects.exclude(booking=booking)
    if others.filter(room=room, night__in=nights_of(booking)).exists():
        raise RoomNotAvailable
    return room
