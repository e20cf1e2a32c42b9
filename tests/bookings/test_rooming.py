"""A room's night is one party's, and the database is what says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.bookings.errors import RoomNotAvailable
from apps.bookings.models import Booking, Hotel, Room, RoomNight
from apps.bookings.services.rooming import assign_room, hold_many, hold_nights, nights_of
from apps.bookings.states import BookingStatus
from tests.factories.bookings import BookingFactory, HotelFactory, RoomFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


@pytest.fixture
def room(hotel: Hotel) -> Room:
    made: Room = RoomFactory(hotel=hotel)
    return made


def booking_from(hotel: Hotel, days: int, nights: int = 2) -> Booking:
    """A booking that begins so many days after the others."""
    booking: Booking = BookingFactory(hotel=hotel)
    booking.check_in_date += timedelta(days=days)
    booking.check_out_date = booking.check_in_date + timedelta(days=nights)
    booking.save()
    return booking


def test_the_night_of_departure_is_free_for_the_next_guests(hotel: Hotel, room: Room) -> None:
    first, second = booking_from(hotel, 0), booking_from(hotel, 2)

    assign_room(first, room)
    assign_room(second, room)

    assert RoomNight.objects.filter(room=room).count() == 4
    assert set(nights_of(first)) & set(nights_of(second)) == set()


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_nights_that_overlap_are_refused_and_nothing_is_kept_of_the_try(
    days: int, hotel: Hotel, room: Room
) -> None:
    assign_room(booking_from(hotel, 0), room)
    other = booking_from(hotel, days)

    with pytest.raises(RoomNotAvailable), transaction.atomic():
        assign_room(other, room)

    other.refresh_from_db()
    assert other.assigned_room is None
    assert not other.nights.exists()


def test_the_refusal_leaves_the_caller_s_transaction_usable(hotel: Hotel, room: Room) -> None:
    assign_room(booking_from(hotel, 0), room)
    other, free = booking_from(hotel, 0), RoomFactory(hotel=hotel)

    with transaction.atomic():
        with pytest.raises(RoomNotAvailable):
            assign_room(other, room)
        assign_room(other, free)

    other.refresh_from_db()
    assert other.assigned_room == free
    assert set(other.nights.values_list("room", flat=True)) == {free.pk}


def test_the_database_itself_refuses_a_night_that_is_taken(hotel: Hotel, room: Room) -> None:
    first, second = booking_from(hotel, 0), booking_from(hotel, 0)
    night = nights_of(first)[0]
    RoomNight.objects.create(room=room, night=night, booking=first)

    with pytest.raises(IntegrityError), transaction.atomic():
        RoomNight.objects.create(room=room, night=night, booking=second)


def test_holding_again_changes_nothing(hotel: Hotel, room: Room) -> None:
    booking = booking_from(hotel, 0)
    assign_room(booking, room)
    held = set(booking.nights.values_list("pk", flat=True))

    hold_nights(booking)

    assert set(booking.nights.values_list("pk", flat=True)) == held


def test_another_room_gives_the_first_one_back(hotel: Hotel, room: Room) -> None:
    booking = booking_from(hotel, 0)
    assign_room(booking, room)
    other = RoomFactory(hotel=hotel)

    assign_room(booking, other)

    assign_room(booking_from(hotel, 0), room)
    assert set(booking.nights.values_list("room", flat=True)) == {other.pk}


def test_no_room_gives_the_nights_back(hotel: Hotel, room: Room) -> None:
    booking = booking_from(hotel, 0)
    assign_room(booking, room)

    assign_room(booking, None)

    assert not RoomNight.objects.exists()


def test_other_dates_hold_other_nights(hotel: Hotel, room: Room) -> None:
    booking = booking_from(hotel, 0)
    assign_room(booking, room)
    booking.check_in_date += timedelta(days=1)
    booking.check_out_date += timedelta(days=3)

    hold_nights(booking)

    assert list(booking.nights.order_by("night").values_list("night", flat=True)) == nights_of(
        booking
    )


def test_a_longer_stay_that_runs_into_another_is_refused(hotel: Hotel, room: Room) -> None:
    booking = booking_from(hotel, 0)
    assign_room(booking, room)
    assign_room(booking_from(hotel, 2), room)
    booking.check_out_date += timedelta(days=1)

    with pytest.raises(RoomNotAvailable):
        hold_nights(booking)

    assert booking.nights.count() == 2


@pytest.mark.parametrize("status", [BookingStatus.CANCELLED, BookingStatus.NO_SHOW])
def test_a_booking_that_will_not_be_stayed_holds_nothing(
    status: BookingStatus, hotel: Hotel, room: Room
) -> None:
    booking = booking_from(hotel, 0)
    assign_room(booking, room)
    booking.status = status

    hold_nights(booking)

    assert not RoomNight.objects.exists()


def test_a_room_of_another_hotel_can_t_be_had(hotel: Hotel) -> None:
    booking = booking_from(hotel, 0)

    with pytest.raises(RoomNotAvailable):
        assign_room(booking, RoomFactory())

    assert not RoomNight.objects.exists()


def test_many_are_held_at_once_or_not_at_all(hotel: Hotel, room: Room) -> None:
    apart = [booking_from(hotel, 0), booking_from(hotel, 2)]
    for booking in apart:
        booking.assigned_room = room
    hold_many(apart)
    assert RoomNight.objects.count() == 4

    clash = [booking_from(hotel, 9), booking_from(hotel, 10)]
    for booking in clash:
        booking.assigned_room = room
    with pytest.raises(RoomNotAvailable):
        hold_many(clash)
    assert RoomNight.objects.count() == 4
