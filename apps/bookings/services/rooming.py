"""Which party has which room on which nights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import IntegrityError, transaction

from apps.bookings.errors import RoomNotAvailable
from apps.bookings.models import Booking, Room, RoomNight
from apps.bookings.states import BookingStatus

HOLDS_ROOM = frozenset({BookingStatus.PENDING, BookingStatus.CONFIRMED})


def nights_of(booking: Booking) -> list[date]:
    """Return the days on which the stay's nights begin; the departure day is not slept in."""
    count = (booking.check_out_date - booking.check_in_date).days
    return [booking.check_in_date + timedelta(days=index) for index in range(count)]


def assign_room(booking: Booking, room: Room | None) -> None:
    """Give the booking ``room`` for its nights, and save it; None gives its room back.

    The caller holds the lock on ``booking``. Raises RoomNotAvailable.
    """
    if room is not None and room.hotel_id != booking.hotel_id:
        raise RoomNotAvailable
    booking.assigned_room = room
    booking.save(update_fields=["assigned_room", "updated_at"])
    hold_nights(booking)


def hold_many(bookings: Sequence[Booking]) -> None:
    """Make the nights held by many bookings with rooms agree with their dates, in few queries.

    For bringing data in: the caller keeps others away. Raises RoomNotAvailable.
    """
    RoomNight.objects.filter(booking__in=bookings).delete()
    nights = [
        RoomNight(booking=booking, room=booking.assigned_room, night=night)
        for booking in bookings
        if booking.assigned_room is not None
        for night in nights_of(booking)
    ]
    try:
        with transaction.atomic():
            RoomNight.objects.bulk_create(nights, batch_size=1000)
    except IntegrityError as error:
        raise RoomNotAvailable from error


def hold_nights(booking: Booking) -> None:
    """Make the nights held agree with the booking's dates, room and status.

    The database refuses a night that is another party's. The caller holds the lock on ``booking``.
    Raises RoomNotAvailable.
    """
    room = booking.assigned_room
    held = RoomNight.objects.filter(booking=booking)
    if room is None or booking.status not in HOLDS_ROOM:
        held.delete()
        return
    wanted = set(nights_of(booking))
    held.exclude(room=room, night__in=wanted).delete()
    missing = sorted(wanted - set(held.values_list("night", flat=True)))
    try:
        with transaction.atomic():  # a savepoint: the caller's transaction may go on
            RoomNight.objects.bulk_create(
                [RoomNight(booking=booking, room=room, night=night) for night in missing]
            )
    except IntegrityError as error:
        raise RoomNotAvailable from error
