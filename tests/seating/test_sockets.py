"""The plain WebSocket of seats, over a real server."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from apps.common.sockets import NOT_FOUND
from apps.seating.changes import SeatNews, SeatState
from apps.seating.models import SeatingEvent
from apps.seating.services.payments import submit_payment_proof
from apps.seating.services.reviews import Review, reject_payment
from apps.seating.sockets import frames_of
from apps.seating.states import SeatStatus
from tests.factories.seating import SeatingEventFactory, choose, picture
from tests.live_server import server as server

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20.0  # a generous end, never an expectation


def address_of(server: str, slug: str) -> str:
    return f"{server.removesuffix('graphql/')}ws/seats/{slug}/"


def test_one_frame_for_each_status() -> None:
    news = SeatNews(
        version=17,
        seats=[
            SeatState(1, "A-1", SeatStatus.BOOKED),
            SeatState(2, "A-2", SeatStatus.AVAILABLE),
            SeatState(3, "A-3", SeatStatus.BOOKED),
        ],
    )
    assert list(frames_of(news)) == [
        {"type": "seat_status", "seats": ["A-2"], "status": "AVAILABLE", "version": 17},
        {"type": "seat_update", "seats": ["A-1", "A-3"], "status": "BOOKED", "version": 17},
    ]


async def test_frames_of_a_sale_and_its_rejection(server: str) -> None:
    def sell(label: str) -> int:
        opened = choose(event, label)
        return submit_payment_proof(order_token=opened.token, file=picture()).order.pk

    event: SeatingEvent = await sync_to_async(SeatingEventFactory)(seats=6)
    await sync_to_async(sell)("A-6")  # before anybody looks on
    async with connect(address_of(server, event.slug)) as socket:

        async def frame() -> Any:
            return json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))

        pk = await sync_to_async(sell)("A-1")
        assert await frame() == {
            "type": "seat_update",
            "seats": ["A-1"],
            "status": "BOOKED",
            "version": 2,
        }
        await sync_to_async(reject_payment)(Review(order_pk=pk, reviewed_by="desk", reason="No"))
        assert await frame() == {
            "type": "seat_status",
            "seats": ["A-1"],
            "status": "AVAILABLE",
            "version": 3,
        }


async def test_an_unknown_event_closes_the_socket(server: str) -> None:
    async with connect(address_of(server, "none")) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), PATIENCE)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == NOT_FOUND
