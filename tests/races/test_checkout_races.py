"""Check-outs, undo, moves and check-ins at once: whoever wins, no ghost is left."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from apps.bookings.models import Booking, CheckOut, Hotel, Room
from apps.bookings.services import bulk, checkout
from apps.bookings.services.bulk import BulkCheckOut, bulk_check_out
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.housekeeping import update_task
from apps.bookings.services.moves import StayChange, change_stay, move_booking
from apps.bookings.services.rooming import hold_many
from apps.bookings.services.turnover import set_room_status
from apps.bookings.services.undo import undo_check_out
from apps.bookings.states import BookingStatus, RoomStatus, TaskStatus
from apps.checkin.services.desk import DeskCheckIn, check_in_at_desk
from apps.common.errors import DomainError
from apps.common.models import Event
from apps.staff.selectors import identity_of
from backend.consistency import find_inconsistencies
from tests.background import at_once, run_due_jobs
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory, RoomFactory
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
DESKS = 4
ROUNDS = 4
STAFF = "staff:niamh"


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory(inspects_rooms=False)
    return made


def in_house(hotel: Hotel) -> Booking:
    booking: Booking = BookingFactory(hotel=hotel, in_house=True)
    GuestFactory(booking=booking)
    hold_many([booking])
    return booking


def leave(booking: Booking, source: str = "tests") -> Booking:
    return checkout_booking(booking=booking, performed_by=STAFF, source=source)


def take_back(booking: Booking) -> Booking:
    return undo_check_out(booking=booking, performed_by=STAFF, reason="A mistake.")


def in_bulk(hotel: Hotel, *rooms: int) -> list[Any]:
    staff = identity_of(UserFactory(is_superuser=True))
    return bulk_check_out(BulkCheckOut(hotel=hotel, room_ids=rooms, staff=staff))


def assert_no_ghosts(results: list[Any]) -> None:
    """Nothing but refusals went wrong, and everything agrees."""
    bugs = [r for r in results if isinstance(r, Exception) and not isinstance(r, DomainError)]
    assert not bugs, bugs
    run_due_jobs()
    assert [str(finding) for finding in find_inconsistencies()] == []


def test_many_desks_check_one_guest_out_once(hotel: Hotel) -> None:
    booking = in_house(hotel)

    results = at_once(*[lambda: leave(booking)] * DESKS)

    assert_no_ghosts(results)
    assert all(isinstance(result, Booking) for result in results), results
    assert CheckOut.objects.count() == 1
    for name in ("room-status-changed", "booking-checked-out"):
        assert Event.objects.filter(name=name).count() == 1


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time anyway"
)
def test_without_the_lock_on_the_booking_one_guest_leaves_twice(
    hotel: Hotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the test above: it shows that the race is there, and what the lock is for."""
    both_have_read = threading.Barrier(2)

    def read_without_lock(pk: int) -> Booking:
        bookings = Booking.objects.select_related("hotel__lock_account", "assigned_room__hotel")
        found = bookings.get(pk=pk)
        both_have_read.wait(10)
        return found

    monkeypatch.setattr(checkout, "get_booking_and_room_for_update", read_without_lock)
    booking = in_house(hotel)

    results = at_once(*[lambda: leave(booking)] * 2)

    assert any(isinstance(result, Exception) for result in results), results


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_a_check_out_beside_a_move_ends_in_one_of_both_rooms(hotel: Hotel, turn: int) -> None:
    booking = in_house(hotel)
    other = RoomFactory(hotel=hotel)

    results = at_once(
        lambda: leave(booking),
        lambda: move_booking(booking=booking, room=other, performed_by=STAFF),
        lambda: leave(booking),
    )

    assert_no_ghosts(results)
    booking.refresh_from_db()
    assert booking.status == BookingStatus.COMPLETED
    assert not Room.objects.filter(is_occupied=True).exists()


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_an_undo_beside_the_next_guests_check_in(hotel: Hotel, turn: int) -> None:
    """One of them has the room; the other one is told."""
    gone = leave(in_house(hotel))
    room = Room.objects.get(pk=gone.assigned_room_id)
    for status in (RoomStatus.CLEANING_IN_PROGRESS, RoomStatus.READY_FOR_GUEST):
        set_room_status(room=room, status=status, performed_by=STAFF, source="tests")
    following = BookingFactory(hotel=hotel, arriving_today=True)

    results = at_once(
        lambda: take_back(gone),
        lambda: check_in_at_desk(DeskCheckIn(booking=following, performed_by=STAFF, room=room)),
    )

    assert_no_ghosts(results)
    assert sum(isinstance(result, DomainError) for result in results) == 1, results


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_two_guests_want_one_room(hotel: Hotel, turn: int) -> None:
    mover = in_house(hotel)
    arriving = BookingFactory(hotel=hotel, arriving_today=True)
    room = RoomFactory(hotel=hotel)

    results = at_once(
        lambda: move_booking(booking=mover, room=room, performed_by=STAFF),
        lambda: check_in_at_desk(DeskCheckIn(booking=arriving, performed_by=STAFF, room=room)),
    )

    assert_no_ghosts(results)
    assert sum(isinstance(result, DomainError) for result in results) == 1, results


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_moves_that_cross_do_not_wait_for_each_other(hotel: Hotel, turn: int) -> None:
    first, second = in_house(hotel), in_house(hotel)
    free, other = RoomFactory(hotel=hotel), RoomFactory(hotel=hotel)

    results = at_once(
        lambda: move_booking(booking=first, room=other, performed_by=STAFF),
        lambda: move_booking(booking=second, room=free, performed_by=STAFF),
        lambda: move_booking(booking=first, room=free, performed_by=STAFF),
        lambda: move_booking(booking=second, room=other, performed_by=STAFF),
    )

    assert_no_ghosts(results)


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_check_out_and_undo_again_and_again(hotel: Hotel, turn: int) -> None:
    booking = in_house(hotel)

    def there_and_back() -> None:
        for step in (leave, take_back, leave, take_back):
            try:
                step(booking)
            except DomainError:
                continue

    assert_no_ghosts(at_once(there_and_back, there_and_back, there_and_back))


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_a_bulk_beside_moves_and_arrivals(hotel: Hotel, turn: int) -> None:
    stays = [in_house(hotel) for _ in range(3)]
    free = [RoomFactory(hotel=hotel) for _ in range(2)]
    arriving = BookingFactory(hotel=hotel, arriving_today=True)
    rooms = list(Room.objects.values_list("pk", flat=True))

    results = at_once(
        lambda: in_bulk(hotel, *rooms),
        lambda: move_booking(booking=stays[0], room=free[0], performed_by=STAFF),
        lambda: check_in_at_desk(DeskCheckIn(booking=arriving, performed_by=STAFF, room=free[1])),
        lambda: in_bulk(hotel, *reversed(rooms)),
        lambda: leave(stays[2]),
    )

    assert_no_ghosts(results)


def test_who_has_moved_since_the_list_was_read_is_not_checked_out(
    hotel: Hotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking, other = in_house(hotel), RoomFactory(hotel=hotel)
    left = booking.assigned_room_id
    read = bulk._stays_in

    def move_after_reading(room_ids: list[int]) -> dict[int, Booking]:
        found = read(room_ids)
        monkeypatch.setattr(bulk, "_stays_in", read)
        move_booking(booking=booking, room=other, performed_by=STAFF)
        return found

    monkeypatch.setattr(bulk, "_stays_in", move_after_reading)
    assert left is not None
    (item,) = in_bulk(hotel, left)

    assert item.code == "NOT_CHECKED_IN"
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CONFIRMED
    assert_no_ghosts([])


def test_who_has_arrived_since_the_list_was_read_keeps_the_room(
    hotel: Hotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = BookingFactory(hotel=hotel, arriving_today=True)
    room = RoomFactory(hotel=hotel)
    read = bulk._stays_in

    def arrive_after_reading(room_ids: list[int]) -> dict[int, Booking]:
        found = read(room_ids)
        monkeypatch.setattr(bulk, "_stays_in", read)
        check_in_at_desk(DeskCheckIn(booking=booking, performed_by=STAFF, room=room))
        return found

    monkeypatch.setattr(bulk, "_stays_in", arrive_after_reading)
    (item,) = in_bulk(hotel, room.pk)

    assert item.code == "ROOM_OCCUPIED"
    assert_no_ghosts([])


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_a_task_and_its_room_are_moved_at_once(hotel: Hotel, turn: int) -> None:
    left = leave(in_house(hotel))
    room = Room.objects.get(pk=left.assigned_room_id)
    task = room.tasks.get()

    def by_task() -> Any:
        return update_task(
            hotel=hotel,
            task_id=str(task.pk),
            status=TaskStatus.IN_PROGRESS,
            assignee="niamh",
            performed_by=STAFF,
        )

    def by_room() -> Any:
        status = RoomStatus.CLEANING_IN_PROGRESS
        return set_room_status(room=room, status=status, performed_by=STAFF, source="tests")

    assert_no_ghosts(at_once(by_task, by_room, by_task, by_room))
    task.refresh_from_db()
    assert (task.status, task.assignee) == (TaskStatus.IN_PROGRESS, "niamh")


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_two_stays_want_one_rooms_nights(hotel: Hotel, turn: int) -> None:
    """An extension and an assignment meet: the database keeps them apart."""
    staying = in_house(hotel)
    room = staying.assigned_room
    assert room is not None
    later = BookingFactory(hotel=hotel, check_in_date=staying.check_out_date)
    until = later.check_out_date

    def extend() -> Booking:
        return change_stay(
            booking=staying, change=StayChange(check_out_date=until), performed_by=STAFF
        )

    results = at_once(extend, lambda: move_booking(booking=later, room=room, performed_by=STAFF))

    assert_no_ghosts(results)
    assert sum(isinstance(result, DomainError) for result in results) == 1, results
