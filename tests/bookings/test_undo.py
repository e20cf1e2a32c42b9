"""Taking a check-out back: all of the stay, or a reason why not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.bookings.errors import UndoNotAllowed
from apps.bookings.models import Booking, CheckOut, Guest, HousekeepingTask, Room, RoomNight
from apps.bookings.rules import allowed_actions
from apps.bookings.services.rooming import assign_room
from apps.bookings.services.turnover import set_room_status
from apps.bookings.services.undo import undo_check_out
from apps.bookings.states import BookingStatus, RoomStatus, TaskStatus
from apps.bookings.stay_window import stay_window
from apps.checkin.services.desk import DeskCheckIn, check_in_at_desk
from apps.common.errors import Invalid
from apps.common.events import events_after
from apps.locks.models import AccessGrant
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
from tests.factories.bookings import BookingFactory, GuestFactory
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db


@pytest.fixture
def left() -> Booking:
    booking = BookingFactory(in_house=True)
    assign_room(booking, booking.assigned_room)
    GuestFactory(booking=booking)
    return leave(booking)


def take_back(booking: Booking) -> Booking:
    return undo_check_out(booking=booking, performed_by=STAFF, reason="The wrong room.")


def test_booking_room_guests_and_nights_come_back(left: Booking) -> None:
    back = take_back(left)

    room = room_of(back)
    assert (back.status, back.checked_out_at) == (BookingStatus.CONFIRMED, None)
    assert room.status == RoomStatus.OCCUPIED
    assert Guest.objects.get().room == room
    assert RoomNight.objects.filter(booking=back, room=room).count() == 2
    assert HousekeepingTask.objects.get().status == TaskStatus.CANCELLED
    assert_in_order()


def test_who_undid_it_and_why_is_kept(left: Booking) -> None:
    take_back(left)

    row = CheckOut.objects.get()
    assert (row.undone_by, row.undo_reason) == (STAFF, "The wrong room.")
    assert row.undone_at is not None
    change = room_of(left).status_changes.latest("pk")
    assert (change.old_status, change.new_status, change.note) == (
        "CHECKOUT_DIRTY",
        "OCCUPIED",
        "The wrong room.",
    )
    assert [event.name for event in events_after(left.hotel.event_stream, 2)] == [
        "room-status-changed",
        "check-out-undone",
    ]


def test_the_codes_come_back_with_the_same_pin(lock_cloud: LockCloud) -> None:
    booking = stay_with_codes()
    doors = (front_door(booking), own_door(room_of(booking)))
    pin = AccessGrant.objects.get().pin
    leave(booking)
    assert codes(lock_cloud, *doors) == [[], []]

    take_back(booking)

    assert codes(lock_cloud, *doors) == [[pin], [pin]]
    assert_in_order()


def test_an_undo_before_the_worker_came_leaves_one_code_a_lock(lock_cloud: LockCloud) -> None:
    booking = stay_with_codes()
    pin = AccessGrant.objects.get().pin

    leave(booking)
    take_back(booking)

    doors = (front_door(booking), own_door(room_of(booking)))
    assert codes(lock_cloud, *doors) == [[pin], [pin]]


def test_a_stay_can_leave_come_back_and_leave_again(left: Booking) -> None:
    leave(take_back(left))

    assert CheckOut.objects.filter(undone_at=None).count() == 1
    assert CheckOut.objects.count() == 2
    assert_in_order()


def test_the_window_is_half_open(left: Booking) -> None:
    check_out = CheckOut.objects.get()
    over = check_out.happened_at + timedelta(minutes=left.hotel.undo_check_out_minutes)

    with time_machine.travel(over, tick=False), pytest.raises(UndoNotAllowed):
        take_back(left)
    with time_machine.travel(over - timedelta(seconds=1), tick=False):
        assert take_back(left).status == BookingStatus.CONFIRMED


def never(booking: Booking) -> None:
    booking.hotel.undo_check_out_minutes = 0
    booking.hotel.save()


def another_guest(booking: Booking) -> None:
    room = room_of(booking)
    for status in (
        RoomStatus.CLEANING_IN_PROGRESS,
        RoomStatus.CLEANED_UNINSPECTED,
        RoomStatus.READY_FOR_GUEST,
    ):
        set_room_status(room=room, status=status, performed_by=STAFF, source="tests")
    arriving = BookingFactory(hotel=booking.hotel, arriving_today=True)
    check_in_at_desk(DeskCheckIn(booking=arriving, performed_by=STAFF, room=room))


def out_of_service(booking: Booking) -> None:
    set_room_status(
        room=room_of(booking),
        status=RoomStatus.OUT_OF_SERVICE,
        performed_by=STAFF,
        source="tests",
    )


def given_away(booking: Booking) -> None:
    later = BookingFactory(hotel=booking.hotel, check_in_date=booking.check_in_date)
    assign_room(later, room_of(booking))


def undone_already(booking: Booking) -> None:
    take_back(booking)


@pytest.mark.parametrize(
    "meanwhile", [never, another_guest, out_of_service, given_away, undone_already]
)
def test_what_can_t_come_back_is_refused_with_a_reason_and_left_alone(
    left: Booking, meanwhile: Callable[[Booking], None]
) -> None:
    meanwhile(left)
    left.refresh_from_db()
    before = (left.status, left.checked_out_at, Room.objects.filter(is_occupied=True).count())

    with pytest.raises(UndoNotAllowed) as refused:
        take_back(left)

    left.refresh_from_db()
    after = (left.status, left.checked_out_at, Room.objects.filter(is_occupied=True).count())
    assert after == before
    assert refused.value.message
    assert_in_order()


def test_a_stay_whose_own_time_is_over_does_not_come_back(left: Booking) -> None:
    left.hotel.undo_check_out_minutes = 32_000
    left.hotel.save()
    with (
        time_machine.travel(stay_window(left).ends_at, tick=False),
        pytest.raises(UndoNotAllowed),
    ):
        take_back(left)


@pytest.mark.parametrize("reason", ["", "  ", "\x00"])
def test_an_undo_needs_a_reason(left: Booking, reason: str) -> None:
    with pytest.raises(Invalid):
        undo_check_out(booking=left, performed_by=STAFF, reason=reason)


def test_the_button_is_there_as_long_as_the_undo_is_allowed(left: Booking) -> None:
    def is_shown() -> bool:
        actions = {a.action: a.is_allowed for a in allowed_actions(left, now=timezone.now())}
        return actions["UNDO_CHECK_OUT"]

    left.refresh_from_db()
    assert is_shown()
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert not is_shown()
