"""The desk's doors to rooms and bookings: what is shown, filtered, changed and refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.bookings.models import Booking, Hotel, HousekeepingTask, Room
from apps.bookings.services.turnover import set_room_status
from apps.bookings.states import RoomStatus, TaskStatus
from apps.bookings.stay_window import hotel_today
from apps.common.alerts import raise_alert
from apps.staff.roles import Role
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory, RoomFactory
from tests.factories.locks import AccessCodeFactory, AccessGrantFactory
from tests.factories.staff import logged_in, works_at

pytestmark = pytest.mark.django_db

CountQueries = Callable[[Callable[[], Any]], int]
MANY = 20


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


@pytest.fixture
def desk(hotel: Hotel) -> APIClient:
    return logged_in(works_at(hotel))


def url(hotel: Hotel, path: str) -> str:
    return f"/api/staff/hotels/{hotel.slug}/{path}"


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def in_house(hotel: Hotel) -> Booking:
    booking: Booking = BookingFactory(hotel=hotel, in_house=True)
    GuestFactory(booking=booking)
    return booking


def dirty(hotel: Hotel, number: str = "101") -> Room:
    room: Room = RoomFactory(hotel=hotel, number=number, dirty=True)
    HousekeepingTask.objects.create(hotel=hotel, room=room, created_at=timezone.now())
    return room


# -- who comes in --------------------------------------------------------------------------------

READS = ["rooms/", "room-bookings/", "housekeeping-tasks/", "alerts/", "analytics/checkout/"]
FOR_CLEANERS = {"rooms/", "housekeeping-tasks/"}


@pytest.mark.parametrize("path", READS)
def test_each_list_is_for_those_whose_role_has_it(path: str, hotel: Hotel) -> None:
    cleaner = logged_in(works_at(hotel, Role.HOUSEKEEPING))
    foreigner = logged_in(works_at(HotelFactory(), Role.MANAGER))

    assert refusal(APIClient().get(url(hotel, path))) == (401, "NOT_AUTHENTICATED")
    assert refusal(foreigner.get(url(hotel, path))) == (403, "PERMISSION_DENIED")
    assert cleaner.get(url(hotel, path)).status_code == (200 if path in FOR_CLEANERS else 403)


DOORS = [
    ("undo-check-out", {"reason": "x"}),
    ("move", {"room_number": 101}),
    ("change-stay", {"late_check_out_time": "13:00"}),
]


@pytest.mark.parametrize(("door", "body"), DOORS)
def test_bookings_of_others_are_missing_ones(
    door: str, body: dict[str, Any], hotel: Hotel, desk: APIClient
) -> None:
    foreign = in_house(HotelFactory())
    address = url(hotel, f"room-bookings/{foreign.booking_id}/")

    assert refusal(desk.get(address)) == (404, "BOOKING_NOT_FOUND")
    answer = desk.post(f"{address}{door}/", body, format="json")
    assert refusal(answer) == (404, "BOOKING_NOT_FOUND")
    other = url(foreign.hotel, f"room-bookings/{foreign.booking_id}/{door}/")
    assert refusal(desk.post(other, body, format="json")) == (403, "PERMISSION_DENIED")


# -- rooms ---------------------------------------------------------------------------------------


def test_the_board_shows_who_is_where_and_what_is_to_be_done(hotel: Hotel, desk: APIClient) -> None:
    stay = in_house(hotel)
    assert stay.assigned_room is not None
    Room.objects.filter(pk=stay.assigned_room_id).update(number="101")
    task = HousekeepingTask.objects.get(room=dirty(hotel, "102"))
    broken = RoomFactory(hotel=hotel, number="Garden")
    set_room_status(
        room=broken,
        status=RoomStatus.OUT_OF_SERVICE,
        performed_by="staff:x",
        source="tests",
        note="The shower leaks.",
    )

    answer = desk.get(url(hotel, "rooms/")).json()

    nothing = {"stay": None, "housekeeping_task": None, "maintenance": None}
    assert answer["results"] == [
        {
            "id": stay.assigned_room_id,
            "room_number": 101,
            "room_status": "OCCUPIED",
            "is_occupied": True,
            **nothing,
            "stay": {
                "booking_id": stay.booking_id,
                "check_out_date": stay.check_out_date.isoformat(),
            },
        },
        {
            "id": task.room_id,
            "room_number": 102,
            "room_status": "CHECKOUT_DIRTY",
            "is_occupied": False,
            **nothing,
            "housekeeping_task": {"id": task.pk, "status": "OPEN", "assignee": ""},
        },
        {
            "id": broken.pk,
            "room_number": "Garden",
            "room_status": "OUT_OF_SERVICE",
            "is_occupied": False,
            **nothing,
            "maintenance": {"reason": "The shower leaks.", "expected_until": None},
        },
    ]


@pytest.mark.parametrize("status", RoomStatus.values)
def test_rooms_of_one_status(status: str, hotel: Hotel, desk: APIClient) -> None:
    for trait in ("occupied", "dirty", "being_cleaned", "uninspected", "out_of_service"):
        RoomFactory(hotel=hotel, **{trait: True})
    RoomFactory(hotel=hotel)

    shown = desk.get(url(hotel, "rooms/"), {"status": status}).json()["results"]

    assert [row["room_status"] for row in shown] == [status]
    assert refusal(desk.get(url(hotel, "rooms/"), {"status": "CLEAN"})) == (400, "VALIDATION_ERROR")


def test_a_whole_house_fits_into_one_answer(
    hotel: Hotel, desk: APIClient, queries_of: CountQueries
) -> None:
    Room.objects.bulk_create(Room(hotel=hotel, number=f"{n:03}") for n in range(500))

    def read() -> None:
        answer = desk.get(url(hotel, "rooms/"), {"limit": 500}).json()
        assert (len(answer["results"]), answer["next"]) == (500, None)

    assert queries_of(read) <= 5


def test_a_room_is_moved_on_by_its_number(hotel: Hotel, desk: APIClient) -> None:
    room = dirty(hotel)
    address = url(hotel, "rooms/101/status/")

    body = {"status": "CLEANING_IN_PROGRESS", "note": "nul \x00 and \u202e"}
    answer = desk.post(address, body, format="json")

    assert answer.json() == {
        "room": {
            "id": room.pk,
            "room_number": 101,
            "room_status": "CLEANING_IN_PROGRESS",
            "is_occupied": False,
        }
    }
    skipped = desk.post(address, {"status": "READY_FOR_GUEST"}, format="json")
    assert refusal(skipped) == (409, "INVALID_ROOM_TRANSITION")
    nowhere = desk.post(url(hotel, "rooms/999/status/"), body, format="json")
    assert refusal(nowhere) == (404, "ROOM_NOT_FOUND")
    unknown = desk.post(address, {"status": "SPARKLING"}, format="json")
    assert refusal(unknown) == (400, "VALIDATION_ERROR")


def test_a_task_is_assigned_and_moved_on(hotel: Hotel, desk: APIClient) -> None:
    room = dirty(hotel)
    task = HousekeepingTask.objects.get()
    address = url(hotel, f"housekeeping-tasks/{task.pk}/")

    begun = desk.patch(address, {"status": "IN_PROGRESS", "assignee": "niamh"}, format="json")
    done = desk.patch(address, {"status": "DONE"}, format="json")

    shown = begun.json()["housekeeping_task"]
    assert {key: shown[key] for key in ("status", "assignee", "room_number", "room_status")} == {
        "status": "IN_PROGRESS",
        "assignee": "niamh",
        "room_number": 101,
        "room_status": "CLEANING_IN_PROGRESS",
    }
    assert done.json()["housekeeping_task"]["status"] == "DONE"
    room.refresh_from_db()
    assert room.status == RoomStatus.CLEANED_UNINSPECTED
    again = desk.patch(address, {"status": "IN_PROGRESS"}, format="json")
    assert refusal(again) == (409, "INVALID_ROOM_TRANSITION")


@pytest.mark.parametrize("key", ["0", "-1", "x", "9" * 30, "%00"])
def test_a_task_that_is_not_there(key: str, hotel: Hotel, desk: APIClient) -> None:
    answer = desk.patch(url(hotel, f"housekeeping-tasks/{key}/"), {}, format="json")

    assert refusal(answer) == (404, "NOT_FOUND")


def test_tasks_of_others_are_missing_ones(hotel: Hotel, desk: APIClient) -> None:
    dirty(HotelFactory())
    task = HousekeepingTask.objects.get()

    address = url(hotel, f"housekeeping-tasks/{task.pk}/")
    answer = desk.patch(address, {"status": "CANCELLED"}, format="json")

    assert refusal(answer) == (404, "NOT_FOUND")
    task.refresh_from_db()
    assert task.status == TaskStatus.OPEN


# -- bookings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {"in", "arriving", "left"}),
        ({"in_house": "true"}, {"in"}),
        ({"in_house": "false"}, {"arriving", "left"}),
        ({"status": "COMPLETED"}, {"left"}),
        ({"arriving_on": "TOMORROW"}, {"arriving"}),
        ({"departing_on": "TODAY"}, {"left"}),
        ({"search": "o'brien"}, {"in", "arriving"}),
        ({"search": "nobody"}, set()),
        ({"search": "\x00"}, set()),
    ],
)
def test_bookings_are_filtered(
    asked: dict[str, str], found: set[str], hotel: Hotel, desk: APIClient
) -> None:
    today = hotel_today(hotel.zone, timezone.now())
    named = {
        in_house(hotel).booking_id: "in",
        BookingFactory(hotel=hotel, on_file=True).booking_id: "arriving",
        BookingFactory(hotel=hotel, checked_out=True).booking_id: "left",
        in_house(HotelFactory()).booking_id: "foreign",
    }
    days = {"TODAY": today.isoformat(), "TOMORROW": (today + timedelta(days=1)).isoformat()}
    query = {key: days.get(value, value) for key, value in asked.items()}

    shown = desk.get(url(hotel, "room-bookings/"), query).json()["results"]

    assert {named[row["booking_id"]] for row in shown} == found


@pytest.mark.parametrize(
    "query",
    [{"status": "GONE"}, {"arriving_on": "soon"}, {"in_house": "perhaps"}, {"cursor": "x"}],
)
def test_filters_that_are_none_are_refused(
    query: dict[str, str], hotel: Hotel, desk: APIClient
) -> None:
    answer = desk.get(url(hotel, "room-bookings/"), query)

    assert refusal(answer) == (400, "VALIDATION_ERROR")
    assert list(answer.json()["error"]["fields"]) == list(query)


def test_pages_hold_every_booking_once(hotel: Hotel, desk: APIClient) -> None:
    made = {BookingFactory(hotel=hotel).booking_id for _ in range(7)}

    shown: list[str] = []
    address: str | None = url(hotel, "room-bookings/?limit=3")
    while address is not None:
        page = desk.get(address).json()
        shown += [row["booking_id"] for row in page["results"]]
        address = page["next"]

    assert sorted(shown) == sorted(made)


def test_one_screen_shows_people_codes_and_actions(hotel: Hotel, desk: APIClient) -> None:
    booking = in_house(hotel)
    grant = AccessGrantFactory(holder=booking.lock_holder)
    AccessCodeFactory(grant=grant, on_the_lock=True, digits="4741")

    answer = desk.get(url(hotel, f"room-bookings/{booking.booking_id}/"))

    shown = answer.json()["booking"]
    assert shown["guest_name"] == "Mary O'Brien"
    assert [guest["is_primary"] for guest in shown["guests"]] == [True]
    assert [code["status"] for code in shown["access_codes"]] == ["SET"]
    assert "code" not in shown["access_codes"][0]
    assert "4741" not in answer.content.decode()
    actions = {row["action"]: row["is_allowed"] for row in shown["allowed_actions"]}
    assert {name for name, is_allowed in actions.items() if is_allowed} == {
        "CHECK_OUT",
        "MOVE",
        "CHANGE_STAY",
        "REISSUE_CODES",
    }
    refused = next(row for row in shown["allowed_actions"] if row["action"] == "UNDO_CHECK_OUT")
    assert refused["reasons"][0]["code"] == "UNDO_NOT_ALLOWED"


def test_a_stay_moves_changes_leaves_and_comes_back(hotel: Hotel, desk: APIClient) -> None:
    booking = in_house(hotel)
    RoomFactory(hotel=hotel, number="555")
    base = url(hotel, f"room-bookings/{booking.booking_id}/")

    moved = desk.post(f"{base}move/", {"room_number": 555}, format="json")
    until = (booking.check_out_date + timedelta(days=1)).isoformat()
    changed = desk.post(f"{base}change-stay/", {"check_out_date": until}, format="json")
    left = desk.post(f"{base}check-out/")
    back = desk.post(f"{base}undo-check-out/", {"reason": "A mistake."}, format="json")

    assert moved.json()["booking"]["assigned_room"]["room_number"] == 555
    assert changed.json()["booking"]["check_out_date"] == until
    assert left.status_code == 200
    assert back.json()["booking"]["status"] == "CONFIRMED"
    assert back.json()["booking"]["assigned_room"]["room_status"] == "OCCUPIED"
    again = desk.post(f"{base}undo-check-out/", {"reason": "Again."}, format="json")
    assert refusal(again) == (409, "UNDO_NOT_ALLOWED")


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " \x00 "}, {"reason": 7}])
def test_an_undo_without_a_reason_is_refused(
    body: dict[str, Any], hotel: Hotel, desk: APIClient
) -> None:
    booking = in_house(hotel)
    base = url(hotel, f"room-bookings/{booking.booking_id}/")
    desk.post(f"{base}check-out/")

    answer = desk.post(f"{base}undo-check-out/", body, format="json")

    assert refusal(answer) == (400, "VALIDATION_ERROR")
    assert list(answer.json()["error"]["fields"]) == ["reason"]


# -- many arrivals -------------------------------------------------------------------------------


def test_many_guests_are_checked_in_each_with_an_outcome(hotel: Hotel, desk: APIClient) -> None:
    first = BookingFactory(hotel=hotel, arriving_today=True, with_room=True)
    second = BookingFactory(hotel=hotel, arriving_today=True)
    third = BookingFactory(hotel=hotel, arriving_today=True)
    RoomFactory(hotel=hotel, number="700")
    foreign = BookingFactory(arriving_today=True, with_room=True)
    items = [
        {"booking_id": first.booking_id},
        {"booking_id": second.booking_id, "room_number": 700},
        {"booking_id": third.booking_id, "room_number": "700"},
        {"booking_id": foreign.booking_id + "-x"},
    ]

    tried = desk.post(url(hotel, "rooms/checkin/"), {"items": items, "dry_run": True}, "json")
    assert not Booking.objects.filter(checked_in_at__isnull=False).exists()
    done = desk.post(url(hotel, "rooms/checkin/"), {"items": items}, "json")

    outcomes = [(row["outcome"], row["code"]) for row in done.json()["items"]]
    assert outcomes == [
        ("CHECKED_IN", None),
        ("CHECKED_IN", None),
        ("REFUSED", "ROOM_OCCUPIED"),
        ("NOT_FOUND", "BOOKING_NOT_FOUND"),
    ]
    assert tried.json() == {"items": done.json()["items"], "dry_run": True}
    assert Booking.objects.filter(checked_in_at__isnull=False).count() == 2


# -- alerts, and the cost of lists ---------------------------------------------------------------


def test_alerts_are_the_hotels_and_its_locks_while_they_are_open(desk: APIClient) -> None:
    hotel = HotelFactory(with_locks=True)
    other = HotelFactory(with_locks=True)
    for scope in (
        hotel.alert_scope,
        hotel.lock_account.alert_scope,
        other.alert_scope,
        other.lock_account.alert_scope,
    ):
        raise_alert(scope=scope, kind="battery", subject="1", message=scope)

    shown = logged_in(works_at(hotel)).get(url(hotel, "alerts/")).json()["results"]

    messages = {row["message"] for row in shown}
    assert messages == {hotel.alert_scope, hotel.lock_account.alert_scope}
    assert set(shown[0]) == {"id", "kind", "subject", "message", "opened_at"}


@pytest.mark.parametrize("path", ["rooms/", "room-bookings/", "housekeeping-tasks/", "alerts/"])
def test_a_list_costs_the_same_however_long_it_is(
    path: str, hotel: Hotel, desk: APIClient, queries_of: CountQueries
) -> None:
    def add(count: int) -> None:
        for _ in range(count):
            stay = in_house(hotel)
            BookingFactory(hotel=hotel, checked_out=True, with_room=True)
            dirty(hotel, f"d{stay.pk}")
            raise_alert(scope=hotel.alert_scope, kind="x", subject=stay.booking_id, message="Look.")

    def read() -> None:
        assert desk.get(url(hotel, path)).status_code == 200

    add(1)
    one = queries_of(read)
    add(MANY - 1)
    assert queries_of(read) == one


def test_one_screen_costs_the_same_however_many_people(
    hotel: Hotel, desk: APIClient, queries_of: CountQueries
) -> None:
    booking = in_house(hotel)

    def read() -> None:
        assert desk.get(url(hotel, f"room-bookings/{booking.booking_id}/")).status_code == 200

    one = queries_of(read)
    for _ in range(MANY):
        GuestFactory(booking=booking, is_primary=False)
    assert queries_of(read) == one
