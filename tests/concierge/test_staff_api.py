"""The desk's doors of chat and room service over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.bookings.models import Booking, Hotel
from apps.bookings.services.stays import mint_stay_token
from apps.concierge.models import RoomServiceOrder
from apps.staff.roles import Role
from tests.checkin.test_api import error_of, graphql_names
from tests.factories.bookings import BookingFactory, HotelFactory
from tests.factories.concierge import RoomServiceOrderFactory, guest_writes
from tests.factories.staff import logged_in, works_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]
LISTS = ["conversations/", "messages/", "orders/"]


@pytest.fixture
def booking() -> Booking:
    made: Booking = BookingFactory(in_house=True, on_file=True)
    return made


@pytest.fixture
def desk(booking: Booking) -> APIClient:
    return logged_in(works_at(booking.hotel))


def address(hotel: Hotel, door: str) -> str:
    return f"/api/staff/hotels/{hotel.slug}/{door}"


def test_the_desk_answers_a_guest(desk: APIClient, booking: Booking) -> None:
    asked = guest_writes(booking)
    body = {"booking_id": booking.booking_id, "body": "On its way."}

    sent = desk.post(address(booking.hotel, "messages/"), body, format="json")

    assert sent.status_code == 201
    message = sent.json()["message"]
    assert (message["sender"], message["body"]) == ("STAFF", "On its way.")
    assert message["sender_name"].startswith("desk-")
    stay = APIClient().get(f"/api/stays/{mint_stay_token(booking)}/").json()["stay"]
    assert [shown["id"] for shown in stay["messages"]] == [str(asked.pk), message["id"]]


def test_the_desk_sees_which_chats_wait(desk: APIClient, booking: Booking) -> None:
    guest_writes(booking)
    latest = guest_writes(booking)
    assert booking.assigned_room is not None

    (chat,) = desk.get(address(booking.hotel, "conversations/")).json()["results"]

    assert chat == {
        "booking_id": booking.booking_id,
        "room_number": int(booking.assigned_room.number),
        "guest_name": "Mary O'Brien",
        "last_message_at": latest.sent_at.astimezone(booking.hotel.zone).isoformat(),
        "unread_count": 2,
    }
    assert set(chat) == graphql_names("Conversation")
    body = {"booking_id": booking.booking_id}
    read = desk.post(address(booking.hotel, "messages/read/"), body, format="json")
    assert read.json() == {"count": 2}
    (chat,) = desk.get(address(booking.hotel, "conversations/")).json()["results"]
    assert chat["unread_count"] == 0


def test_messages_of_one_stay_are_found(desk: APIClient, booking: Booking) -> None:
    own = guest_writes(booking)
    guest_writes(BookingFactory(hotel=booking.hotel, in_house=True))
    door = address(booking.hotel, f"messages/?booking_id={booking.booking_id}")

    assert [shown["id"] for shown in desk.get(door).json()["results"]] == [str(own.pk)]
    assert len(desk.get(address(booking.hotel, "messages/")).json()["results"]) == 2


def test_the_desk_accepts_and_delivers(desk: APIClient, booking: Booking) -> None:
    placed = RoomServiceOrderFactory(booking=booking)
    door = address(booking.hotel, f"orders/{placed.pk}/status/")

    early = desk.post(door, {"status": "DELIVERED"}, format="json")
    assert (early.status_code, error_of(early)["code"]) == (409, "STEP_OUT_OF_ORDER")
    for status in ("ACCEPTED", "ACCEPTED", "DELIVERED"):
        answer = desk.post(door, {"status": status}, format="json")
        assert (answer.status_code, answer.json()["order"]["status"]) == (200, status)
    closed = desk.post(door, {"status": "CANCELLED"}, format="json")
    assert (closed.status_code, error_of(closed)["code"]) == (409, "ORDER_CLOSED")
    listed = desk.get(address(booking.hotel, "orders/?status=DELIVERED")).json()["results"]
    assert [order["id"] for order in listed] == [str(placed.pk)]
    assert desk.get(address(booking.hotel, "orders/?status=PLACED")).json()["results"] == []


@pytest.mark.parametrize(
    ("door", "body", "status", "code"),
    [
        ("messages/", {"booking_id": "BK-0", "body": "Hello"}, 404, "BOOKING_NOT_FOUND"),
        ("messages/", {"booking_id": "\x00", "body": "Hello"}, 404, "BOOKING_NOT_FOUND"),
        ("messages/", {"body": "Hello"}, 400, "VALIDATION_ERROR"),
        ("messages/read/", {"booking_id": "BK-0"}, 404, "BOOKING_NOT_FOUND"),
        ("orders/0/status/", {"status": "ACCEPTED"}, 404, "ORDER_NOT_FOUND"),
        ("orders/soup/status/", {"status": "ACCEPTED"}, 404, "ORDER_NOT_FOUND"),
        ("orders/0/status/", {"status": "EATEN"}, 400, "VALIDATION_ERROR"),
    ],
)
def test_refusals_have_their_codes(
    desk: APIClient, booking: Booking, door: str, body: dict[str, Any], status: int, code: str
) -> None:
    answer = desk.post(address(booking.hotel, door), body, format="json")

    assert (answer.status_code, error_of(answer)["code"]) == (status, code)


def calls(client: APIClient, booking: Booking, order: RoomServiceOrder) -> list[Any]:
    """Every door of the desk, as answers."""
    to_guest = {"booking_id": booking.booking_id, "body": "Hello"}
    posts = {
        "messages/": to_guest,
        "messages/read/": {"booking_id": booking.booking_id},
        f"orders/{order.pk}/status/": {"status": "ACCEPTED"},
    }
    return [client.get(address(booking.hotel, door)) for door in LISTS] + [
        client.post(address(booking.hotel, door), body, format="json")
        for door, body in posts.items()
    ]


def test_strangers_housekeeping_and_the_staff_of_other_hotels_stay_outside(
    booking: Booking,
) -> None:
    order = RoomServiceOrderFactory(booking=booking)
    callers = [
        (APIClient(), (401, "NOT_AUTHENTICATED")),
        (logged_in(works_at(booking.hotel, Role.HOUSEKEEPING)), (403, "PERMISSION_DENIED")),
        (logged_in(works_at(HotelFactory(), Role.MANAGER)), (403, "PERMISSION_DENIED")),
    ]
    for client, expected in callers:
        for answer in calls(client, booking, order):
            assert (answer.status_code, error_of(answer)["code"]) == expected


def test_what_is_another_hotel_s_reads_like_what_does_not_exist(booking: Booking) -> None:
    other = HotelFactory()
    desk = logged_in(works_at(other))
    guest_writes(booking)
    order = RoomServiceOrderFactory(booking=booking)

    for door in LISTS:
        assert desk.get(address(other, door)).json()["results"] == []
    body = {"booking_id": booking.booking_id, "body": "Hello"}
    assert desk.post(address(other, "messages/"), body, format="json").status_code == 404
    moved = desk.post(
        address(other, f"orders/{order.pk}/status/"), {"status": "ACCEPTED"}, format="json"
    )
    assert moved.status_code == 404
    order.refresh_from_db()
    assert order.status == "PLACED"


def test_twenty_rows_cost_as_many_queries_as_one(
    desk: APIClient, booking: Booking, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    def fill(count: int) -> None:
        for _ in range(count):
            stay = BookingFactory(hotel=booking.hotel, in_house=True)
            guest_writes(stay)
            RoomServiceOrderFactory(booking=stay)

    def costs() -> list[int]:
        return [
            queries_of(lambda door=door: desk.get(address(booking.hotel, door))) for door in LISTS
        ]

    fill(1)
    one = costs()
    fill(19)
    assert costs() == one
