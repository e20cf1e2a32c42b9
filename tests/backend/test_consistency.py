"""The consistency command finds each thing that does not agree, and nothing where all does."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.bookings.models import Booking, CheckOut, Guest, HousekeepingTask, Room, RoomNight
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.rooming import hold_many
from apps.bookings.services.undo import undo_check_out
from apps.bookings.states import BookingStatus
from backend.consistency import find_inconsistencies
from tests.factories.bookings import BookingFactory, GuestFactory, RoomFactory
from tests.factories.checkin import CheckInFlowFactory
from tests.factories.locks import AccessGrantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stay() -> Booking:
    booking: Booking = BookingFactory(in_house=True)
    GuestFactory(booking=booking)
    hold_many([booking])
    AccessGrantFactory(holder=booking.lock_holder)
    return booking


def run() -> tuple[str, str]:
    out = StringIO()
    try:
        call_command("check_consistency", stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def leave(booking: Booking) -> Booking:
    return checkout_booking(booking=booking, performed_by="staff:x", source="tests")


def test_a_house_in_order_is_found_in_order(stay: Booking) -> None:
    assert run() == ("Everything agrees.\n", "")

    left = leave(stay)
    assert run() == ("Everything agrees.\n", "")

    undo_check_out(booking=left, performed_by="staff:x", reason="A mistake.")
    assert run() == ("Everything agrees.\n", "")


def ghost_room(stay: Booking) -> None:
    RoomFactory(hotel=stay.hotel, occupied=True)


def vacant_room(stay: Booking) -> None:
    Room.objects.update(is_occupied=False)


def no_room(stay: Booking) -> None:
    RoomNight.objects.all().delete()
    Guest.objects.update(room=None)
    Room.objects.update(is_occupied=False)
    Booking.objects.update(assigned_room=None)


def guest_stays_behind(stay: Booking) -> None:
    room = stay.assigned_room
    leave(stay)
    Guest.objects.update(room=room)


def guest_elsewhere(stay: Booking) -> None:
    Guest.objects.update(room=RoomFactory(hotel=stay.hotel))


def door_stays_open(stay: Booking) -> None:
    leave(stay)
    AccessGrantFactory(holder=stay.lock_holder)


def completed_by_hand(stay: Booking) -> None:
    leave(stay)
    CheckOut.objects.all().delete()


def check_out_left_standing(stay: Booking) -> None:
    CheckOut.objects.create(
        booking=stay,
        room=stay.assigned_room,
        performed_by="x",
        source="tests",
        happened_at=timezone.now(),
    )


def nights_kept(stay: Booking) -> None:
    room = stay.assigned_room
    leave(stay)
    RoomNight.objects.create(room=room, night=stay.check_in_date, booking=stay)


def nights_missing(stay: Booking) -> None:
    RoomNight.objects.first().delete()  # type: ignore[union-attr]  # the stay holds some


def nights_elsewhere(stay: Booking) -> None:
    RoomNight.objects.update(room=RoomFactory(hotel=stay.hotel))


def task_in_the_way(stay: Booking) -> None:
    HousekeepingTask.objects.create(
        hotel=stay.hotel, room=stay.assigned_room, created_at=timezone.now()
    )


def repair_forgotten(stay: Booking) -> None:
    RoomFactory(hotel=stay.hotel, out_of_service=True)


def flow_of_an_ended_stay(stay: Booking) -> None:
    CheckInFlowFactory(booking=leave(stay))


BROKEN: list[Callable[[Booking], None]] = [
    ghost_room,
    vacant_room,
    no_room,
    guest_stays_behind,
    guest_elsewhere,
    door_stays_open,
    completed_by_hand,
    check_out_left_standing,
    nights_kept,
    nights_missing,
    nights_elsewhere,
    task_in_the_way,
    repair_forgotten,
    flow_of_an_ended_stay,
]


@pytest.mark.parametrize("break_it", BROKEN)
def test_each_thing_that_does_not_agree_is_found_once(
    stay: Booking, break_it: Callable[[Booking], None]
) -> None:
    break_it(stay)

    out, error = run()

    assert len(out.splitlines()) == 1, out
    assert error == "1 found."
    assert stay.hotel.slug in out or f"Booking {stay.pk}" in out


def test_two_stays_in_one_room_are_found(stay: Booking) -> None:
    BookingFactory(
        hotel=stay.hotel,
        in_house=True,
        assigned_room=stay.assigned_room,
        status=BookingStatus.CONFIRMED,
    )

    assert any("another stay" in str(finding) for finding in find_inconsistencies())


def test_looking_costs_the_same_however_full_the_house_is(
    stay: Booking, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    def look() -> None:
        assert not list(find_inconsistencies())

    one = queries_of(look)
    hold_many([BookingFactory(hotel=stay.hotel, in_house=True) for _ in range(20)])
    assert queries_of(look) == one
