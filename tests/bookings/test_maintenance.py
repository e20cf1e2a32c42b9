"""Rooms out of service for known days: held by the night, begun and ended by themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.bookings.errors import InvalidDates, MaintenanceNotFound, RoomNotAvailable
from apps.bookings.models import Booking, Hotel, HousekeepingTask, Maintenance, Room, RoomNight
from apps.bookings.services.maintenance import (
    MaintenancePlan,
    end_maintenance,
    plan_maintenance,
)
from apps.bookings.services.moves import StayChange, change_stay, move_booking
from apps.bookings.services.rooming import assign_room
from apps.bookings.services.turnover import set_room_status
from apps.bookings.states import RoomStatus
from apps.common.errors import Invalid
from apps.common.models import Event
from apps.staff.roles import Role
from apps.staff.services.logins import open_login
from tests.background import at_once, run_due_jobs
from tests.bookings.stays import STAFF, assert_in_order, leave
from tests.factories.bookings import BookingFactory, HotelFactory, RoomFactory
from tests.factories.staff import logged_in, works_at
from tests.graphql.test_concierge import Caller

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
R = RoomStatus
PLAN = """mutation($input: PlanMaintenanceInput!) { planMaintenance(input: $input) {
  ... on Maintenance { id reason startsOn endsOn returnStatus startedAt endedAt
    room { number status } }
  ... on Problem { code field } } }"""
END = """mutation($input: EndMaintenanceInput!) { endMaintenance(input: $input) {
  ... on Maintenance { id endedAt room { status } } ... on Problem { code field } } }"""
LIST = """query($hotelSlug: String!) { maintenance(hotelSlug: $hotelSlug) {
  edges { node { id startsOn room { number } } } } }"""


def at(clock: str, day: date = DAY) -> Any:
    """Live at an instant of Dublin's winter."""
    instant = datetime.combine(day, time.fromisoformat(clock), tzinfo=UTC)
    return time_machine.travel(instant, tick=True)


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


@pytest.fixture
def room(hotel: Hotel) -> Room:
    made: Room = RoomFactory(hotel=hotel, number="101")
    return made


def days(count: int) -> date:
    return DAY + timedelta(days=count)


def plan(room: Room, starts: int, ends: int, **more: Any) -> Maintenance:
    wish = MaintenancePlan(
        room=room, starts_on=days(starts), ends_on=days(ends), reason="New carpet.", **more
    )
    return plan_maintenance(wish, performed_by=STAFF)


def status_of(room: Room) -> RoomStatus:
    room.refresh_from_db()
    return room.status


def work() -> None:
    """What the worker does by itself, and nothing is out of order then."""
    run_due_jobs()
    assert_in_order()


# -- begun and ended by itself -------------------------------------------------------------------


@pytest.mark.parametrize("back", [R.READY_FOR_GUEST, R.CHECKOUT_DIRTY, R.CLEANED_UNINSPECTED])
def test_a_room_leaves_and_comes_back_by_itself_as_was_said(room: Room, back: RoomStatus) -> None:
    with at("10:00"):
        made = plan(room, 1, 3, return_status=back)
        work()
        assert status_of(room) == R.READY_FOR_GUEST
    with at("00:01", days(1)):
        work()
        assert status_of(room) == R.OUT_OF_SERVICE
    with at("23:59", days(2)):
        work()
        assert status_of(room) == R.OUT_OF_SERVICE
    with at("00:01", days(3)):
        work()
        assert status_of(room) == back

    made.refresh_from_db()
    assert made.closed_at is not None
    assert not RoomNight.objects.exists()
    changes = room.status_changes.order_by("pk")
    assert list(changes.values_list("old_status", "new_status", "source", "note")) == [
        (R.READY_FOR_GUEST, R.OUT_OF_SERVICE, "maintenance", "New carpet."),
        (R.OUT_OF_SERVICE, back, "maintenance", ""),
    ]
    assert Event.objects.filter(name="room-status-changed").count() == 2
    assert HousekeepingTask.objects.exists() == (back == R.CHECKOUT_DIRTY)


def test_what_begins_today_begins_at_once(room: Room) -> None:
    with at("10:00"):
        plan(room, 0, 1)
        assert status_of(room) == R.OUT_OF_SERVICE
        work()
    with at("00:01", days(1)):
        work()
        assert status_of(room) == R.CHECKOUT_DIRTY


def test_a_worker_who_slept_through_it_all_puts_the_room_back(room: Room) -> None:
    with at("10:00"):
        plan(room, 1, 2)
    with at("10:00", days(5)):
        work()
        assert status_of(room) == R.READY_FOR_GUEST  # it never went: nothing to return from
    assert not RoomNight.objects.exists()


def test_the_days_are_those_of_the_hotels_zone() -> None:
    room = RoomFactory(hotel=HotelFactory(timezone="Pacific/Auckland"))
    with at("09:00"):  # 22:00 there
        plan(room, 1, 2)
    with at("10:59"):
        work()
        assert status_of(room) == R.READY_FOR_GUEST
    with at("11:01"):
        work()
        assert status_of(room) == R.OUT_OF_SERVICE


def test_a_guest_who_is_still_there_is_waited_for(room: Room, hotel: Hotel) -> None:
    with at("09:00"):
        Room.objects.filter(pk=room.pk).update(is_occupied=True)
        stay: Booking = BookingFactory(
            hotel=hotel,
            assigned_room=room,
            check_in_date=days(-1),
            nights=1,
            checked_in_at=datetime.combine(days(-1), time(16), tzinfo=UTC),
        )
        assign_room(stay, room)
        made = plan(room, 0, 2)
        work()
        assert status_of(room) == R.OCCUPIED
        leave(stay)
    with at("09:10"):
        work()
        assert status_of(room) == R.OUT_OF_SERVICE
    made.refresh_from_db()
    assert made.opened_at is not None


def test_what_was_found_broken_before_is_mended_along_with_it(room: Room) -> None:
    with at("10:00"):
        set_room_status(
            room=room, status=R.OUT_OF_SERVICE, performed_by=STAFF, source="tests", note="Leak."
        )
        plan(room, 0, 1)
        work()
    with at("00:01", days(1)):
        work()
        assert status_of(room) == R.CHECKOUT_DIRTY
    assert not Maintenance.objects.filter(closed_at__isnull=True).exists()


# -- nobody else gets the nights -----------------------------------------------------------------


def test_its_nights_can_t_be_given_to_anybody(room: Room, hotel: Hotel) -> None:
    with at("10:00"):
        plan(room, 2, 4)
        into_it = BookingFactory(hotel=hotel, check_in_date=days(1), nights=2)
        before = BookingFactory(hotel=hotel, check_in_date=days(0), nights=2)
        after = BookingFactory(hotel=hotel, check_in_date=days(4), nights=1)

        with pytest.raises(RoomNotAvailable):
            move_booking(booking=into_it, room=room, performed_by=STAFF)
        for fitting in (before, after):
            move_booking(booking=fitting, room=room, performed_by=STAFF)
        with pytest.raises(RoomNotAvailable):
            change_stay(
                booking=before, change=StayChange(check_out_date=days(3)), performed_by=STAFF
            )
        work()


def test_booked_nights_and_other_maintenance_are_refused(room: Room, hotel: Hotel) -> None:
    with at("10:00"):
        booked = BookingFactory(hotel=hotel, check_in_date=days(2), nights=1)
        assign_room(booked, room)
        plan(room, 5, 6)

        for starts, ends in ((2, 3), (1, 4), (5, 6), (4, 9)):
            with pytest.raises(RoomNotAvailable):
                plan(room, starts, ends)
        plan(room, 3, 5)

        assert Maintenance.objects.count() == 2
        work()


@pytest.mark.parametrize(("starts", "ends"), [(-1, 2), (1, 1), (2, 1), (0, 731), (3654, 3655)])
def test_days_that_make_no_sense_are_refused(room: Room, starts: int, ends: int) -> None:
    with at("10:00"), pytest.raises(InvalidDates):
        plan(room, starts, ends)
    assert not RoomNight.objects.exists()


@pytest.mark.parametrize("back", [R.OCCUPIED, R.OUT_OF_SERVICE])
def test_a_room_can_t_come_back_as_what_it_can_t_be(room: Room, back: RoomStatus) -> None:
    with at("10:00"), pytest.raises(Invalid):
        plan(room, 1, 2, return_status=back)


@pytest.mark.django_db(transaction=True)
def test_a_plan_and_an_assignment_at_once_leave_one_of_them(hotel: Hotel, room: Room) -> None:
    with at("10:00"):
        booking = BookingFactory(hotel=hotel, check_in_date=days(1), nights=2)

        results = at_once(
            lambda: plan(room, 2, 4),
            lambda: move_booking(booking=booking, room=room, performed_by=STAFF),
            lambda: plan(room, 1, 3),
        )

        assert sum(isinstance(result, RoomNotAvailable) for result in results) == 2, results
        work()


# -- ended by hand -------------------------------------------------------------------------------


def test_it_can_be_taken_back_or_ended_early_once(room: Room, hotel: Hotel) -> None:
    with at("10:00"):
        under_way, planned = plan(room, 0, 2, return_status=R.READY_FOR_GUEST), plan(room, 3, 4)

        def end(made: Maintenance) -> Maintenance:
            return end_maintenance(hotel=hotel, maintenance_id=str(made.pk), performed_by=STAFF)

        first = end(planned)
        assert (end(planned).closed_at, first.opened_at) == (first.closed_at, None)
        assert status_of(room) == R.OUT_OF_SERVICE
        end(under_way)
        assert status_of(room) == R.READY_FOR_GUEST
        assert not RoomNight.objects.exists()
        work()
    with at("12:00", days(3)):
        work()
        assert status_of(room) == R.READY_FOR_GUEST


def test_setting_the_room_s_state_ends_it_too(room: Room) -> None:
    with at("10:00"):
        plan(room, 0, 5)
        set_room_status(room=room, status=R.CHECKOUT_DIRTY, performed_by=STAFF, source="tests")
        assert not RoomNight.objects.exists()
        work()
        assert status_of(room) == R.CHECKOUT_DIRTY


@pytest.mark.parametrize("key", ["0", "x", "9" * 30, "\x00"])
def test_what_is_not_there_can_t_be_ended(hotel: Hotel, key: str) -> None:
    with pytest.raises(MaintenanceNotFound):
        end_maintenance(hotel=hotel, maintenance_id=key, performed_by=STAFF)


# -- doors ---------------------------------------------------------------------------------------


def test_over_graphql(client: Client, hotel: Hotel, room: Room) -> None:
    with at("10:00"):
        maid = Caller(client, open_login(works_at(hotel, Role.HOUSEKEEPING)).token)
        wish = {
            "hotelSlug": hotel.slug,
            "roomNumber": room.number,
            "startsOn": days(1).isoformat(),
            "endsOn": days(2).isoformat(),
            "reason": "New carpet.",
        }
        made = maid.do(PLAN, **wish, returnStatus="READY_FOR_GUEST")
        taken = maid.do(PLAN, **wish)
        silent = maid.do(PLAN, **(wish | {"reason": " "}))
        (edge,) = maid.get(LIST, hotelSlug=hotel.slug)["edges"]
        ended = maid.do(END, hotelSlug=hotel.slug, maintenanceId=made["id"])
        foreign = maid.do(END, hotelSlug=hotel.slug, maintenanceId="999999")

    assert made == {
        "id": made["id"],
        "reason": "New carpet.",
        "startsOn": "2026-11-21",
        "endsOn": "2026-11-22",
        "returnStatus": "READY_FOR_GUEST",
        "startedAt": None,
        "endedAt": None,
        "room": {"number": "101", "status": "READY_FOR_GUEST"},
    }
    assert taken == {"code": "ROOM_NOT_AVAILABLE", "field": None}
    assert silent == {"code": "VALIDATION_ERROR", "field": "reason"}
    assert edge["node"]["id"] == made["id"]
    assert ended["endedAt"] is not None
    assert foreign == {"code": "NOT_FOUND", "field": "maintenanceId"}


def test_over_rest(hotel: Hotel, room: Room) -> None:
    with at("10:00"):
        desk = logged_in(works_at(hotel))
        base = f"/api/staff/hotels/{hotel.slug}/maintenance/"
        wish = {
            "room_number": room.number,
            "starts_on": days(0).isoformat(),
            "ends_on": days(2).isoformat(),
            "reason": "New carpet.",
        }
        made = desk.post(base, wish, format="json")
        taken = desk.post(base, wish, format="json")
        board = desk.get(f"/api/staff/hotels/{hotel.slug}/rooms/").json()["results"]
        shown = desk.get(base).json()["results"]
        key = made.json()["maintenance"]["id"]
        ended = desk.post(f"{base}{key}/end/")
        foreign = logged_in(works_at(HotelFactory())).post(f"{base}{key}/end/")

    assert made.status_code == 201
    body = made.json()["maintenance"]
    assert body | {"started_at": ""} == {
        "id": key,
        "room_number": 101,
        "reason": "New carpet.",
        "starts_on": "2026-11-20",
        "ends_on": "2026-11-22",
        "return_status": "CHECKOUT_DIRTY",
        "started_at": "",
        "ended_at": None,
    }
    assert body["started_at"] is not None
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "ROOM_NOT_AVAILABLE")
    assert board[0]["maintenance"] == {"reason": "New carpet.", "expected_until": "2026-11-22"}
    assert [row["id"] for row in shown] == [key]
    assert ended.status_code == 200
    assert ended.json()["maintenance"]["ended_at"] is not None
    assert foreign.status_code == 403
