"""Guests who checked in early come in by themselves: at check-in time, or when they open a door."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.bookings.models import Booking, ExpectedArrival
from apps.bookings.services.access import open_doors
from apps.bookings.services.arrivals import LOOK_AGAIN, ROOM_ALERT, arrive_or_expect
from apps.bookings.services.closing import cancel_booking
from apps.bookings.services.turnover import set_room_status
from apps.bookings.states import RoomCondition, RoomStatus
from apps.bookings.stay_window import stay_window
from apps.common.models import Alert, Event
from apps.locks.models import AccessCode
from apps.locks.services.usage import note_use
from tests.background import run_due_jobs
from tests.factories.bookings import BookingFactory
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db


def expect(booking: Booking) -> None:
    """The guest has completed the check-in and is not in house."""
    assert not arrive_or_expect(booking, now=timezone.now(), source="online_check_in")


def starts_at(booking: Booking) -> datetime:
    return stay_window(booking).starts_at


def fresh(booking: Booking) -> Booking:
    return Booking.objects.select_related("hotel", "assigned_room").get(pk=booking.pk)


def is_in_house(booking: Booking) -> bool:
    now = fresh(booking)
    occupied = now.assigned_room is not None and now.assigned_room.is_occupied
    assert (now.checked_in_at is not None) == occupied
    return occupied


def work_at(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        run_due_jobs()


def open_alerts() -> list[Alert]:
    return list(Alert.objects.filter(kind=ROOM_ALERT, closed_at=None))


@pytest.fixture
def tomorrow() -> Booking:
    """A booking from tomorrow on, whose room is ready."""
    booking: Booking = BookingFactory(with_room=True)
    return booking


@pytest.fixture
def unready(tomorrow: Booking) -> Booking:
    tomorrow.assigned_room.condition = RoomCondition.CLEANING
    tomorrow.assigned_room.save()
    return tomorrow


def test_an_expected_guest_is_in_house_from_check_in_time_on(tomorrow: Booking) -> None:
    expect(tomorrow)

    work_at(starts_at(tomorrow) - timedelta(seconds=1))
    assert not is_in_house(tomorrow)
    work_at(starts_at(tomorrow))

    assert is_in_house(tomorrow)
    assert fresh(tomorrow).checked_in_at == starts_at(tomorrow)
    assert not ExpectedArrival.objects.exists()
    assert Event.objects.get(name="booking-checked-in").data["source"] == "online_check_in"


def test_an_early_time_counts_as_check_in_time(tomorrow: Booking) -> None:
    usual = starts_at(tomorrow)
    tomorrow.early_check_in_time = (
        (usual - timedelta(hours=5)).astimezone(tomorrow.hotel.zone).time()
    )
    tomorrow.save()
    expect(tomorrow)

    work_at(usual - timedelta(hours=5))

    assert is_in_house(tomorrow)


def test_completing_again_expects_the_guest_once(tomorrow: Booking) -> None:
    expect(tomorrow)
    expect(tomorrow)

    assert ExpectedArrival.objects.count() == 1


def test_the_first_use_of_a_code_is_an_arrival(lock_cloud: LockCloud) -> None:
    booking = BookingFactory(with_doors=True)
    open_doors(booking, actor="tests", reason="Checked in online.")
    run_due_jobs()
    booking.assigned_room.condition = RoomCondition.CLEAN_UNINSPECTED
    booking.assigned_room.save()
    expect(booking)
    work_at(starts_at(booking))  # it was not ready then, so the next look is minutes away
    assert not is_in_house(booking)
    booking.assigned_room.condition = RoomCondition.CLEAN  # without a word from housekeeping
    booking.assigned_room.save()
    at_the_door = starts_at(booking) + timedelta(minutes=1)

    with time_machine.travel(at_the_door, tick=False):
        code = AccessCode.objects.filter(lock__is_front_door=True).get()
        note_use(code, happened_at=at_the_door, record_id=None)
        run_due_jobs()

    assert is_in_house(booking)
    assert fresh(booking).checked_in_at == at_the_door


def test_staff_hear_of_a_guest_whose_room_is_not_ready_until_it_is(unready: Booking) -> None:
    expect(unready)
    work_at(starts_at(unready) - timedelta(minutes=1))
    assert open_alerts() == []  # there is time yet

    work_at(starts_at(unready))
    work_at(starts_at(unready) + LOOK_AGAIN)

    [alert] = open_alerts()
    assert (alert.scope, alert.subject) == (unready.hotel.alert_scope, unready.booking_id)
    assert unready.booking_id in alert.message
    assert not is_in_house(unready)

    ready_at = starts_at(unready) + LOOK_AGAIN + timedelta(seconds=30)
    with time_machine.travel(ready_at, tick=False):
        for status in (RoomStatus.CLEANED_UNINSPECTED, RoomStatus.READY_FOR_GUEST):
            set_room_status(
                room=unready.assigned_room, status=status, performed_by="staff:jo", source="tests"
            )
        run_due_jobs()

    assert is_in_house(unready)  # at once, not at the next look
    assert open_alerts() == []


def test_a_room_that_is_ready_before_the_day_takes_nobody_in_before_it(unready: Booking) -> None:
    expect(unready)
    unready.assigned_room.condition = RoomCondition.CLEAN_UNINSPECTED
    unready.assigned_room.save()

    set_room_status(
        room=unready.assigned_room,
        status=RoomStatus.READY_FOR_GUEST,
        performed_by="staff:jo",
        source="tests",
    )
    run_due_jobs()

    assert not is_in_house(unready)
    work_at(starts_at(unready))
    assert is_in_house(unready)


def test_a_room_with_the_guests_before_in_it_is_waited_for(tomorrow: Booking) -> None:
    before = BookingFactory(
        hotel=tomorrow.hotel, assigned_room=tomorrow.assigned_room, checked_in_at=timezone.now()
    )
    tomorrow.assigned_room.is_occupied = True
    tomorrow.assigned_room.save()
    expect(tomorrow)

    work_at(starts_at(tomorrow))

    assert fresh(tomorrow).checked_in_at is None
    assert fresh(before).assigned_room.is_occupied
    assert len(open_alerts()) == 1


def test_a_booking_without_a_room_waits_for_one() -> None:
    booking = BookingFactory()
    expect(booking)

    work_at(starts_at(booking))

    assert fresh(booking).checked_in_at is None
    [alert] = open_alerts()
    assert "no room" in alert.message


def test_nobody_is_expected_after_the_stay(unready: Booking) -> None:
    expect(unready)
    work_at(starts_at(unready))
    assert len(open_alerts()) == 1

    work_at(stay_window(unready).ends_at)

    assert not ExpectedArrival.objects.exists()
    assert open_alerts() == []
    assert fresh(unready).checked_in_at is None


def test_staff_wait_no_longer_for_a_guest_who_will_not_come(unready: Booking) -> None:
    expect(unready)
    work_at(starts_at(unready))

    cancel_booking(booking=unready, performed_by="staff:jo")

    assert open_alerts() == []


def test_a_guest_whom_the_desk_took_in_meanwhile_arrives_once(tomorrow: Booking) -> None:
    expect(tomorrow)
    taken_at = starts_at(tomorrow) - timedelta(hours=3)
    Booking.objects.filter(pk=tomorrow.pk).update(checked_in_at=taken_at)

    work_at(starts_at(tomorrow))

    assert fresh(tomorrow).checked_in_at == taken_at
    assert not Event.objects.filter(name="booking-checked-in").exists()
