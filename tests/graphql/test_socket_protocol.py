"""Both protocols, case by case, over a real server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from knox.models import AuthToken
from pytest_django import Settings
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from apps.staff.models import Membership
from apps.staff.selectors import identify
from apps.staff.services.logins import log_out, open_login
from graphql_schema.sockets import pace, session
from tests.factories.bookings import HotelFactory
from tests.factories.seating import SeatingEventFactory
from tests.factories.staff import works_at
from tests.graphql.socket_client import LEGACY, MODERN, PATIENCE, talking

pytestmark = pytest.mark.django_db(transaction=True)

TYPENAME = "{ __typename }"
UPDATES = "subscription($slug: String!) { seatUpdates(eventSlug: $slug) { version } }"
GOOD = {"id": "1", "type": "subscribe", "payload": {"query": TYPENAME}}

MALFORMED = [
    "null",
    "true",
    "7",
    '"text"',
    "[]",
    "{}",
    "{",
    "",
    b"\x00\x01",
    '{"type": 7}',
    '{"type": null}',
    '{"type": ["subscribe"]}',
    '{"type": "start", "id": "1", "payload": {"query": "{ __typename }"}}',
    '{"type": "connection_init", "payload": []}',
    '{"type": "ping", "payload": "x"}',
    '{"type": "complete"}',
    '{"type": "complete", "id": 1}',
    '{"type": "subscribe"}',
    '{"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}}',
    '{"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}}',
    '{"type": "subscribe", "id": "1", "payload": null}',
    '{"type": "subscribe", "id": "1", "payload": {"query": 7}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": []}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "operationName": 1}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "extensions": "x"}}',
]


@pytest.mark.parametrize("is_acknowledged", [False, True], ids=["before", "after"])
async def test_what_the_protocol_does_not_know_closes_4400(
    server: str, is_acknowledged: bool
) -> None:
    for message in MALFORMED:
        async with talking(server, init=is_acknowledged) as talk:
            await talk.say(message)
            assert await talk.code() == 4400, message


async def test_an_operation_before_the_acknowledgement_closes_4401(server: str) -> None:
    async with talking(server, init=False) as talk:
        await talk.say(GOOD)
        assert await talk.code() == 4401


@pytest.mark.parametrize("protocol", [MODERN, LEGACY])
@pytest.mark.parametrize("login", ["Bearer wrong", "wrong", "", 7])
async def test_a_wrong_login_closes_4403(server: str, protocol: str, login: Any) -> None:
    async with talking(server, protocol, init=False) as talk:
        await talk.say({"type": "connection_init", "payload": {"authorization": login}})
        assert await talk.code() == 4403


@pytest.mark.parametrize("offered", [None, ["soap"]])
async def test_a_client_without_a_known_protocol_is_closed_4406(server: str, offered: Any) -> None:
    async with connect(server, subprotocols=offered) as socket:
        await socket.wait_closed()
        assert socket.close_code == 4406


async def test_a_client_that_does_not_say_who_it_is_is_closed_4408(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "INIT_SECONDS", 0.1)
    async with talking(server, init=False) as talk:
        assert await talk.code() == 4408


async def test_a_message_that_is_too_long_closes_1009(server: str) -> None:
    async with talking(server) as talk:
        await talk.say({"type": "ping", "payload": {"padding": "x" * 1_000_000}})
        assert await talk.code() == 1009


@pytest.mark.parametrize("protocol", [MODERN, LEGACY])
async def test_a_login_that_is_revoked_closes_its_sockets_4403(server: str, protocol: str) -> None:
    token, _ = await asyncio.to_thread(_login)
    staff = await asyncio.to_thread(identify, f"Bearer {token}")
    async with talking(server, protocol, params={"authorization": f"Bearer {token}"}) as talk:
        await asyncio.to_thread(log_out, staff)
        assert await talk.code() == 4403


async def test_a_login_that_expires_closes_its_sockets_4403(server: str) -> None:
    token, _ = await asyncio.to_thread(_login)
    soon = timezone.now() + timedelta(seconds=1.5)
    await asyncio.to_thread(AuthToken.objects.update, expiry=soon)
    async with talking(server, params={"authorization": f"Bearer {token}"}) as talk:
        assert await talk.code() == 4403
        assert timezone.now() >= soon


async def test_an_id_that_is_in_use_closes_4409(server: str) -> None:
    event = await asyncio.to_thread(SeatingEventFactory)
    async with talking(server) as talk:
        await talk.subscribe(UPDATES, slug=event.slug)
        await talk.subscribe(UPDATES, slug=event.slug)
        assert await talk.code() == 4409


async def test_a_second_initialisation_closes_4429(server: str) -> None:
    async with talking(server) as talk:
        await talk.say({"type": "connection_init"})
        assert await talk.code() == 4429


async def test_too_many_messages_in_a_short_while_close_4429(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "BURST", 20.0)
    async with talking(server) as talk:
        for _ in range(60):
            await talk.say({"type": "ping"})
        assert await talk.code() == 4429


async def test_too_many_sockets_from_one_address_close_4429(
    server: str, settings: Settings
) -> None:
    settings.GRAPHQL_SOCKETS_PER_ADDRESS = 1
    async with _admitted(server), talking(server, init=False) as further:
        assert await further.code() == 4429
    async with _admitted(server):
        """There is room again."""


@asynccontextmanager
async def _admitted(server: str) -> AsyncIterator[None]:
    """Hold a socket as soon as there is room: the server hears of a farewell a moment later."""
    async with AsyncExitStack() as held:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await held.enter_async_context(talking(server))
                    break
                except ConnectionClosed:
                    await asyncio.sleep(0.02)
        yield


async def test_too_many_sockets_with_one_login_close_4429(server: str, settings: Settings) -> None:
    settings.GRAPHQL_SOCKETS_PER_LOGIN = 1
    token, _ = await asyncio.to_thread(_login)
    params = {"authorization": f"Bearer {token}"}
    async with talking(server, params=params), talking(server, init=False) as further:
        await further.say({"type": "connection_init", "payload": params})
        assert await further.code() == 4429
        async with talking(server):
            """Guests are not counted."""


async def test_an_id_can_be_used_again_after_its_operation(server: str) -> None:
    async with talking(server) as talk:
        for _ in range(2):
            await talk.say(GOOD)
            assert [(await talk.hear())["type"] for _ in range(2)] == ["next", "complete"]


async def test_ping_is_answered_and_pong_is_taken(server: str) -> None:
    async with talking(server, init=False) as talk:
        await talk.say({"type": "pong", "payload": {"any": 1}})
        await talk.say({"type": "ping"})
        assert await talk.hear() == {"type": "pong"}


@pytest.mark.parametrize(("protocol", "result"), [(MODERN, "next"), (LEGACY, "data")])
async def test_queries_and_commands_go_over_a_socket(
    server: str, protocol: str, result: str
) -> None:
    command = """mutation { startCheckIn(input: {bookingReference: "none"}) {
      ... on Problem { code } } }"""
    async with talking(server, protocol) as talk:
        for query, data in (
            (TYPENAME, {"__typename": "Query"}),
            (command, {"startCheckIn": {"code": "BOOKING_NOT_FOUND"}}),
        ):
            await talk.subscribe(query)
            assert await talk.hear() == {"id": "1", "type": result, "payload": {"data": data}}
            assert await talk.hear() == {"id": "1", "type": "complete"}


async def test_a_staff_query_knows_the_login_of_the_socket(server: str) -> None:
    token, username = await asyncio.to_thread(_login)
    async with talking(server, params={"authorization": f"Bearer {token}"}) as talk:
        await talk.subscribe("{ me { username } }")
        assert (await talk.hear())["payload"]["data"] == {"me": {"username": username}}
    async with talking(server) as talk:
        await talk.subscribe("{ me { username } }")
        [error] = (await talk.hear())["payload"]["errors"]
        assert error["extensions"]["code"] == "NOT_AUTHENTICATED"


async def test_what_staff_may_is_asked_at_every_operation_of_a_socket(server: str) -> None:
    user = await asyncio.to_thread(lambda: works_at(HotelFactory(slug="here")))
    login = await asyncio.to_thread(open_login, user)
    rooms = '{ rooms(hotelSlug: "here") { edges { cursor } } }'
    params = {"authorization": f"Bearer {login.token}"}
    async with talking(server, params=params) as talk:
        await talk.subscribe('subscription { hotelEvents(hotelSlug: "here") { id } }', id="events")
        await talk.subscribe(rooms)
        assert (await talk.hear())["payload"]["data"] == {"rooms": {"edges": []}}
        await talk.hear()
        await asyncio.to_thread(Membership.objects.all().delete)
        await talk.subscribe(rooms)
        while "errors" not in (said := await talk.hear()).get("payload", {}):
            """The subscription may end first."""
        assert said["payload"]["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"


async def test_somebody_who_is_deactivated_loses_their_sockets(server: str) -> None:
    token, username = await asyncio.to_thread(_login)
    async with talking(server, params={"authorization": f"Bearer {token}"}) as talk:
        await asyncio.to_thread(User.objects.filter(username=username).update, is_active=False)
        assert await talk.code() == 4403


def _login() -> tuple[str, str]:
    user = works_at(HotelFactory())
    return open_login(user).token, user.get_username()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "VALIDATION_ERROR"),
        ("{", "VALIDATION_ERROR"),
        ("{ nothing }", "VALIDATION_ERROR"),
        ("subscription { seatUpdates { version } }", "VALIDATION_ERROR"),
        ("query A { __typename } query B { __typename }", "VALIDATION_ERROR"),
        ('subscription { seatUpdates(eventSlug: "none") { version } }', "EVENT_NOT_FOUND"),
        ('subscription { checkInFlow(token: "none") { status } }', "FLOW_NOT_FOUND"),
        ('subscription { hotelEvents(hotelSlug: "none") { id } }', "NOT_AUTHENTICATED"),
    ],
)
async def test_an_operation_that_can_not_begin_is_one_error_and_the_socket_lives(
    server: str, query: str, code: str
) -> None:
    async with talking(server) as talk:
        await talk.subscribe(query)
        refusal = await talk.hear()
        assert (refusal["id"], refusal["type"]) == ("1", "error")
        assert [error["extensions"]["code"] for error in refusal["payload"]] == [code]
        await talk.subscribe(TYPENAME)
        assert (await talk.hear())["type"] == "next"


async def test_an_old_client_gets_one_error_and_may_start_again_under_its_id(server: str) -> None:
    event = await asyncio.to_thread(SeatingEventFactory)
    async with talking(server, LEGACY) as talk:
        await talk.subscribe("{ nothing }")
        refusal = await talk.hear()
        assert refusal["type"] == "error"
        assert refusal["payload"]["extensions"]["code"] == "VALIDATION_ERROR"
        await talk.subscribe(UPDATES, slug=event.slug)
        await talk.subscribe(TYPENAME)
        assert (await talk.hear())["type"] == "data"
        await talk.say({"type": "connection_terminate"})
        assert await talk.code() == 1000


async def test_a_socket_has_room_for_its_operations_and_refuses_more(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "MOST_OPERATIONS", 2)
    event = await asyncio.to_thread(SeatingEventFactory)
    async with talking(server) as talk:
        for place in ("1", "2", "3"):
            await talk.subscribe(UPDATES, id=place, slug=event.slug)
        refusal = await talk.hear()
        assert (refusal["id"], refusal["type"]) == ("3", "error")
        assert refusal["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        await talk.say({"type": "complete", "id": "2"})
        await talk.subscribe(TYPENAME, id="3")
        assert (await talk.hear())["type"] == "next"


async def test_fifty_operations_and_bursts_of_a_hundred_messages_are_fine(server: str) -> None:
    event = await asyncio.to_thread(SeatingEventFactory)
    async with talking(server) as talk:
        for place in range(50):
            await talk.subscribe(UPDATES, id=f"u{place}", slug=event.slug)
        for place in range(50):
            await talk.subscribe(TYPENAME, id=f"q{place}")
        answered = {json.dumps((await talk.hear())["id"]) for _ in range(100)}
        assert len(answered) == 50
