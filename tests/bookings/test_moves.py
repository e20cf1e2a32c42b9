"""Another room, other dates: the PIN goes along, and new doors open before old ones shut."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.bookings import errors
from apps.bookings.models import (
    Booking,
    ExpectedArrival,
    Guest,
    HousekeepingTask,
    Room,
    RoomNight,
    RoomStatusChange,
)
from apps.bookings.services.moves import StayChange, change_stay, move_booking
from apps.bookings.services.rooming import assign_room
from apps.bookings.states import RoomStatus
from apps.bookings.stay_window import hotel_today, stay_window
from apps.common.errors import DomainError
from apps.common.events import events_after
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.states import CodeState
from tests.background import run_due_jobs
from tests.bookings.stays import (
    STAFF,
    assert_in_order,
    codes,
    front_door,
    leave,
    own_door,
    room_of,
    stay_with_codes,
)
from tests.factories.bookings import BookingFactory, GuestFactory, RoomFactory
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db


@pytest.fixture
def stay() -> Booking:
    booking: Booking = BookingFactory(in_house=True)
    assign_room(booking, booking.assigned_room)
    GuestFactory(booking=booking)
    return booking


def move(booking: Booking, room: Room) -> Booking:
    return move_booking(booking=booking, room=room, performed_by=STAFF)


def change(booking: Booking, **changes: Any) -> Booking:
    return change_stay(booking=booking, change=StayChange(**changes), performed_by=STAFF)


# -- rooms ---------------------------------------------------------------------------------------


def test_a_guest_in_house_leaves_one_room_and_is_in_the_other(stay: Booking) -> None:
    left, target = room_of(stay), RoomFactory(hotel=stay.hotel)

    move(stay, target)

    left.refresh_from_db()
    target.refresh_from_db()
    assert left.status == RoomStatus.CHECKOUT_DIRTY
    assert target.status == RoomStatus.OCCUPIED
    assert Guest.objects.get().room == target
    assert set(RoomNight.objects.values_list("room", flat=True)) == {target.pk}
    assert HousekeepingTask.objects.get().room == left
    assert RoomStatusChange.objects.filter(source="room_move", performed_by=STAFF).count() == 2
    names = [event.name for event in events_after(stay.hotel.event_stream, 0)]
    assert names == ["room-status-changed", "room-status-changed", "booking-moved"]
    assert_in_order()


def test_the_same_pin_opens_the_new_door_and_not_the_old_one(lock_cloud: LockCloud) -> None:
    booking = stay_with_codes()
    left, target = room_of(booking), RoomFactory(hotel=booking.hotel, with_lock=True)
    pin = AccessGrant.objects.get().pin

    move(booking, target)

    assert codes(lock_cloud, front_door(booking), own_door(target), own_door(left)) == [
        [pin],
        [pin],
        [],
    ]
    assert AccessGrant.objects.get().pin == pin
    assert_in_order()


def test_the_new_door_opens_before_the_old_one_shuts(lock_cloud: LockCloud) -> None:
    booking = stay_with_codes()
    left, target = room_of(booking), RoomFactory(hotel=booking.hotel, with_lock=True)

    move(booking, target)
    run_due_jobs()

    new = AccessCode.objects.get(lock=own_door(target), state=CodeState.SET)
    old = AccessCode.objects.get(lock=own_door(left))
    assert new.accepted_at is not None
    assert old.removed_at is not None
    assert new.accepted_at < old.removed_at


def test_a_move_changes_nothing_on_the_front_door(lock_cloud: LockCloud) -> None:
    booking = stay_with_codes()
    before = lock_cloud.listed(front_door(booking))

    move(booking, RoomFactory(hotel=booking.hotel, with_lock=True))
    run_due_jobs()

    assert lock_cloud.listed(front_door(booking)) == before


def test_to_the_room_that_they_have_is_the_same_success(stay: Booking) -> None:
    assert move(stay, room_of(stay)).assigned_room_id == stay.assigned_room_id
    assert not RoomStatusChange.objects.exists()


@pytest.mark.parametrize(
    ("room", "refusal"),
    [
        ({"occupied": True}, errors.RoomOccupied),
        ({"dirty": True}, errors.RoomNotReady),
        ({"being_cleaned": True}, errors.RoomNotReady),
        ({"uninspected": True}, errors.RoomNotReady),
        ({"out_of_service": True}, errors.RoomNotReady),
    ],
)
def test_a_guest_in_house_goes_into_a_ready_room_alone(
    room: dict[str, Any], refusal: type[DomainError], stay: Booking
) -> None:
    before = room_of(stay)

    with pytest.raises(refusal):
        move(stay, RoomFactory(hotel=stay.hotel, **room))

    assert room_of(stay) == before
    assert before.is_occupied


def test_a_room_that_is_taken_for_a_night_is_refused_and_all_is_as_before(stay: Booking) -> None:
    target, before = RoomFactory(hotel=stay.hotel), room_of(stay)
    last_night = stay.check_out_date - timedelta(days=1)
    assign_room(BookingFactory(hotel=stay.hotel, check_in_date=last_night), target)

    with pytest.raises(errors.RoomNotAvailable):
        move(stay, target)

    assert room_of(stay) == before
    assert_in_order()


def test_the_room_of_another_hotel_is_refused(stay: Booking) -> None:
    with pytest.raises(errors.RoomNotAvailable):
        move(stay, RoomFactory())


@pytest.mark.parametrize("state", ["cancelled", "no_show", "checked_out"])
def test_a_booking_that_has_ended_moves_nowhere(state: str) -> None:
    booking = BookingFactory(with_room=True, **{state: True})

    with pytest.raises(errors.BookingNotConfirmed):
        move(booking, RoomFactory(hotel=booking.hotel))


def test_before_arrival_a_room_is_assigned_whatever_state_it_is_in() -> None:
    booking = BookingFactory(arriving_today=True)
    room = RoomFactory(hotel=booking.hotel, dirty=True)

    move(booking, room)

    assert room_of(booking) == room
    assert not room.is_occupied
    assert_in_order()


def test_a_guest_who_waits_for_a_room_is_taken_into_the_ready_one() -> None:
    booking = BookingFactory(arriving_today=True, with_room=True, early_check_in_time=time(0, 0))
    Room.objects.update(condition="DIRTY")
    later = timezone.now() + timedelta(minutes=5)
    ExpectedArrival.objects.create(booking=booking, due_at=later)

    move(booking, RoomFactory(hotel=booking.hotel))

    assert ExpectedArrival.objects.get().due_at <= timezone.now()


# -- dates and hours -----------------------------------------------------------------------------


def test_an_extension_keeps_the_pin_and_moves_its_end(lock_cloud: LockCloud) -> None:
    booking = stay_with_codes()
    doors = (front_door(booking), own_door(room_of(booking)))
    pin = AccessGrant.objects.get().pin
    until = booking.check_out_date + timedelta(days=2)

    change(booking, check_out_date=until, late_check_out_time=time(14, 0))

    assert codes(lock_cloud, *doors) == [[pin], [pin]]
    booking.refresh_from_db()
    ends_at = stay_window(booking).ends_at
    assert AccessGrant.objects.get().ends_at == ends_at
    for door in doors:
        (listed,) = lock_cloud.listed(door)
        assert listed["ends_at"] == ends_at.isoformat()
    assert RoomNight.objects.filter(booking=booking).count() == 4
    assert_in_order()


def test_a_shorter_stay_gives_nights_back(stay: Booking) -> None:
    change(stay, check_out_date=stay.check_out_date - timedelta(days=1))

    assert RoomNight.objects.filter(booking=stay).count() == 1


def test_what_is_left_out_stays(stay: Booking) -> None:
    change(stay, early_check_in_time=time(9, 30))
    changed = change(stay, late_check_out_time=time(12, 0))

    assert changed.early_check_in_time == time(9, 30)
    assert changed.check_out_date == stay.check_out_date


def test_an_extension_into_another_stay_is_refused_as_a_whole(stay: Booking) -> None:
    later = BookingFactory(hotel=stay.hotel, check_in_date=stay.check_out_date)
    assign_room(later, room_of(stay))

    with pytest.raises(errors.RoomNotAvailable):
        change(stay, check_out_date=stay.check_out_date + timedelta(days=1))

    until = stay.check_out_date
    stay.refresh_from_db()
    assert stay.check_out_date == until
    assert_in_order()


def days(count: int) -> Any:
    return lambda booking: hotel_today(booking.hotel.zone, timezone.now()) + timedelta(days=count)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"check_out_date": days(0)}, "check_out_date"),
        ({"check_in_date": days(-5), "check_out_date": days(-1)}, "check_out_date"),
        ({"check_in_date": days(1), "check_out_date": days(3)}, "check_in_date"),
        ({"check_out_date": days(800)}, "check_out_date"),
        ({"check_out_date": lambda _: date.max}, "check_out_date"),
        ({"check_in_date": lambda _: date.min}, "check_out_date"),
        (
            {"check_in_date": lambda _: date.min, "check_out_date": lambda _: date(1, 1, 3)},
            "check_in_date",
        ),
    ],
)
def test_dates_that_make_no_sense_are_refused(
    changes: dict[str, Any], field: str, stay: Booking
) -> None:
    with pytest.raises(errors.InvalidDates) as refused:
        change(stay, **{name: make(stay) for name, make in changes.items()})

    assert refused.value.field == field
    assert_in_order()


def test_what_is_over_changes_no_more(stay: Booking) -> None:
    leave(stay)

    with pytest.raises(errors.BookingNotConfirmed):
        change(stay, late_check_out_time=time(15, 0))
