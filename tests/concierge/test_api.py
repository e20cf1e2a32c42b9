"""The guest's doors of chat and room service over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.bookings.models import Booking, Room
from apps.bookings.services.stays import mint_stay_token
from apps.common.limits.rates import Rate
from apps.concierge.services import messages
from tests.checkin.test_api import error_of, graphql_names
from tests.factories.bookings import BookingFactory
from tests.factories.concierge import (
    MenuItemFactory,
    RoomServiceOrderFactory,
    desk_writes,
    guest_writes,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]


@pytest.fixture
def booking() -> Booking:
    made: Booking = BookingFactory(in_house=True)
    return made


class Guest:
    """A guest's app, with the key to the stay."""

    def __init__(self, booking: Booking, token: str | None = None) -> None:
        self._client = APIClient()
        self._stay = f"/api/stays/{token or mint_stay_token(booking)}/"

    def get(self, door: str = "") -> Any:
        return self._client.get(self._stay + door)

    def post(self, door: str, **body: Any) -> Any:
        return self._client.post(self._stay + door, body, format="json")

    def put(self, door: str, **body: Any) -> Any:
        return self._client.put(self._stay + door, body, format="json")


@pytest.fixture
def guest(booking: Booking) -> Guest:
    return Guest(booking)


def test_the_guest_writes_and_reads_the_chat(guest: Guest, booking: Booking) -> None:
    sent = guest.post("messages/", body=" Is there a kettle? ")
    answer = desk_writes(booking)

    assert sent.status_code == 201
    message = sent.json()["message"]
    assert booking.assigned_room is not None
    assert message == {
        "id": message["id"],
        "sender": "GUEST",
        "sender_name": None,
        "body": "Is there a kettle?",
        "sent_at": message["sent_at"],
        "read_at": None,
        "booking_id": booking.booking_id,
        "room_number": int(booking.assigned_room.number),
    }
    page = guest.get("messages/").json()
    assert [shown["id"] for shown in page["results"]] == [str(answer.pk), message["id"]]
    assert (page["next"], page["previous"]) == (None, None)
    assert guest.get().json()["stay"]["messages"] == page["results"][::-1]


def test_the_guest_marks_what_was_read(guest: Guest, booking: Booking) -> None:
    seen = desk_writes(booking)
    desk_writes(booking)

    assert guest.post("messages/read/", up_to=str(seen.pk)).json() == {"count": 1}
    assert guest.post("messages/read/").json() == {"count": 1}
    assert guest.post("messages/read/").json() == {"count": 0}


def test_the_guest_orders_from_the_menu(guest: Guest, booking: Booking) -> None:
    soup = MenuItemFactory(hotel=booking.hotel, name="Soup")

    placed = guest.post("orders/", items=[{"menu_item_id": str(soup.pk), "quantity": 2}])

    assert placed.status_code == 201
    order = placed.json()["order"]
    assert order["lines"] == [{"name": "Soup", "price": "7.50", "quantity": 2}]
    assert (order["number"], order["status"], order["total"]) == (1, "PLACED", "15.00")
    assert (order["currency"], order["note"]) == ("EUR", "")
    assert guest.get("orders/").json()["results"] == [order]
    assert guest.get().json()["stay"]["orders"] == [order]
    assert guest.get().json()["stay"]["menu"][0]["price"] == "7.50"


def test_the_push_token_is_kept_with_the_room_and_lies_encrypted(
    guest: Guest,
) -> None:
    answer = guest.put("push-token/", push_token="fcm:one")

    assert answer.status_code == 200
    assert answer.json()["stay"]["status"] == "IN_HOUSE"
    assert "fcm:one" not in answer.content.decode()
    assert Room.objects.get().push_token == "fcm:one"
    assert not Room.objects.filter(push_token="fcm:one").exists()


@pytest.mark.parametrize(
    ("door", "body", "field"),
    [
        ("messages/", {}, "body"),
        ("messages/", {"body": 7}, "body"),
        ("messages/", {"body": " "}, "body"),
        ("messages/", {"body": "x" * 2001}, "body"),
        ("messages/read/", {"up_to": "unknown"}, "up_to"),
        ("orders/", {}, "items"),
        ("orders/", {"items": []}, "items"),
        ("orders/", {"items": [{"menu_item_id": "0", "quantity": 1}]}, "items"),
        ("orders/", {"items": [{"menu_item_id": "1"}]}, "items.0.quantity"),
        ("orders/", {"items": [{"menu_item_id": "1", "quantity": 21}]}, "items"),
        ("orders/", {"items": {"menu_item_id": "1"}}, "items"),
    ],
)
def test_input_that_can_t_be_used_is_named(
    guest: Guest, door: str, body: dict[str, Any], field: str
) -> None:
    answer = guest.post(door, **body)

    assert answer.status_code == 400
    error = error_of(answer)
    assert (error["code"], list(error["fields"])) == ("VALIDATION_ERROR", [field])


@pytest.mark.parametrize("token", ["unknown", "%00", "x" * 3000])
def test_an_unknown_key_opens_none_of_the_doors(booking: Booking, token: str) -> None:
    nobody = Guest(booking, token)
    answers = [
        nobody.get("messages/"),
        nobody.post("messages/", body="Hello"),
        nobody.post("messages/read/"),
        nobody.get("orders/"),
        nobody.post("orders/", items=[{"menu_item_id": "1", "quantity": 1}]),
        nobody.put("push-token/", push_token="fcm:one"),
    ]

    assert {(answer.status_code, error_of(answer)["code"]) for answer in answers} == {
        (404, "NOT_FOUND")
    }
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}


def test_conflicts_and_limits_have_their_codes(
    guest: Guest, booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = Guest(BookingFactory(hotel=booking.hotel))
    item = {"menu_item_id": str(MenuItemFactory(hotel=booking.hotel).pk), "quantity": 1}
    over = Guest(BookingFactory(hotel=booking.hotel, checked_out=True))
    monkeypatch.setattr(messages, "FROM_GUEST", Rate(1, 3_623))
    guest.post("messages/", body="Hello")

    answers = [
        early.post("orders/", items=[item]),
        over.post("messages/", body="Hello"),
        guest.post("messages/", body="Hello"),
    ]

    assert [(answer.status_code, error_of(answer)["code"]) for answer in answers] == [
        (409, "NOT_CHECKED_IN"),
        (409, "STAY_ENDED"),
        (429, "RATE_LIMITED"),
    ]
    assert int(answers[2]["Retry-After"]) > 0


def test_pages_lead_through_the_whole_chat(guest: Guest, booking: Booking) -> None:
    written = [str(desk_writes(booking).pk) for _ in range(5)]
    page = guest.get("messages/?limit=2").json()
    seen = [message["id"] for message in page["results"]]
    while page["next"]:
        page = APIClient().get(page["next"]).json()
        seen += [message["id"] for message in page["results"]]

    assert seen == written[::-1]


def test_a_guest_sees_the_own_stay_alone(guest: Guest, booking: Booking) -> None:
    neighbour = BookingFactory(hotel=booking.hotel, in_house=True)
    guest_writes(neighbour)
    RoomServiceOrderFactory(booking=neighbour)

    assert guest.get("messages/").json()["results"] == []
    assert guest.get("orders/").json()["results"] == []
    stay = guest.get().json()["stay"]
    assert (stay["messages"], stay["orders"]) == ([], [])


def test_rest_and_graphql_have_the_same_fields(guest: Guest, booking: Booking) -> None:
    desk_writes(booking)
    MenuItemFactory(hotel=booking.hotel)
    RoomServiceOrderFactory(booking=booking)

    stay = guest.get().json()["stay"]

    assert set(stay["messages"][0]) == graphql_names("Message")
    assert set(stay["menu"][0]) == graphql_names("MenuItem")
    assert set(stay["orders"][0]) == graphql_names("RoomServiceOrder")
    assert set(stay["orders"][0]["lines"][0]) == graphql_names("RoomServiceOrderLine")


def test_twenty_rows_cost_as_many_queries_as_one(
    guest: Guest, booking: Booking, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    def fill(count: int) -> None:
        for _ in range(count):
            desk_writes(booking)
            MenuItemFactory(hotel=booking.hotel)
            RoomServiceOrderFactory(booking=booking)

    def costs() -> list[int]:
        return [
            queries_of(lambda door=door: guest.get(door)) for door in ("", "messages/", "orders/")
        ]

    fill(1)
    one = costs()
    fill(19)
    assert costs() == one
