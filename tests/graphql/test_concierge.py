"""Chat and room service over GraphQL: unions, who may, lists, the stay."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.bookings.models import Booking, Room
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.moves import move_booking
from apps.bookings.services.stays import mint_stay_token
from apps.common.limits.rates import Rate
from apps.concierge.services import messages
from apps.staff.roles import Role
from apps.staff.services.logins import open_login
from tests.factories.bookings import BookingFactory, HotelFactory, RoomFactory
from tests.factories.concierge import (
    MenuItemFactory,
    RoomServiceOrderFactory,
    desk_writes,
    guest_writes,
)
from tests.factories.staff import works_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]

PROBLEM = "... on Problem { code message field }"
MESSAGE = "id sender senderName body sentAt readAt bookingId roomNumber"
ORDER = """id number status lines { name price quantity } total currency note placedAt bookingId
  roomNumber"""
SEND = f"""mutation($input: SendMessageInput!) {{ sendMessage(input: $input) {{ __typename
  ... on Message {{ {MESSAGE} }} {PROBLEM}
  ... on RateLimitedProblem {{ retryAfterSeconds contact {{ email }} }} }} }}"""
READ = f"""mutation($input: MarkMessagesReadInput!) {{ markMessagesRead(input: $input) {{
  __typename ... on MessagesRead {{ count }} {PROBLEM} }} }}"""
PLACE = f"""mutation($input: PlaceRoomServiceOrderInput!) {{
  placeRoomServiceOrder(input: $input) {{ __typename ... on RoomServiceOrder {{ {ORDER} }}
  {PROBLEM} }} }}"""
MOVE = f"""mutation($input: SetRoomServiceOrderStatusInput!) {{
  setRoomServiceOrderStatus(input: $input) {{ __typename
  ... on RoomServiceOrder {{ {ORDER} }} {PROBLEM} }} }}"""
PUSH = f"""mutation($input: RegisterPushTokenInput!) {{ registerPushToken(input: $input) {{
  __typename ... on Stay {{ token }} {PROBLEM} }} }}"""
STAY = f"""query($token: String!) {{ stay(token: $token) {{ messages {{ {MESSAGE} }}
  menu {{ id name description category price currency }} orders {{ {ORDER} }} }} }}"""
CHATS = """query($hotelSlug: String!) { conversations(hotelSlug: $hotelSlug) {
  edges { node { bookingId roomNumber guestName lastMessageAt unreadCount } } } }"""
MESSAGES = f"""query($hotelSlug: String!, $bookingId: String, $first: Int, $after: String) {{
  messages(hotelSlug: $hotelSlug, bookingId: $bookingId, first: $first, after: $after) {{
  edges {{ node {{ {MESSAGE} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
ORDERS = f"""query($hotelSlug: String!, $status: RoomServiceOrderStatus) {{
  roomServiceOrders(hotelSlug: $hotelSlug, status: $status) {{
  edges {{ node {{ {ORDER} }} }} }} }}"""


class Caller:
    """Somebody's app: with a login, or a guest's without."""

    def __init__(self, client: Client, login: str = "") -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {login}"} if login else {}

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables})
        response = self._client.post(
            "/graphql/", body, content_type="application/json", headers=self._headers
        )
        answer: dict[str, Any] = json.loads(response.content)
        return answer

    def get(self, query: str, **variables: Any) -> Any:
        answer = self.ask(query, **variables)
        assert "errors" not in answer, answer
        (found,) = answer["data"].values()
        return found

    def do(self, mutation: str, **fields: Any) -> Any:
        return self.get(mutation, input=fields)


@pytest.fixture
def booking() -> Booking:
    made: Booking = BookingFactory(in_house=True, on_file=True)
    return made


@pytest.fixture
def token(booking: Booking) -> str:
    return mint_stay_token(booking)


@pytest.fixture
def guest(client: Client) -> Caller:
    return Caller(client)


@pytest.fixture
def desk(client: Client, booking: Booking) -> Caller:
    return Caller(client, open_login(works_at(booking.hotel)).token)


# -- chat ------------------------------------------------------------------------------------------


def test_guest_and_desk_write_and_each_sees_what_the_other_wrote(
    guest: Caller, desk: Caller, booking: Booking, token: str
) -> None:
    asked = guest.do(SEND, stayToken=token, body="Is there a kettle?")
    address = {"hotelSlug": booking.hotel.slug, "bookingId": booking.booking_id}
    answered = desk.do(SEND, **address, body="On its way.")

    assert (asked["__typename"], asked["sender"], asked["senderName"]) == ("Message", "GUEST", None)
    assert (answered["sender"], answered["senderName"][:5]) == ("STAFF", "desk-")
    assert booking.assigned_room is not None
    assert asked["roomNumber"] == booking.assigned_room.number
    for message in (asked, answered):
        del message["__typename"]
    assert guest.get(STAY, token=token)["messages"] == [asked, answered]
    found = desk.get(MESSAGES, **address)
    assert [edge["node"] for edge in found["edges"]] == [answered, asked]


def test_reading_is_shown_to_the_other_side(
    guest: Caller, desk: Caller, booking: Booking, token: str
) -> None:
    guest_writes(booking)
    desk_writes(booking)
    address = {"hotelSlug": booking.hotel.slug, "bookingId": booking.booking_id}

    assert desk.get(CHATS, hotelSlug=booking.hotel.slug)["edges"][0]["node"]["unreadCount"] == 1
    assert desk.do(READ, **address)["count"] == 1
    assert guest.do(READ, stayToken=token)["count"] == 1

    assert all(message["readAt"] for message in guest.get(STAY, token=token)["messages"])
    (edge,) = desk.get(CHATS, hotelSlug=booking.hotel.slug)["edges"]
    assert booking.assigned_room is not None
    assert edge["node"].pop("lastMessageAt")
    assert edge["node"] == {
        "bookingId": booking.booking_id,
        "roomNumber": booking.assigned_room.number,
        "guestName": "Mary O'Brien",
        "unreadCount": 0,
    }


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "stayToken"),
        ({"stayToken": "a", "hotelSlug": "b", "bookingId": "c"}, "stayToken"),
    ],
)
def test_who_speaks_must_be_clear(guest: Caller, fields: dict[str, str], field: str) -> None:
    refused = guest.do(SEND, **fields, body="Hello")

    assert (refused["__typename"], refused["code"]) == ("InvalidProblem", "VALIDATION_ERROR")
    assert refused["field"] == field


def test_staff_name_the_booking(desk: Caller, booking: Booking) -> None:
    refused = desk.do(SEND, hotelSlug=booking.hotel.slug, body="Hello")

    assert (refused["code"], refused["field"]) == ("VALIDATION_ERROR", "bookingId")


def test_refusals_of_the_chat_are_problems(
    guest: Caller, desk: Caller, booking: Booking, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = guest.do(SEND, stayToken="unknown", body="Hello")
    empty = guest.do(SEND, stayToken=token, body=" ")
    nobody = desk.do(SEND, hotelSlug=booking.hotel.slug, bookingId="BK-0", body="Hello")
    over = BookingFactory(hotel=booking.hotel, checked_out=True)
    late = desk.do(SEND, hotelSlug=booking.hotel.slug, bookingId=over.booking_id, body="Hello")
    no_message = guest.do(READ, stayToken=token, upTo="unknown")
    monkeypatch.setattr(messages, "FROM_GUEST", Rate(1, 3_617))
    guest_writes(booking)
    often = guest.do(SEND, stayToken=token, body="Hello")

    assert (unknown["__typename"], unknown["code"]) == ("NotFoundProblem", "NOT_FOUND")
    assert (empty["code"], empty["field"]) == ("VALIDATION_ERROR", "body")
    assert (nobody["code"], nobody["field"]) == ("BOOKING_NOT_FOUND", "bookingId")
    assert (late["__typename"], late["code"]) == ("ConflictProblem", "STAY_ENDED")
    assert (no_message["code"], no_message["field"]) == ("VALIDATION_ERROR", "upTo")
    assert (often["code"], often["contact"]) == ("RATE_LIMITED", {"email": "desk@example.com"})
    assert often["retryAfterSeconds"] > 0


def test_pages_of_messages_follow_each_other_without_gap_or_repeat(
    desk: Caller, booking: Booking
) -> None:
    written = [str(desk_writes(booking).pk) for _ in range(5)]
    seen: list[str] = []
    after: str | None = None
    while True:
        page = desk.get(MESSAGES, hotelSlug=booking.hotel.slug, first=2, after=after)
        seen += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert seen == written[::-1]


@pytest.mark.parametrize("booking_id", ["BK-0", "\x00", "\ud83d"])
def test_messages_of_a_booking_that_does_not_exist_are_none(
    desk: Caller, booking: Booking, booking_id: str
) -> None:
    guest_writes(booking)

    found = desk.get(MESSAGES, hotelSlug=booking.hotel.slug, bookingId=booking_id)

    assert found["edges"] == []


# -- room service ----------------------------------------------------------------------------------


def test_a_guest_orders_from_the_menu_and_the_desk_delivers(
    guest: Caller, desk: Caller, booking: Booking, token: str
) -> None:
    MenuItemFactory(hotel=booking.hotel, name="Tea", category="Bar", is_available=False)
    soup = MenuItemFactory(hotel=booking.hotel, name="Soup")
    (item,) = guest.get(STAY, token=token)["menu"]
    assert item == {
        "id": str(soup.pk),
        "name": "Soup",
        "description": "With brown bread.",
        "category": "Kitchen",
        "price": "7.50",
        "currency": "EUR",
    }

    items = [{"menuItemId": item["id"], "quantity": 2}]
    placed = guest.do(PLACE, stayToken=token, items=items, note="No onions.")
    assert placed["lines"] == [{"name": "Soup", "price": "7.50", "quantity": 2}]
    assert (placed["total"], placed["currency"], placed["number"]) == ("15.00", "EUR", 1)

    address = {"hotelSlug": booking.hotel.slug, "orderId": placed["id"]}
    for status in ("ACCEPTED", "DELIVERED"):
        assert desk.do(MOVE, **address, status=status)["status"] == status
    assert [order["status"] for order in guest.get(STAY, token=token)["orders"]] == ["DELIVERED"]


def test_refusals_of_room_service_are_problems(
    guest: Caller, desk: Caller, booking: Booking, token: str
) -> None:
    soup = MenuItemFactory(hotel=booking.hotel)
    items = [{"menuItemId": str(soup.pk), "quantity": 1}]
    early = mint_stay_token(BookingFactory(hotel=booking.hotel))
    placed = RoomServiceOrderFactory(booking=booking)

    unknown = guest.do(PLACE, stayToken=token, items=[{"menuItemId": "0", "quantity": 1}])
    outside = guest.do(PLACE, stayToken=early, items=items)
    address = {"hotelSlug": booking.hotel.slug}
    nowhere = desk.do(MOVE, **address, orderId="0", status="ACCEPTED")
    skipped = desk.do(MOVE, **address, orderId=str(placed.pk), status="DELIVERED")
    desk.do(MOVE, **address, orderId=str(placed.pk), status="CANCELLED")
    closed = desk.do(MOVE, **address, orderId=str(placed.pk), status="ACCEPTED")

    assert (unknown["code"], unknown["field"]) == ("VALIDATION_ERROR", "items")
    assert (outside["__typename"], outside["code"]) == ("ConflictProblem", "NOT_CHECKED_IN")
    assert (nowhere["code"], nowhere["field"]) == ("ORDER_NOT_FOUND", "orderId")
    assert (skipped["__typename"], skipped["code"]) == ("ConflictProblem", "STEP_OUT_OF_ORDER")
    assert (closed["__typename"], closed["code"]) == ("ConflictProblem", "ORDER_CLOSED")


def test_the_desk_lists_orders_by_status(desk: Caller, booking: Booking) -> None:
    placed = RoomServiceOrderFactory(booking=booking)
    RoomServiceOrderFactory(booking=booking, status="DELIVERED")

    found = desk.get(ORDERS, hotelSlug=booking.hotel.slug, status="PLACED")

    assert [edge["node"]["id"] for edge in found["edges"]] == [str(placed.pk)]


# -- who may ---------------------------------------------------------------------------------------


def _staff_operations(booking: Booking) -> list[tuple[str, dict[str, Any]]]:
    slug = booking.hotel.slug
    order = RoomServiceOrderFactory(booking=booking)
    address = {"hotelSlug": slug, "bookingId": booking.booking_id}
    return [
        (SEND, {"input": {**address, "body": "Hello"}}),
        (READ, {"input": address}),
        (MOVE, {"input": {"hotelSlug": slug, "orderId": str(order.pk), "status": "ACCEPTED"}}),
        (CHATS, {"hotelSlug": slug}),
        (MESSAGES, {"hotelSlug": slug}),
        (ORDERS, {"hotelSlug": slug}),
    ]


def test_strangers_housekeeping_and_other_hotels_staff_stay_outside(
    client: Client, booking: Booking
) -> None:
    guest_writes(booking)
    callers = {
        "NOT_AUTHENTICATED": [Caller(client)],
        "PERMISSION_DENIED": [
            Caller(client, open_login(works_at(booking.hotel, Role.HOUSEKEEPING)).token),
            Caller(client, open_login(works_at(HotelFactory(), Role.MANAGER)).token),
        ],
    }
    for query, variables in _staff_operations(booking):
        for code, those in callers.items():
            for caller in those:
                (error,) = caller.ask(query, **variables)["errors"]
                assert error["extensions"]["code"] == code


def test_the_lists_are_of_the_own_hotel_alone(desk: Caller, booking: Booking) -> None:
    foreign = BookingFactory(in_house=True)
    guest_writes(foreign)
    RoomServiceOrderFactory(booking=foreign)

    for query in (CHATS, MESSAGES, ORDERS):
        assert desk.get(query, hotelSlug=booking.hotel.slug)["edges"] == []


# -- push token ------------------------------------------------------------------------------------


def push_token(booking: Booking) -> str:
    return Room.objects.get(bookings=booking).push_token


def test_the_push_token_stays_with_the_guest_until_check_out(
    guest: Caller, booking: Booking, token: str
) -> None:
    assert guest.do(PUSH, stayToken=token, pushToken="fcm:one")["token"] == token
    guest.do(PUSH, stayToken=token, pushToken="fcm:two")
    assert push_token(booking) == "fcm:two"

    left = booking.assigned_room
    move_booking(booking=booking, room=RoomFactory(hotel=booking.hotel), performed_by="desk")
    assert left is not None
    left.refresh_from_db()
    assert (left.push_token, push_token(booking)) == ("", "fcm:two")

    checkout_booking(booking=booking, performed_by="desk", source="test")
    assert set(Room.objects.values_list("push_token", flat=True)) == {""}


def test_who_is_yet_to_come_does_not_take_the_place_of_who_is_there(
    guest: Caller, booking: Booking, token: str
) -> None:
    guest.do(PUSH, stayToken=token, pushToken="fcm:there")
    next_one = BookingFactory(hotel=booking.hotel, assigned_room=booking.assigned_room)

    refused = guest.do(PUSH, stayToken=mint_stay_token(next_one), pushToken="fcm:next")

    assert (refused["__typename"], refused["code"]) == ("ConflictProblem", "ROOM_OCCUPIED")
    assert push_token(booking) == "fcm:there"


@pytest.mark.parametrize("given", ["", " ", "x" * 4097, "a\nb", "a\x00"])
def test_a_push_token_that_can_be_none_is_refused(guest: Caller, token: str, given: str) -> None:
    refused = guest.do(PUSH, stayToken=token, pushToken=given)

    assert (refused["code"], refused["field"]) == ("VALIDATION_ERROR", "pushToken")


@pytest.mark.parametrize(
    ("traits", "code"), [({}, "ROOM_NOT_AVAILABLE"), ({"checked_out": True}, "STAY_ENDED")]
)
def test_without_a_room_or_a_stay_there_is_nowhere_to_keep_it(
    guest: Caller, traits: dict[str, bool], code: str
) -> None:
    token = mint_stay_token(BookingFactory(**traits))

    assert guest.do(PUSH, stayToken=token, pushToken="fcm:one")["code"] == code


# -- cost ------------------------------------------------------------------------------------------


def test_many_rows_cost_as_many_queries_as_one(
    guest: Caller,
    desk: Caller,
    booking: Booking,
    token: str,
    queries_of: Callable[[Callable[[], Any]], int],
) -> None:
    def fill(count: int) -> None:
        for _ in range(count):
            desk_writes(booking)
            MenuItemFactory(hotel=booking.hotel)
            RoomServiceOrderFactory(booking=booking)
            other = BookingFactory(hotel=booking.hotel, in_house=True)
            guest_writes(other)

    def costs() -> list[int]:
        slug = booking.hotel.slug
        reads = [(desk, query, {"hotelSlug": slug}) for query in (CHATS, MESSAGES, ORDERS)]
        reads.append((guest, STAY, {"token": token}))
        return [queries_of(lambda read=read: read[0].get(read[1], **read[2])) for read in reads]

    fill(1)
    one = costs()
    fill(19)
    assert costs() == one


def test_the_stay_shows_the_last_hundred_messages(
    guest: Caller, booking: Booking, token: str
) -> None:
    written = [str(desk_writes(booking).pk) for _ in range(103)]

    shown = [message["id"] for message in guest.get(STAY, token=token)["messages"]]

    assert shown == written[3:]
