"""How rooms turn over: the table, the record, the tasks that follow, and the report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.bookings.errors import InvalidRoomTransition, TaskClosed
from apps.bookings.models import (
    Booking,
    ExpectedArrival,
    Hotel,
    HousekeepingTask,
    Maintenance,
    Room,
    RoomStatusChange,
)
from apps.bookings.services.housekeeping import update_task
from apps.bookings.services.turnover import set_room_status
from apps.bookings.states import RoomStatus, TaskStatus
from apps.bookings.turnover_report import turnover_report
from apps.common.errors import Invalid
from apps.common.models import Event
from tests.background import run_due_jobs
from tests.bookings.stays import STAFF, assert_in_order, leave
from tests.factories.bookings import BookingFactory, HotelFactory, RoomFactory

pytestmark = pytest.mark.django_db

R = RoomStatus
TRAITS: dict[RoomStatus, dict[str, bool]] = {
    R.OCCUPIED: {"occupied": True},
    R.CHECKOUT_DIRTY: {"dirty": True},
    R.CLEANING_IN_PROGRESS: {"being_cleaned": True},
    R.CLEANED_UNINSPECTED: {"uninspected": True},
    R.READY_FOR_GUEST: {},
    R.OUT_OF_SERVICE: {"out_of_service": True},
}
VACANT = set(R) - {R.OCCUPIED}
# Written out from the product's own words, not from the table under test.
LEGAL = {
    (R.CHECKOUT_DIRTY, R.CLEANING_IN_PROGRESS),
    (R.CLEANING_IN_PROGRESS, R.CLEANED_UNINSPECTED),
    (R.CLEANED_UNINSPECTED, R.READY_FOR_GUEST),
    (R.CLEANED_UNINSPECTED, R.CLEANING_IN_PROGRESS),  # an inspection that failed
    *((status, R.OUT_OF_SERVICE) for status in VACANT),
    *((R.OUT_OF_SERVICE, status) for status in VACANT),
}
PAIRS = [(old, new) for old in R for new in R if old != new]


def turn(room: Room, status: RoomStatus, note: str = "") -> Room:
    return set_room_status(room=room, status=status, performed_by=STAFF, source="tests", note=note)


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_every_pair_of_states(old: RoomStatus, new: RoomStatus) -> None:
    room = RoomFactory(**TRAITS[old])
    assert room.status == old

    if (old, new) in LEGAL:
        assert turn(room, new).status == new
        change = RoomStatusChange.objects.get()
        assert (change.old_status, change.new_status) == (old, new)
        assert (change.performed_by, change.source) == (STAFF, "tests")
    else:
        with pytest.raises(InvalidRoomTransition):
            turn(room, new)
        assert not RoomStatusChange.objects.exists()
    room.refresh_from_db()
    assert room.status == (new if (old, new) in LEGAL else old)


@pytest.mark.parametrize("status", R)
def test_what_it_is_already_is_the_same_success(status: RoomStatus) -> None:
    room = RoomFactory(**TRAITS[status])

    assert turn(room, status).status == status
    assert not RoomStatusChange.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize("asked", [R.CLEANED_UNINSPECTED, R.READY_FOR_GUEST])
def test_where_nobody_inspects_clean_is_ready(asked: RoomStatus) -> None:
    room = RoomFactory(hotel=HotelFactory(inspects_rooms=False), being_cleaned=True)

    assert turn(room, asked).status == R.READY_FOR_GUEST


def test_where_nobody_inspects_dirt_is_still_no_ready_room() -> None:
    room = RoomFactory(hotel=HotelFactory(inspects_rooms=False), dirty=True)

    with pytest.raises(InvalidRoomTransition):
        turn(room, R.READY_FOR_GUEST)


def test_repairs_have_a_beginning_a_reason_and_an_end() -> None:
    room = RoomFactory()

    turn(room, R.OUT_OF_SERVICE, note="The shower leaks.")
    repair = Maintenance.objects.get()
    assert (repair.reason, repair.opened_by, repair.closed_at) == ("The shower leaks.", STAFF, None)
    turn(room, R.CHECKOUT_DIRTY)

    repair.refresh_from_db()
    assert repair.closed_at is not None
    assert_in_order()


def test_a_task_follows_its_room() -> None:
    booking = BookingFactory(in_house=True)
    room = leave(booking).assigned_room
    assert room is not None
    task = HousekeepingTask.objects.get()

    turn(room, R.CLEANING_IN_PROGRESS)
    task.refresh_from_db()
    assert (task.status, task.assignee) == (TaskStatus.IN_PROGRESS, "niamh")
    assert task.started_at is not None
    turn(room, R.CLEANED_UNINSPECTED)
    task.refresh_from_db()
    assert (task.status, task.finished_at is not None) == (TaskStatus.DONE, True)
    turn(room, R.CLEANING_IN_PROGRESS)
    again = HousekeepingTask.objects.exclude(pk=task.pk).get()
    assert again.status == TaskStatus.IN_PROGRESS


def act_on(task: HousekeepingTask, status: TaskStatus) -> HousekeepingTask:
    return update_task(
        hotel=task.hotel, task_id=str(task.pk), status=status, assignee=None, performed_by=STAFF
    )


def test_a_room_follows_its_task() -> None:
    room = leave(BookingFactory(in_house=True)).assigned_room
    assert room is not None
    task = HousekeepingTask.objects.get()

    act_on(task, TaskStatus.IN_PROGRESS)
    done = act_on(task, TaskStatus.DONE)

    room.refresh_from_db()
    assert (done.status, room.status) == (TaskStatus.DONE, R.CLEANED_UNINSPECTED)
    with pytest.raises(TaskClosed):
        act_on(task, TaskStatus.IN_PROGRESS)
    assert act_on(task, TaskStatus.DONE).status == TaskStatus.DONE


def test_a_task_that_ended_takes_no_other_one_with_it() -> None:
    room = leave(BookingFactory(in_house=True)).assigned_room
    assert room is not None
    first = HousekeepingTask.objects.get()
    turn(room, R.CLEANING_IN_PROGRESS)
    turn(room, R.CLEANED_UNINSPECTED)
    turn(room, R.CLEANING_IN_PROGRESS)

    with pytest.raises(TaskClosed):
        act_on(first, TaskStatus.CANCELLED)

    assert HousekeepingTask.objects.filter(status=TaskStatus.IN_PROGRESS).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_room_that_becomes_ready_takes_in_who_waits_for_it() -> None:
    room = RoomFactory(uninspected=True)
    booking = BookingFactory(hotel=room.hotel, arriving_today=True, assigned_room=room)
    later = timezone.now() + timedelta(hours=1)
    ExpectedArrival.objects.create(booking=booking, due_at=later)

    turn(room, R.READY_FOR_GUEST)
    run_due_jobs()

    booking.refresh_from_db()
    room.refresh_from_db()
    assert booking.checked_in_at is not None
    assert room.status == R.OCCUPIED


# -- the report ----------------------------------------------------------------------------------

DAY = date(2026, 7, 1)
NOON = datetime(2026, 7, 1, 11, tzinfo=UTC)  # noon in Dublin


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


def turned(hotel: Hotel, *minutes: int, start: datetime = NOON) -> Room:
    """A guest leaves at ``start``; cleaning, cleaned and ready follow after so many minutes."""
    with time_machine.travel(start, tick=False):
        booking: Booking = BookingFactory(hotel=hotel, in_house=True)
        room = leave(booking).assigned_room
    assert room is not None
    steps = (R.CLEANING_IN_PROGRESS, R.CLEANED_UNINSPECTED, R.READY_FOR_GUEST)
    for status, after in zip(steps, minutes, strict=False):
        with time_machine.travel(start + timedelta(minutes=after), tick=False):
            turn(room, status)
    return room


def report(hotel: Hotel, since: date = DAY, until: date = DAY) -> Any:
    with time_machine.travel(NOON + timedelta(days=30)):
        return turnover_report(hotel, since=since, until=until)


def test_each_step_has_its_time(hotel: Hotel) -> None:
    turned(hotel, 10, 40, 45)
    turned(hotel, 20, 60, 75)
    turned(HotelFactory(), 1, 2, 3)

    total = report(hotel).total

    assert (total.vacated, total.ready) == (2, 2)
    shown = {
        name: (times.count, times.median_seconds, times.p90_seconds)
        for name in ("waiting", "cleaning", "inspection", "turnover")
        for times in [getattr(total, name)]
    }
    assert shown == {
        "waiting": (2, 900.0, 1140.0),
        "cleaning": (2, 2100.0, 2340.0),
        "inspection": (2, 600.0, 840.0),
        "turnover": (2, 3600.0, pytest.approx(4320.0)),
    }


def test_a_room_that_is_not_ready_yet_counts_what_was_done(hotel: Hotel) -> None:
    turned(hotel, 10, 40)

    total = report(hotel).total

    assert (total.vacated, total.ready) == (1, 0)
    assert (total.cleaning.count, total.inspection.count) == (1, 0)
    assert total.turnover.median_seconds is None


def test_a_second_cleaning_counts_and_prolongs_the_turnover(hotel: Hotel) -> None:
    room = turned(hotel, 10, 40)
    for status, after in (
        (R.CLEANING_IN_PROGRESS, 50),
        (R.CLEANED_UNINSPECTED, 60),
        (R.READY_FOR_GUEST, 70),
    ):
        with time_machine.travel(NOON + timedelta(minutes=after), tick=False):
            turn(room, status)

    total = report(hotel).total

    assert (total.cleaning.count, total.inspection.count) == (2, 2)
    assert total.turnover.median_seconds == 70 * 60


def test_a_turnover_belongs_to_the_day_on_which_the_guest_left(hotel: Hotel) -> None:
    late = datetime(2026, 7, 1, 22, 50, tzinfo=UTC)  # ten to midnight in Dublin
    turned(hotel, 30, 60, 90, start=late)
    turned(hotel, 30, 60, 90, start=late + timedelta(minutes=20))

    days = {
        found.day: found.figures.ready for found in report(hotel, DAY, DAY + timedelta(days=1)).days
    }

    assert days == {DAY: 1, DAY + timedelta(days=1): 1}
    assert report(hotel).total.ready == 1


def test_repairs_and_undone_check_outs_are_no_turnovers(hotel: Hotel) -> None:
    broken = turned(hotel, 10)
    with time_machine.travel(NOON + timedelta(minutes=20), tick=False):
        turn(broken, R.OUT_OF_SERVICE)
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        turn(broken, R.READY_FOR_GUEST)

    total = report(hotel).total

    assert (total.vacated, total.ready, total.cleaning.count) == (1, 0, 0)


@pytest.mark.parametrize(
    ("since", "until"),
    [(DAY, DAY - timedelta(days=1)), (DAY - timedelta(days=366), DAY), (date.min, date.max)],
)
def test_days_that_make_no_range_are_refused(since: date, until: date, hotel: Hotel) -> None:
    with pytest.raises(Invalid):
        turnover_report(hotel, since=since, until=until)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_are_days_like_others(day: date, hotel: Hotel) -> None:
    assert turnover_report(hotel, since=day, until=day).total.vacated == 0


def test_a_year_costs_what_a_day_costs(
    hotel: Hotel, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    turned(hotel, 10, 40, 45)
    one = queries_of(lambda: report(hotel))
    for _ in range(5):
        turned(hotel, 10, 40, 45)

    assert queries_of(lambda: report(hotel, DAY - timedelta(days=365), DAY)) == one == 1
