"""The broker goes away under live load while another process commits; nobody ends up behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from asgiref.sync import sync_to_async

from apps.common.events import last_number
from apps.seating.models import SeatingEvent
from apps.staff.services.logins import open_login
from tests.backend.serving import Served, serving
from tests.common.processes import environ_on_test_database
from tests.factories.bookings import RoomFactory
from tests.factories.seating import SeatingEventFactory, statuses
from tests.factories.staff import works_at
from tests.graphql.socket_client import PATIENCE, talking
from tests.services import ValkeyServer

pytestmark = pytest.mark.django_db(transaction=True)

OUTAGE_SECONDS = 5.0
VIEWERS = 10
SEATS = """subscription($s: String!) { seatUpdates(eventSlug: $s, afterVersion: 0) {
  version resync seats { label status } } }"""
EVENTS = "subscription($h: String!) { hotelEvents(hotelSlug: $h, after: 0) { id } }"
SELECT = """mutation($s: String!, $label: String!) {
  selectSeats(input: {eventSlug: $s, labels: [$label]}) {
    ... on SeatOrder { token } ... on Problem { code message } } }"""
ROOM = """mutation($h: String!, $n: String!) { setRoomStatus(
  input: {hotelSlug: $h, roomNumber: $n, status: OUT_OF_SERVICE, note: "Painting"}) {
    ... on Room { status } ... on Problem { code message } } }"""
CHANGES = 7


@pytest.fixture
def broker() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


async def test_whoever_watches_ends_with_what_the_table_says(
    broker: ValkeyServer, tmp_path: Path
) -> None:
    event = await sync_to_async(_event)()
    login = await sync_to_async(lambda: open_login(works_at(event.hotel)).token)()
    environ = {
        **environ_on_test_database(),
        "REDIS_URL": broker.url,
        "DEBUG": "true",
        "RATE_LIMIT_SEATING": "0",
    }
    with (
        serving(environ=environ, log=tmp_path / "watched.log") as watched,
        serving(environ=environ, log=tmp_path / "other.log") as other,
    ):
        address = f"ws://127.0.0.1:{watched.port}/graphql/"
        viewers = [asyncio.create_task(_watch(address, event)) for _ in range(VIEWERS)]
        dashboards = [
            asyncio.create_task(_watch_hotel(address, event, login)) for _ in range(VIEWERS)
        ]
        await _change(other, event, login, "A-1")
        await asyncio.to_thread(broker.stop)
        until = time.monotonic() + OUTAGE_SECONDS
        for place in range(2, 7):
            await _change(other, event, login, f"A-{place}")
            await asyncio.sleep(max(0.0, until - time.monotonic()) / 5)
        await asyncio.to_thread(broker.start)
        await _change(other, event, login, "B-1")
        seen = await asyncio.gather(*viewers)
        heard = await asyncio.gather(*dashboards)
    chart = await sync_to_async(_table)(event)
    newest = await sync_to_async(last_number)(event.hotel.event_stream)
    assert [states for states in seen if states != chart] == []
    assert [numbers for numbers in heard if numbers != list(range(1, newest + 1))] == []


def _event() -> SeatingEvent:
    event: SeatingEvent = SeatingEventFactory(seats=12, exclusive=True)
    for row in "AB":
        for place in range(1, 7):
            RoomFactory(hotel=event.hotel, number=f"{row}-{place}")
    return event


def _table(event: SeatingEvent) -> dict[str, str]:
    return {label: str(status) for label, status in statuses(event).items()}


async def _change(served: Served, event: SeatingEvent, login: str, label: str) -> None:
    """Take a seat, and close the room of that name."""
    await asyncio.to_thread(_ask, served, SELECT, "", {"s": event.slug, "label": label})
    variables = {"h": event.hotel.slug, "n": label}
    await asyncio.to_thread(_ask, served, ROOM, f"Bearer {login}", variables)


def _ask(served: Served, query: str, login: str, variables: dict[str, str]) -> None:
    answer = requests.post(
        f"http://127.0.0.1:{served.port}/graphql/",
        json={"query": query, "variables": variables},
        headers={"Authorization": login},
        timeout=PATIENCE,
    )
    assert "code" not in answer.text, answer.text


async def _watch(address: str, event: SeatingEvent) -> dict[str, str]:
    """Keep a map by updates alone, until the last seat is taken; versions leave no gap."""
    states = dict.fromkeys((f"{row}-{n}" for row in "AB" for n in range(1, 7)), "AVAILABLE")
    version = 0
    async with talking(address) as talk:
        await talk.subscribe(SEATS, s=event.slug)
        while states["B-1"] == "AVAILABLE":
            update = (await talk.hear())["payload"]["data"]["seatUpdates"]
            assert (update["version"], update["resync"]) == (version + 1, False)
            version += 1
            states |= {seat["label"]: seat["status"] for seat in update["seats"]}
    return states


async def _watch_hotel(address: str, event: SeatingEvent, login: str) -> list[int]:
    heard: list[int] = []
    params: Any = {"authorization": f"Bearer {login}"}
    async with talking(address, params=params) as talk:
        await talk.subscribe(EVENTS, h=event.hotel.slug)
        while len(heard) < CHANGES:
            heard.append(int((await talk.hear())["payload"]["data"]["hotelEvents"]["id"]))
    return heard
