"""The plain WebSocket of a hotel: who listens, which frames come, and none is missed."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction
from knox.models import AuthToken
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from apps.bookings import sockets
from apps.bookings.models import Booking, Hotel
from apps.bookings.services.checkout import checkout_booking
from apps.common import live
from apps.common.events import last_number, record_event
from apps.common.models import Event
from apps.staff.models import Membership
from apps.staff.services.logins import open_login
from tests.factories.bookings import BookingFactory, HotelFactory, RoomFactory
from tests.factories.staff import UserFactory, works_at

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20.0  # a generous end, never an expectation


class House:
    """A hotel with a guest in house and somebody at the desk."""

    def __init__(self) -> None:
        self.hotel: Hotel = HotelFactory()
        room = RoomFactory(hotel=self.hotel, number="101", occupied=True)
        self.booking: Booking = BookingFactory(hotel=self.hotel, in_house=True, assigned_room=room)
        self.token = open_login(works_at(self.hotel)).token


@pytest.fixture
def house(transactional_db: None) -> House:
    return House()


def address(server: str, slug: str, query: str = "") -> str:
    return server.removesuffix("graphql/") + f"ws/hotels/{slug}/{query}"


def check_out(booking: Booking) -> None:
    checkout_booking(booking=booking, performed_by="staff:niamh", source="staff_checkout_endpoint")


def tell(hotel: Hotel, *numbers: int) -> None:
    for number in numbers:
        record_event(hotel.event_stream, "tested", {"number": number})


async def frame(socket: ClientConnection) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
    return told


async def closing_code(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        await asyncio.wait_for(socket.recv(), PATIENCE)
    return closed.value.rcvd.code if closed.value.rcvd else None


async def listens(socket: ClientConnection, hotel: Hotel) -> None:
    """Wait until the socket is at the end of the log: it hears one that is told now."""
    while True:
        await sync_to_async(tell)(hotel, -1)
        try:
            await asyncio.wait_for(socket.recv(), 0.5)
        except TimeoutError:
            continue
        await asyncio.sleep(0.1)
        while True:
            try:
                await asyncio.wait_for(socket.recv(), 1.5)
            except TimeoutError:
                return


@contextmanager
def written_to_log() -> Iterator[list[str]]:
    lines: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record) + str(record.__dict__))

    keeping = Keeping(level=logging.DEBUG)
    root = logging.getLogger()
    root.addHandler(keeping)
    try:
        yield lines
    finally:
        root.removeHandler(keeping)


async def test_a_check_out_is_told_in_exactly_the_frames_of_the_contract(
    server: str, house: House
) -> None:
    async with connect(address(server, house.hotel.slug, f"?token={house.token}")) as socket:
        await listens(socket, house.hotel)
        await sync_to_async(check_out)(house.booking)
        changed, left = await frame(socket), await frame(socket)

    channel = f"hotel-{house.hotel.slug}"
    assert {**changed, "data": {**changed["data"], "timestamp": ""}} == {
        "channel": channel,
        "event": "room-status-changed",
        "data": {
            "room_number": 101,
            "old_status": "OCCUPIED",
            "new_status": "CHECKOUT_DIRTY",
            "source": "staff_checkout_endpoint",
            "timestamp": "",
        },
    }
    assert {**left, "data": {**left["data"], "timestamp": ""}} == {
        "channel": channel,
        "event": "booking-checked-out",
        "data": {"booking_id": house.booking.booking_id, "room_number": 101, "timestamp": ""},
    }
    assert changed["data"]["timestamp"].endswith("Z")
    assert left["data"]["timestamp"].endswith("Z")


async def test_nothing_comes_at_join_and_what_was_missed_comes_when_asked_for(
    server: str, house: House
) -> None:
    await sync_to_async(tell)(house.hotel, 1, 2, 3)
    async with connect(address(server, house.hotel.slug, f"?token={house.token}")) as socket:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.recv(), 1.5)
    query = f"?after=1&token={house.token}"
    async with connect(address(server, house.hotel.slug, query)) as socket:
        told = [(await frame(socket))["data"]["number"] for _ in range(2)]
        await sync_to_async(tell)(house.hotel, 4)
        told.append((await frame(socket))["data"]["number"])
    assert told == [2, 3, 4]


async def test_the_token_may_come_as_the_first_message(server: str, house: House) -> None:
    async with connect(address(server, house.hotel.slug, "?after=0")) as socket:
        await socket.send(json.dumps({"authorization": f"Bearer {house.token}"}))
        await sync_to_async(tell)(house.hotel, 7)
        assert (await frame(socket))["data"] == {"number": 7}


async def test_a_long_log_comes_whole_and_in_order(server: str, house: House) -> None:
    count = 1200

    def tell_many() -> None:
        with transaction.atomic():
            tell(house.hotel, *range(1, count + 1))

    await sync_to_async(tell_many)()
    query = f"?after=0&token={house.token}"
    async with connect(address(server, house.hotel.slug, query)) as socket:
        told = [(await frame(socket))["data"]["number"] for _ in range(count)]
    assert told == list(range(1, count + 1))


async def test_what_nobody_was_told_of_is_found_in_the_log(
    server: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when another process wrote it, or the layer lost it."""
    async with connect(address(server, house.hotel.slug, f"?token={house.token}")) as socket:
        await listens(socket, house.hotel)
        monkeypatch.setattr(live, "_send", lambda *_: None)
        await sync_to_async(tell)(house.hotel, 8)
        assert (await frame(socket))["data"] == {"number": 8}


async def test_what_is_rolled_back_is_never_told(server: str, house: House) -> None:
    def roll_back() -> None:
        with transaction.atomic():
            tell(house.hotel, 1)
            transaction.set_rollback(True)

    query = f"?after=0&token={house.token}"
    async with connect(address(server, house.hotel.slug, query)) as socket:
        await sync_to_async(roll_back)()
        await sync_to_async(tell)(house.hotel, 2)
        assert (await frame(socket))["data"] == {"number": 2}


@pytest.mark.parametrize("token", ["wrong", "x" * 5000, "%00", "%E2%98%83"])
async def test_a_wrong_token_is_shown_the_door(server: str, house: House, token: str) -> None:
    async with connect(address(server, house.hotel.slug, f"?token={token}")) as socket:
        assert await closing_code(socket) == 4403


@pytest.mark.parametrize(
    "message", ["not json", "[]", "{}", '{"authorization": 7}', '{"authorization": "Basic x"}']
)
async def test_a_wrong_first_message_is_shown_the_door(
    server: str, house: House, message: str
) -> None:
    async with connect(address(server, house.hotel.slug)) as socket:
        await socket.send(message)
        assert await closing_code(socket) == 4403


async def test_who_says_nothing_is_not_waited_for(
    server: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "LOGIN_SECONDS", 0.2)
    async with connect(address(server, house.hotel.slug)) as socket:
        assert await closing_code(socket) == 4401


async def test_other_hotels_and_missing_ones_are_refused_alike(server: str, house: House) -> None:
    other = await sync_to_async(HotelFactory)()
    for slug in (other.slug, "no-such-hotel"):
        async with connect(address(server, slug, f"?token={house.token}")) as socket:
            assert await closing_code(socket) == 4403


async def test_a_superuser_listens_anywhere(server: str, house: House) -> None:
    root = await sync_to_async(UserFactory)(is_superuser=True)
    token = (await sync_to_async(open_login)(root)).token
    async with connect(address(server, house.hotel.slug, f"?after=0&token={token}")) as socket:
        await sync_to_async(tell)(house.hotel, 1)
        assert (await frame(socket))["event"] == "tested"


async def test_a_login_that_ends_ends_the_listening(server: str, house: House) -> None:
    async with connect(address(server, house.hotel.slug, f"?token={house.token}")) as socket:
        await sync_to_async(AuthToken.objects.all().delete)()
        assert await closing_code(socket) == 4403


async def test_a_role_that_is_taken_away_ends_the_listening(server: str, house: House) -> None:
    async with connect(address(server, house.hotel.slug, f"?token={house.token}")) as socket:
        await listens(socket, house.hotel)
        await Membership.objects.all().adelete()
        await sync_to_async(tell)(house.hotel, 1)
        assert await closing_code(socket) == 4403


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 30])
async def test_a_place_in_the_log_that_is_none(server: str, house: House, after: str) -> None:
    query = f"?after={after}&token={house.token}"
    async with connect(address(server, house.hotel.slug, query)) as socket:
        assert await closing_code(socket) == 4400


async def test_no_token_reaches_the_log(server: str, house: House) -> None:
    with written_to_log() as lines:
        query = f"?after=0&token={house.token}"
        async with connect(address(server, house.hotel.slug, query)) as socket:
            await sync_to_async(tell)(house.hotel, 1)
            await frame(socket)
        async with connect(address(server, house.hotel.slug, "?token=wrong-one")) as socket:
            await closing_code(socket)
    assert not [line for line in lines if house.token in line or "wrong-one" in line]


@pytest.mark.parametrize("path", ["ws/", "ws/nowhere/", "ws/hotels/", "nowhere", "ws/hotels/a/b/"])
async def test_an_unknown_address_is_refused_without_a_traceback(server: str, path: str) -> None:
    with written_to_log() as lines, pytest.raises(InvalidStatus):
        await connect(server.removesuffix("graphql/") + path)
    assert not [line for line in lines if "Traceback" in line or "Error" in line]


async def test_a_burst_of_changes_arrives_whole_at_every_listener(
    server: str, house: House
) -> None:
    query = f"?after=0&token={house.token}"
    sockets_open = [
        await connect(address(server, house.hotel.slug, query), open_timeout=PATIENCE)
        for _ in range(5)
    ]
    await sync_to_async(tell)(house.hotel, *range(100))
    for socket in sockets_open:
        assert [(await frame(socket))["data"]["number"] for _ in range(100)] == list(range(100))
        await socket.close()
    assert await sync_to_async(last_number)(house.hotel.event_stream) == 100
    assert await Event.objects.acount() == 100


async def test_who_comes_back_after_the_log_has_forgotten_is_told_to_fetch_again(
    server: str, house: House
) -> None:
    await sync_to_async(tell)(house.hotel, 1, 2)
    await Event.objects.all().adelete()
    query = f"?after=1&token={house.token}"
    async with connect(address(server, house.hotel.slug, query)) as socket:
        told = await frame(socket)
        await sync_to_async(tell)(house.hotel, 7)
        following = await frame(socket)

    assert told == {"channel": f"hotel-{house.hotel.slug}", "event": "resync", "data": {}}
    assert following["data"] == {"number": 7}
