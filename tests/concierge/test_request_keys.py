"""Sent twice under one key is done once: by the service, by every door, and at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.bookings.models import Booking
from apps.bookings.services.stays import mint_stay_token
from apps.common.errors import Invalid
from apps.common.idempotency import IdempotencyConflict
from apps.common.models import Event
from apps.concierge.models import MenuItem, Message, RoomServiceOrder
from apps.concierge.services.messages import send_guest_message, send_staff_message
from apps.concierge.services.orders import WantedItem, place_order
from apps.staff.selectors import identity_of
from apps.staff.services.logins import open_login
from tests.background import at_once
from tests.factories.bookings import BookingFactory
from tests.factories.concierge import MenuItemFactory
from tests.factories.staff import works_at
from tests.graphql.test_concierge import Caller

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]
ORDER = """mutation($input: PlaceRoomServiceOrderInput!) { placeRoomServiceOrder(input: $input) {
  ... on RoomServiceOrder { id number } ... on Problem { code field } } }"""
SEND = """mutation($input: SendMessageInput!) { sendMessage(input: $input) {
  ... on Message { id body } ... on Problem { code field } } }"""

Order = Callable[..., RoomServiceOrder]


@pytest.fixture
def booking() -> Booking:
    made: Booking = BookingFactory(in_house=True)
    return made


@pytest.fixture
def soup(booking: Booking) -> MenuItem:
    item: MenuItem = MenuItemFactory(hotel=booking.hotel)
    return item


@pytest.fixture
def token(booking: Booking) -> str:
    return mint_stay_token(booking)


@pytest.fixture
def order(token: str, soup: MenuItem) -> Order:
    def place(key: str | None, *, quantity: int = 1, note: str = "") -> RoomServiceOrder:
        items = [WantedItem(menu_item_id=str(soup.pk), quantity=quantity)]
        return place_order(token=token, items=items, note=note, request_key=key)

    return place


def test_an_order_that_is_sent_again_is_the_same_order(order: Order) -> None:
    first, again = order("tap", note="No onions."), order(" tap ", note="No onions.")

    assert (again.pk, again.number, again.total) == (first.pk, first.number, first.total)
    assert RoomServiceOrder.objects.count() == 1
    assert Event.objects.count() == 1


def test_without_a_key_or_with_another_one_it_is_another_order(order: Order) -> None:
    placed = [order(None), order(None), order(""), order("one"), order("two")]

    assert [made.number for made in placed] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("other", [{"quantity": 2}, {"note": "Hot, please."}])
def test_another_order_under_the_same_key_is_refused(order: Order, other: dict[str, Any]) -> None:
    order("tap")

    with pytest.raises(IdempotencyConflict):
        order("tap", **other)

    assert RoomServiceOrder.objects.count() == 1


def test_keys_of_different_stays_do_not_meet(order: Order, booking: Booking) -> None:
    order("tap")
    neighbour = BookingFactory(hotel=booking.hotel, in_house=True)
    item = MenuItem.objects.get()
    place_order(
        token=mint_stay_token(neighbour),
        items=[WantedItem(menu_item_id=str(item.pk), quantity=3)],
        request_key="tap",
    )

    assert RoomServiceOrder.objects.count() == 2


def test_a_message_that_is_sent_again_is_the_same_message(booking: Booking, token: str) -> None:
    first = send_guest_message(token=token, body="Is there a kettle?", request_key="tap")
    again = send_guest_message(token=token, body=" Is there a kettle? ", request_key="tap")
    with pytest.raises(IdempotencyConflict):
        send_guest_message(token=token, body="Hello?", request_key="tap")
    desk = identity_of(works_at(booking.hotel))
    answers = [
        send_staff_message(
            hotel=booking.hotel,
            booking_id=booking.booking_id,
            body="On its way.",
            identity=desk,
            request_key="tap",
        )
        for _ in range(2)
    ]

    assert (again.pk, again.number) == (first.pk, first.number)
    assert answers[0].pk == answers[1].pk
    assert Message.objects.count() == 2
    assert Event.objects.count() == 2


@pytest.mark.parametrize("key", ["x" * 101, "a\x00b", "a\nb"])
def test_what_can_be_no_key_is_refused(order: Order, key: str) -> None:
    with pytest.raises(Invalid) as refusal:
        order(key)

    assert refusal.value.field == "client_request_id"
    assert not RoomServiceOrder.objects.exists()


# -- doors ---------------------------------------------------------------------------------------


def test_graphql_takes_a_key(client: Client, token: str, soup: MenuItem) -> None:
    guest = Caller(client)
    wish = {"stayToken": token, "items": [{"menuItemId": str(soup.pk), "quantity": 1}]}
    words = {"stayToken": token, "body": "Hello."}

    first, again = (guest.do(ORDER, **wish, clientRequestId="tap") for _ in range(2))
    other = guest.do(ORDER, **wish, note="Hot.", clientRequestId="tap")
    sent, sent_again = (guest.do(SEND, **words, clientRequestId="tap") for _ in range(2))

    assert first == again
    assert other == {"code": "IDEMPOTENCY_CONFLICT", "field": "clientRequestId"}
    assert sent == sent_again


def test_rest_takes_a_key_by_its_header(
    client: Client, booking: Booking, token: str, soup: MenuItem
) -> None:
    def post(path: str, body: dict[str, Any], **headers: str) -> Any:
        answer = client.post(
            path,
            body,
            content_type="application/json",
            headers={"Idempotency-Key": "tap", **headers},
        )
        return answer.status_code, answer.json()

    wish = {"items": [{"menu_item_id": str(soup.pk), "quantity": 1}]}
    orders = [post(f"/api/stays/{token}/orders/", wish) for _ in range(2)]
    conflict = post(f"/api/stays/{token}/orders/", wish | {"note": "Hot."})
    words = [post(f"/api/stays/{token}/messages/", {"body": "Hello."}) for _ in range(2)]
    login = open_login(works_at(booking.hotel)).token
    said = [
        post(
            f"/api/staff/hotels/{booking.hotel.slug}/messages/",
            {"booking_id": booking.booking_id, "body": "Hello."},
            Authorization=f"Bearer {login}",
        )
        for _ in range(2)
    ]

    for first, again in (orders, words, said):
        assert first[0] == 201
        assert first == again
    assert (conflict[0], conflict[1]["error"]["code"]) == (409, "IDEMPOTENCY_CONFLICT")
    assert (RoomServiceOrder.objects.count(), Message.objects.count()) == (1, 2)


# -- at the same moment --------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_taps_at_the_same_moment_are_one_order_and_one_message(order: Order, token: str) -> None:
    results = at_once(
        *[lambda: order("tap")] * 4,
        *[lambda: send_guest_message(token=token, body="Hello.", request_key="tap")] * 4,
    )

    assert not [result for result in results if isinstance(result, Exception)], results
    assert len({result.pk for result in results}) == 2
    assert (RoomServiceOrder.objects.count(), Message.objects.count()) == (1, 1)
