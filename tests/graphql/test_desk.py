"""The desk over GraphQL: every command once, its refusals, and who may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from django.test import Client
from django.utils import timezone

from apps.bookings.models import Booking, Hotel, Room
from apps.bookings.services.rooming import assign_room
from apps.bookings.states import BookingStatus
from apps.common.alerts import raise_alert
from apps.common.models import Event
from apps.staff.roles import Role
from apps.staff.services.logins import open_login
from tests.bookings.stays import assert_in_order
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory, RoomFactory
from tests.factories.staff import UserFactory, works_at
from tests.graphql.test_concierge import Caller
from tests.statements import statements

pytestmark = pytest.mark.django_db

BOOKING: Final = (
    "bookingId status checkedInAt checkedOutAt assignedRoom { id number status isOccupied }"
    " allowedActions { action isAllowed reasons { code message } }"
)
ROOM: Final = "id number status isOccupied"
TASK: Final = "id status assignee startedAt finishedAt room { number status }"
ITEM: Final = "outcome roomId roomNumber bookingId code message"
PROBLEM: Final = "... on Problem { code message field }"

Make = Callable[..., Booking]


def mutation(name: str, kind: str, shape: str) -> str:
    """The document of one command, its result and its refusals."""
    argument = f"{name[0].upper()}{name[1:]}Input"
    if name == "assignRoom":
        argument = "MoveBookingInput"
    return (
        f"mutation($input: {argument}!) {{ {name}(input: $input) {{ __typename"
        f" ... on {kind} {{ {shape} }} {PROBLEM} }} }}"
    )


CHECK_OUT = mutation("checkOutBooking", "Booking", BOOKING)
UNDO = mutation("undoCheckOut", "Booking", BOOKING)
ASSIGN = mutation("assignRoom", "Booking", BOOKING)
MOVE = mutation("moveBooking", "Booking", BOOKING)
CHANGE = mutation("changeStay", "Booking", f"{BOOKING} checkInDate checkOutDate")
CHECK_IN = mutation("checkInBooking", "Booking", BOOKING)
SET_ROOM = mutation("setRoomStatus", "Room", ROOM)
TASK_UPDATE = mutation("updateHousekeepingTask", "HousekeepingTask", TASK)
BULK_OUT = mutation("bulkCheckOut", "BulkCheckOut", f"dryRun items {{ {ITEM} }}")
BULK_IN = mutation("bulkCheckIn", "BulkCheckIn", f"dryRun items {{ {ITEM} }}")
TASKS = f"""query($hotelSlug: String!, $status: HousekeepingTaskStatus) {{
  housekeepingTasks(hotelSlug: $hotelSlug, status: $status) {{
    edges {{ node {{ {TASK} }} }} }} }}"""
ROOMS = f"""query($hotelSlug: String!, $status: RoomStatus) {{
  rooms(hotelSlug: $hotelSlug, status: $status) {{ edges {{ node {{ {ROOM} }} }} }} }}"""
BOOKINGS = f"""query($hotelSlug: String!, $search: String) {{
  bookings(hotelSlug: $hotelSlug, search: $search) {{ edges {{ node {{ {BOOKING} }} }} }} }}"""
ALERTS = """query($hotelSlug: String!) { alerts(hotelSlug: $hotelSlug) {
  edges { node { id kind subject message openedAt } } pageInfo { hasNextPage endCursor } } }"""


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


@pytest.fixture
def in_house(hotel: Hotel) -> Make:
    def make(**more: Any) -> Booking:
        booking: Booking = BookingFactory(hotel=more.pop("at", hotel), in_house=True, **more)
        GuestFactory(booking=booking)
        assign_room(booking, booking.assigned_room)
        return booking

    return make


@pytest.fixture
def desk(client: Client, hotel: Hotel) -> Caller:
    return Caller(client, open_login(works_at(hotel)).token)


def nodes(page: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in page["edges"]]


def actions(booking: dict[str, Any]) -> dict[str, list[str]]:
    """What stands against each action."""
    return {
        action["action"]: [reason["code"] for reason in action["reasons"]]
        for action in booking["allowedActions"]
    }


def names(booking: Booking, **more: Any) -> dict[str, Any]:
    return {"hotelSlug": booking.hotel.slug, "bookingId": booking.booking_id, **more}


# -- check-out and back --------------------------------------------------------------------------


def test_a_check_out_and_its_undo(desk: Caller, in_house: Make) -> None:
    stay = in_house()
    room = stay.assigned_room
    assert room is not None

    left = desk.do(CHECK_OUT, **names(stay))
    again = desk.do(CHECK_OUT, **names(stay))

    assert (left["__typename"], left["status"]) == ("Booking", "COMPLETED")
    assert left["assignedRoom"] == {
        "id": room.pk,
        "number": room.number,
        "status": "CHECKOUT_DIRTY",
        "isOccupied": False,
    }
    assert again["checkedOutAt"] == left["checkedOutAt"]
    assert actions(left)["UNDO_CHECK_OUT"] == []

    refused = desk.do(UNDO, **names(stay, reason=" "))
    assert (refused["code"], refused["field"]) == ("VALIDATION_ERROR", "reason")
    back = desk.do(UNDO, **names(stay, reason="The wrong room."))
    assert (back["status"], back["checkedOutAt"]) == ("CONFIRMED", None)
    assert back["assignedRoom"]["status"] == "OCCUPIED"
    assert_in_order()


def test_refusals_of_a_check_out_are_problems_and_change_nothing(
    desk: Caller, hotel: Hotel, in_house: Make
) -> None:
    foreign = in_house(at=HotelFactory())
    coming = BookingFactory(hotel=hotel, arriving_today=True, with_room=True)
    roomless = BookingFactory(hotel=hotel, in_house=True, assigned_room=None)

    answers = [
        desk.do(CHECK_OUT, hotelSlug=hotel.slug, bookingId=booking_id)
        for booking_id in (
            foreign.booking_id,
            "nobody",
            "\x00",
            coming.booking_id,
            roomless.booking_id,
        )
    ]

    assert [(answer["__typename"], answer["code"]) for answer in answers] == [
        *[("NotFoundProblem", "BOOKING_NOT_FOUND")] * 3,
        ("ConflictProblem", "NOT_CHECKED_IN"),
        ("ConflictProblem", "CHECKOUT_FAILED"),
    ]
    assert not Booking.objects.filter(status=BookingStatus.COMPLETED).exists()
    assert not Event.objects.exists()


def test_many_check_outs_answer_for_each_room(desk: Caller, hotel: Hotel, in_house: Make) -> None:
    stay, foreign = in_house(), in_house(at=HotelFactory())
    vacant = RoomFactory(hotel=hotel)
    ids = [stay.assigned_room_id, vacant.pk, foreign.assigned_room_id]

    tried = desk.do(BULK_OUT, hotelSlug=hotel.slug, roomIds=ids, dryRun=True)
    assert not Event.objects.exists()
    done = desk.do(BULK_OUT, hotelSlug=hotel.slug, roomIds=ids)

    assert done["items"] == tried["items"]
    assert (tried["dryRun"], done["dryRun"]) == (True, False)
    assert [(item["outcome"], item["roomId"], item["code"]) for item in done["items"]] == [
        ("CHECKED_OUT", stay.assigned_room_id, None),
        ("CLEARED", vacant.pk, None),
        ("NOT_FOUND", foreign.assigned_room_id, "ROOM_NOT_FOUND"),
    ]
    assert done["items"][0]["bookingId"] == stay.booking_id
    assert_in_order()


def test_many_more_than_can_be_are_refused(desk: Caller, hotel: Hotel, in_house: Make) -> None:
    in_house()
    many = desk.do(BULK_OUT, hotelSlug=hotel.slug, roomIds=list(range(1, 5_001)))

    assert (many["__typename"], many["field"]) == ("InvalidProblem", "roomIds")
    assert not Event.objects.exists()


def test_destruction_is_for_superusers(
    client: Client, desk: Caller, hotel: Hotel, in_house: Make
) -> None:
    stay = in_house()
    wish = {"hotelSlug": hotel.slug, "roomIds": [stay.assigned_room_id], "destructive": True}

    refused = desk.ask(BULK_OUT, input=wish)
    assert refused["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"
    assert stay.guests.exists()

    root = Caller(client, open_login(UserFactory(is_superuser=True)).token)
    assert root.do(BULK_OUT, **wish)["items"][0]["outcome"] == "CHECKED_OUT"
    assert not stay.guests.exists()


# -- arrivals, moves and changes -----------------------------------------------------------------


def test_guests_are_checked_in_one_by_one_and_many_at_once(desk: Caller, hotel: Hotel) -> None:
    alone, first, second = (
        BookingFactory(hotel=hotel, arriving_today=True, on_file=True) for _ in range(3)
    )
    rooms: list[Room] = RoomFactory.create_batch(3, hotel=hotel)

    taken_in = desk.do(CHECK_IN, **names(alone, roomNumber=rooms[0].number))
    items = [
        {"bookingId": first.booking_id, "roomNumber": rooms[1].number},
        {"bookingId": second.booking_id, "roomNumber": rooms[0].number},
        {"bookingId": "nobody"},
    ]
    many = desk.do(BULK_IN, hotelSlug=hotel.slug, items=items)

    assert taken_in["checkedInAt"] is not None
    assert taken_in["assignedRoom"]["status"] == "OCCUPIED"
    assert [(item["outcome"], item["code"]) for item in many["items"]] == [
        ("CHECKED_IN", None),
        ("REFUSED", "ROOM_OCCUPIED"),
        ("NOT_FOUND", "BOOKING_NOT_FOUND"),
    ]
    assert_in_order()


def test_rooms_are_assigned_and_stays_moved(desk: Caller, hotel: Hotel, in_house: Make) -> None:
    stay, coming = in_house(), BookingFactory(hotel=hotel)
    free, dirty = RoomFactory(hotel=hotel), RoomFactory(hotel=hotel, dirty=True)

    assigned = desk.do(ASSIGN, **names(coming, roomNumber=dirty.number))
    refused = desk.do(MOVE, **names(stay, roomNumber=dirty.number))
    unknown = desk.do(MOVE, **names(stay, roomNumber="none"))
    moved = desk.do(MOVE, **names(stay, roomNumber=free.number))

    assert assigned["assignedRoom"]["number"] == dirty.number
    assert refused["code"] == "ROOM_NOT_READY"
    assert (unknown["code"], unknown["field"]) == ("ROOM_NOT_FOUND", "roomNumber")
    assert moved["assignedRoom"] == {
        "id": free.pk,
        "number": free.number,
        "status": "OCCUPIED",
        "isOccupied": True,
    }
    assert_in_order()


def test_dates_and_hours_change(desk: Caller, in_house: Make) -> None:
    stay = in_house()
    until = stay.check_out_date.replace(year=stay.check_out_date.year + 1).isoformat()

    longer = desk.do(CHANGE, **names(stay, checkOutDate=until, lateCheckOutTime="13:00"))
    wrong = desk.do(CHANGE, **names(stay, checkOutDate=stay.check_in_date.isoformat()))

    assert longer["checkOutDate"] == until
    assert (wrong["__typename"], wrong["field"]) == ("InvalidProblem", "checkOutDate")
    assert_in_order()


# -- rooms and their cleaning --------------------------------------------------------------------


def test_a_room_is_turned_over_by_its_task_and_its_state(
    client: Client, desk: Caller, hotel: Hotel, in_house: Make
) -> None:
    stay = in_house()
    desk.do(CHECK_OUT, **names(stay))
    maid = Caller(client, open_login(works_at(hotel, Role.HOUSEKEEPING)).token)
    (task,) = nodes(maid.get(TASKS, hotelSlug=hotel.slug, status="OPEN"))
    number = task["room"]["number"]

    begun = maid.do(
        TASK_UPDATE, hotelSlug=hotel.slug, taskId=task["id"], status="IN_PROGRESS", assignee="Ana"
    )
    done = maid.do(TASK_UPDATE, hotelSlug=hotel.slug, taskId=task["id"], status="DONE")
    ready = desk.do(SET_ROOM, hotelSlug=hotel.slug, roomNumber=number, status="READY_FOR_GUEST")
    refused = desk.do(SET_ROOM, hotelSlug=hotel.slug, roomNumber=number, status="OCCUPIED")

    assert (begun["assignee"], begun["room"]["status"]) == ("Ana", "CLEANING_IN_PROGRESS")
    assert (done["status"], done["room"]["status"]) == ("DONE", "CLEANED_UNINSPECTED")
    assert ready["status"] == "READY_FOR_GUEST"
    assert (refused["__typename"], refused["code"]) == (
        "ConflictProblem",
        "INVALID_ROOM_TRANSITION",
    )
    assert [room["number"] for room in nodes(desk.get(ROOMS, hotelSlug=hotel.slug))] == [number]


# -- lists and who may see them ------------------------------------------------------------------


def test_what_somebody_should_look_at_is_listed(desk: Caller, hotel: Hotel) -> None:
    raise_alert(scope=hotel.alert_scope, kind="tested", subject="BK-1", message="Look.")
    raise_alert(scope=HotelFactory().alert_scope, kind="tested", subject="BK-2", message="Look.")

    page = desk.get(ALERTS, hotelSlug=hotel.slug)

    (alert,) = nodes(page)
    assert (alert["kind"], alert["subject"], alert["message"]) == ("tested", "BK-1", "Look.")
    assert alert["openedAt"] <= timezone.now().isoformat()
    assert page["pageInfo"]["hasNextPage"] is False


def test_the_list_of_bookings_says_what_may_be_done(desk: Caller, in_house: Make) -> None:
    stay = in_house()

    (shown,) = nodes(desk.get(BOOKINGS, hotelSlug=stay.hotel.slug, search=stay.booking_id))

    against = actions(shown)
    assert against["CHECK_OUT"] == []
    assert against["CHECK_IN"] == ["ROOM_OCCUPIED"]
    assert against["CANCEL"] == ["BOOKING_NOT_CONFIRMED"]


@pytest.mark.parametrize("query", [BOOKINGS, ROOMS, TASKS], ids=["bookings", "rooms", "tasks"])
def test_twenty_rows_cost_as_many_statements_as_one(
    desk: Caller, hotel: Hotel, in_house: Make, query: str
) -> None:
    def read() -> None:
        assert nodes(desk.get(query, hotelSlug=hotel.slug))

    desk.do(CHECK_OUT, **names(in_house()))
    one = len(statements(read))
    for _ in range(19):
        desk.do(CHECK_OUT, **names(in_house()))

    assert len(statements(read)) == one


@pytest.mark.parametrize("role", [None, Role.HOUSEKEEPING])
def test_strangers_and_housekeeping_end_no_stay(
    client: Client, in_house: Make, role: Role | None
) -> None:
    stay = in_house()
    login = open_login(works_at(stay.hotel, role)).token if role else ""

    answer = Caller(client, login).ask(CHECK_OUT, input=names(stay))

    expected = "PERMISSION_DENIED" if role else "NOT_AUTHENTICATED"
    assert answer["errors"][0]["extensions"]["code"] == expected
    stay.refresh_from_db()
    assert stay.status == BookingStatus.CONFIRMED
