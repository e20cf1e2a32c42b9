"""Chat and stay over a real server and sockets: what one side does, the other sees."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from knox.models import AuthToken
from websockets.asyncio.client import ClientConnection, connect

from apps.bookings.models import Booking
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.stays import mint_stay_token
from apps.common import hearing
from apps.concierge.services.messages import mark_read_by_guest, mark_read_by_staff
from apps.locks.models import AccessCode, AccessGrant
from apps.staff.roles import Role
from apps.staff.services.logins import open_login
from tests.background import run_due_jobs
from tests.factories.bookings import BookingFactory, HotelFactory
from tests.factories.concierge import MenuItemFactory, desk_writes, guest_writes
from tests.factories.locks import AccessCodeFactory, AccessGrantFactory
from tests.factories.staff import works_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("fresh_limits")]
PATIENCE = 20.0  # a generous end, never an expectation
GUEST = """subscription($stayToken: String, $after: ID) {
  messages(stayToken: $stayToken, after: $after) { id body sender readAt } }"""
DESK = """subscription($hotelSlug: String, $after: ID) {
  messages(hotelSlug: $hotelSlug, after: $after) { id body sender readAt bookingId } }"""
STAY = """subscription($token: String!) { stay(token: $token) {
  status messages { body } orders { status } } }"""


class Watcher:
    """One subscription on one socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def frame(self) -> dict[str, Any]:
        """The next frame of the subscription."""
        while True:
            frame: dict[str, Any] = json.loads(
                await asyncio.wait_for(self._socket.recv(), PATIENCE)
            )
            if frame["type"] != "ping":
                return frame
            await self._socket.send(json.dumps({"type": "pong"}))

    async def next(self) -> dict[str, Any]:
        """What is told next."""
        frame = await self.frame()
        assert frame["type"] == "next", frame
        assert "errors" not in frame["payload"], frame
        (found,) = frame["payload"]["data"].values()
        told: dict[str, Any] = found
        return told


@asynccontextmanager
async def watching(
    address: str, query: str, login: str = "", **variables: Any
) -> AsyncIterator[Watcher]:
    params = {"authorization": f"Bearer {login}"} if login else {}
    async with connect(address, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        await socket.send(json.dumps({"type": "connection_init", "payload": params}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        payload = {"query": query, "variables": variables}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        yield Watcher(socket)


@pytest.fixture
def booking(transactional_db: None) -> Booking:
    made: Booking = BookingFactory(in_house=True)
    return made


@sync_to_async
def login_at(hotel: Any, role: Role = Role.FRONT_DESK) -> str:
    token: str = open_login(works_at(hotel, role)).token
    return token


write_as_guest = sync_to_async(guest_writes)
write_as_desk = sync_to_async(desk_writes)
key_to = sync_to_async(mint_stay_token)


async def first_heard(watcher: Watcher, write: Any, booking: Booking) -> dict[str, Any]:
    """Write until the watcher hears: a socket has no sign that it has begun to listen."""
    hearing = asyncio.ensure_future(watcher.next())
    for number in range(40):
        await write(booking, f"hello {number}")
        done, _ = await asyncio.wait({hearing}, timeout=0.5)
        if done:
            break
    return await hearing


async def test_each_side_sees_what_the_other_writes_and_that_it_was_read(
    server: str, booking: Booking
) -> None:
    start = await write_as_guest(booking, "start")
    token, login = await key_to(booking), await login_at(booking.hotel)
    resume = {"after": str(start.pk)}
    async with (
        watching(server, GUEST, stayToken=token, **resume) as guest,
        watching(server, DESK, login, hotelSlug=booking.hotel.slug, **resume) as desk,
    ):
        asked = await write_as_guest(booking, "Is there a kettle?")
        for watcher in (guest, desk):
            told = await watcher.next()
            assert (told["id"], told["body"]) == (str(asked.pk), "Is there a kettle?")
        assert told["bookingId"] == booking.booking_id

        await write_as_desk(booking, "On its way.")
        for watcher in (guest, desk):
            told = await watcher.next()
            assert (told["sender"], told["body"]) == ("STAFF", "On its way.")

        await sync_to_async(mark_read_by_guest)(token=token)
        for watcher in (guest, desk):
            told = await watcher.next()
            assert (told["body"], told["readAt"] is not None) == ("On its way.", True)

        await sync_to_async(mark_read_by_staff)(hotel=booking.hotel, booking_id=booking.booking_id)
        for watcher in (guest, desk):
            read = [await watcher.next(), await watcher.next()]
            assert [told["body"] for told in read] == ["start", "Is there a kettle?"]
            assert all(told["readAt"] for told in read)


async def test_at_join_nothing_is_told_and_then_only_what_is_new(
    server: str, booking: Booking
) -> None:
    await write_as_guest(booking, "before")
    async with watching(server, GUEST, stayToken=await key_to(booking)) as guest:
        told = await first_heard(guest, write_as_desk, booking)
        assert told["body"].startswith("hello")


async def test_who_resumes_after_a_message_misses_nothing(server: str, booking: Booking) -> None:
    seen = await write_as_guest(booking, "seen")
    missed = [await write_as_desk(booking, f"missed {number}") for number in range(3)]
    login = await login_at(booking.hotel)

    async with watching(
        server, DESK, login, hotelSlug=booking.hotel.slug, after=str(seen.pk)
    ) as desk:
        told = [await desk.next() for _ in missed]

    assert [message["id"] for message in told] == [str(message.pk) for message in missed]


async def test_a_guest_hears_of_the_own_stay_alone(server: str, booking: Booking) -> None:
    start = await write_as_guest(booking, "start")
    other = await sync_to_async(BookingFactory)(hotel=booking.hotel, in_house=True)
    async with watching(
        server, GUEST, stayToken=await key_to(booking), after=str(start.pk)
    ) as guest:
        await write_as_desk(other, "not for you")
        await write_as_desk(booking, "for you")
        assert (await guest.next())["body"] == "for you"


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("unknown stay", "NOT_FOUND"),
        ("nobody", "NOT_AUTHENTICATED"),
        ("housekeeping", "PERMISSION_DENIED"),
        ("another hotel", "PERMISSION_DENIED"),
        ("neither", "VALIDATION_ERROR"),
        ("another stay's message", "VALIDATION_ERROR"),
    ],
)
async def test_who_may_not_listen_is_told_so(
    server: str, booking: Booking, case: str, code: str
) -> None:
    slug = booking.hotel.slug
    foreign = await write_as_guest(await sync_to_async(BookingFactory)(in_house=True))
    cases: dict[str, tuple[str, str, dict[str, Any]]] = {
        "unknown stay": (GUEST, "", {"stayToken": "unknown"}),
        "nobody": (DESK, "", {"hotelSlug": slug}),
        "housekeeping": (
            DESK,
            await login_at(booking.hotel, Role.HOUSEKEEPING),
            {"hotelSlug": slug},
        ),
        "another hotel": (
            DESK,
            await login_at(await sync_to_async(HotelFactory)()),
            {"hotelSlug": slug},
        ),
        "neither": (GUEST, "", {}),
        "another stay's message": (
            GUEST,
            "",
            {"stayToken": await key_to(booking), "after": str(foreign.pk)},
        ),
    }
    query, login, variables = cases[case]
    async with watching(server, query, login, **variables) as watcher:
        frame = await watcher.frame()

    (error,) = frame["payload"]["errors"] if frame["type"] == "next" else frame["payload"]
    assert error["extensions"]["code"] == code


async def test_a_login_that_was_ended_hears_no_more(server: str, booking: Booking) -> None:
    start = await write_as_guest(booking, "start")
    login = await login_at(booking.hotel)
    async with watching(
        server, DESK, login, hotelSlug=booking.hotel.slug, after=str(start.pk)
    ) as desk:
        await write_as_guest(booking, "still there?")
        assert (await desk.next())["body"] == "still there?"
        await sync_to_async(AuthToken.objects.all().delete)()
        await write_as_guest(booking, "now?")
        assert (await desk.frame())["type"] == "complete"


async def test_the_stay_shows_chat_and_orders_as_they_change_until_check_out(
    server: str, booking: Booking
) -> None:
    await sync_to_async(MenuItemFactory)(hotel=booking.hotel)
    async with watching(server, STAY, token=await key_to(booking)) as stay:
        assert await stay.next() == {"status": "IN_HOUSE", "messages": [], "orders": []}
        await write_as_desk(booking, "Welcome.")
        assert (await stay.next())["messages"] == [{"body": "Welcome."}]
        await sync_to_async(checkout_booking)(booking=booking, performed_by="desk", source="test")
        over = await stay.next()
        assert over == {"status": "CHECKED_OUT", "messages": [], "orders": []}
        assert (await stay.frame())["type"] == "complete"


CODES = """subscription($token: String!) { stay(token: $token) {
  pin accessCodes { code status } } }"""


def give_codes(booking: Booking) -> AccessGrant:
    grant: AccessGrant = AccessGrantFactory(holder=booking.lock_holder, ready=True)
    AccessCodeFactory(grant=grant, on_the_lock=True)
    return grant


def change_codes(grant: AccessGrant) -> None:
    """What a worker does at a lock, and the news of it that it owes."""
    AccessCode.objects.filter(grant=grant).update(digits="8264")
    AccessGrant.objects.filter(pk=grant.pk).update(due_at=timezone.now())
    run_due_jobs()


async def test_codes_are_shown_as_they_change_without_a_look_at_the_clock(
    server: str, booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody looks again after a quiet while here, so only the news can bring it."""
    monkeypatch.setattr(hearing, "QUIET_SECONDS", 10 * PATIENCE)
    grant = await sync_to_async(give_codes)(booking)
    async with watching(server, CODES, token=await key_to(booking)) as stay:
        shown = await stay.next()
        await sync_to_async(change_codes)(grant)
        changed = await stay.next()

    assert shown == {"pin": grant.pin, "accessCodes": [{"code": grant.pin, "status": "SET"}]}
    assert changed == {"pin": "8264", "accessCodes": [{"code": "8264", "status": "SET"}]}


async def test_an_unknown_stay_can_t_be_watched(server: str) -> None:
    async with watching(server, STAY, token="unknown") as stay:
        frame = await stay.frame()

    (error,) = frame["payload"]["errors"] if frame["type"] == "next" else frame["payload"]
    assert error["extensions"]["code"] == "NOT_FOUND"
