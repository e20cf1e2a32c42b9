"""Watching seats over a real server and socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from pytest_django import Settings
from websockets.asyncio.client import ClientConnection, connect

from apps.seating.models import SeatChange, SeatingEvent
from apps.seating.services.orders import release_seats
from apps.seating.services.payments import submit_payment_proof
from apps.seating.services.reviews import Review, reject_payment
from tests.factories.seating import SeatingEventFactory, choose, picture

pytestmark = pytest.mark.django_db(transaction=True)
WATCH = """subscription($slug: String!, $after: Int) {
  seatUpdates(eventSlug: $slug, afterVersion: $after) {
    version resync seats { label status } } }"""
PATIENCE = 20.0  # a generous end, never an expectation


@pytest.fixture(autouse=True)
def proof_dir(settings: Settings, tmp_path: Path) -> Path:
    settings.PROOF_DIR = tmp_path
    return tmp_path


@pytest.fixture(autouse=True, params=["shared", "stock"])
def served_by(request: pytest.FixtureRequest, settings: Settings) -> None:
    """Whoever goes back to the library's consumer loses speed, and nothing else."""
    settings.GRAPHQL_SHARED_SUBSCRIPTIONS = request.param == "shared"


async def frame_of(socket: ClientConnection) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
        if frame["type"] != "ping":
            return frame


async def update_of(socket: ClientConnection) -> tuple[int, bool, dict[str, str]]:
    """The next update: version, resync, states by label."""
    frame = await frame_of(socket)
    assert frame["type"] == "next", frame
    update = frame["payload"]["data"]["seatUpdates"]
    seats = {seat["label"]: seat["status"] for seat in update["seats"]}
    return update["version"], update["resync"], seats


@asynccontextmanager
async def watching(
    address: str, slug: str, after: int | None = None
) -> AsyncIterator[ClientConnection]:
    async with connect(address, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        await socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        payload = {"query": WATCH, "variables": {"slug": slug, "after": after}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        yield socket


@sync_to_async
def an_event(**more: Any) -> SeatingEvent:
    made: SeatingEvent = SeatingEventFactory(seats=6, **more)
    return made


@sync_to_async
def sell(event: SeatingEvent, label: str) -> int:
    opened = submit_payment_proof(order_token=choose(event, label).token, file=picture())
    return opened.order.pk


async def test_a_viewer_sees_every_change_with_its_version(server: str) -> None:
    event = await an_event()
    async with watching(server, event.slug, after=0) as socket:
        pk = await sell(event, "A-1")
        assert await update_of(socket) == (1, False, {"A-1": "BOOKED"})
        await sync_to_async(reject_payment)(Review(order_pk=pk, reviewed_by="desk", reason="No"))
        assert await update_of(socket) == (2, False, {"A-1": "AVAILABLE"})


async def test_who_was_cut_off_is_told_what_they_missed(server: str) -> None:
    event = await an_event(exclusive=True)
    opened = await sync_to_async(choose)(event, "A-1", "A-2")
    await sync_to_async(release_seats)(order_token=opened.token)

    async with watching(server, event.slug, after=1) as socket:
        assert await update_of(socket) == (2, False, {"A-1": "AVAILABLE", "A-2": "AVAILABLE"})


@pytest.mark.parametrize("after", [0, 99])
async def test_what_the_log_cannot_tell_has_to_be_read_again(server: str, after: int) -> None:
    event = await an_event()
    await sell(event, "A-1")
    await sell(event, "A-2")
    await sync_to_async(SeatChange.objects.filter(version=1).delete)()

    async with watching(server, event.slug, after=after) as socket:
        assert await update_of(socket) == (2, True, {})
        await sell(event, "A-3")
        assert (await update_of(socket))[0] == 3


async def test_an_unknown_event(server: str) -> None:
    async with watching(server, "none") as socket:
        frame = await frame_of(socket)
    assert frame["type"] in ("error", "next")
    assert "EVENT_NOT_FOUND" in json.dumps(frame)
