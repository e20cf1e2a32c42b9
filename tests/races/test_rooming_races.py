"""Two desks and one room: whoever is second is told so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import UniqueConstraint

from apps.bookings.errors import RoomNotAvailable
from apps.bookings.models import Booking, Hotel, Room, RoomNight
from apps.bookings.selectors import get_booking_for_update
from apps.bookings.services.rooming import assign_room
from apps.checkin.services.desk import DeskCheckIn, check_in_at_desk
from apps.common.errors import Conflict
from tests.background import at_once
from tests.factories.bookings import BookingFactory, HotelFactory, RoomFactory

pytestmark = pytest.mark.django_db(transaction=True)
DESKS = 4


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


def arriving(hotel: Hotel) -> list[Booking]:
    made: list[Booking] = BookingFactory.create_batch(DESKS, hotel=hotel, arriving_today=True)
    return made


def give(booking: Booking, room: Room) -> Booking:
    with transaction.atomic():
        locked = get_booking_for_update(booking.pk)
        assign_room(locked, room)
        return locked


def give_all(bookings: list[Booking], room: Room) -> list[Any]:
    return at_once(*[lambda booking=booking: give(booking, room) for booking in bookings])


def winners(results: list[Any]) -> list[Booking]:
    return [result for result in results if isinstance(result, Booking)]


def test_of_bookings_for_one_room_at_once_one_has_it(hotel: Hotel) -> None:
    bookings, room = arriving(hotel), RoomFactory(hotel=hotel)

    results = give_all(bookings, room)

    assert len(winners(results)) == 1, results
    assert sum(isinstance(result, RoomNotAvailable) for result in results) == DESKS - 1, results
    assert set(RoomNight.objects.values_list("booking", flat=True)) == {winners(results)[0].pk}
    assert Booking.objects.filter(assigned_room=room).count() == 1


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time anyway"
)
def test_without_the_constraint_two_parties_have_the_same_night(hotel: Hotel) -> None:
    """The twin of the test above: it shows that the race is there, and what keeps parties apart."""
    bookings, room = arriving(hotel), RoomFactory(hotel=hotel)

    with without_the_constraint():
        results = give_all(bookings, room)
        assert len(winners(results)) > 1, results
        RoomNight.objects.all().delete()


@contextmanager
def without_the_constraint() -> Iterator[None]:
    [constraint] = [
        found
        for found in RoomNight._meta.constraints
        if isinstance(found, UniqueConstraint) and found.name == "bookings_room_taken_once"
    ]
    with connection.schema_editor() as editor:
        editor.remove_constraint(RoomNight, constraint)
    try:
        yield
    finally:
        RoomNight.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(RoomNight, constraint)


def test_of_guests_checked_in_to_one_room_at_once_one_is_in_house(hotel: Hotel) -> None:
    bookings, room = arriving(hotel), RoomFactory(hotel=hotel)

    def take(booking: Booking) -> Booking:
        request = DeskCheckIn(booking=booking, performed_by="staff:tests", room=room)
        return check_in_at_desk(request)

    results = at_once(*[lambda booking=booking: take(booking) for booking in bookings])

    assert len(winners(results)) == 1, results
    assert sum(isinstance(result, Conflict) for result in results) == DESKS - 1, results
    assert Booking.objects.filter(checked_in_at__isnull=False).count() == 1


def test_a_double_click_at_the_desk_takes_the_guest_in_once(hotel: Hotel) -> None:
    booking = BookingFactory(hotel=hotel, arriving_today=True, with_room=True, on_file=True)

    results = at_once(
        *[lambda: check_in_at_desk(DeskCheckIn(booking=booking, performed_by="staff:tests"))]
        * DESKS
    )

    assert len({taken.checked_in_at for taken in winners(results)}) == 1, results
    assert len(winners(results)) == DESKS, results
    assert booking.guests.count() == 1
