"""Redis goes away, guests leave all the same, and whoever watches hears of each of them once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from asgiref.sync import sync_to_async
from websockets.asyncio.client import ClientConnection, connect

from apps.bookings.models import Booking, Hotel
from apps.bookings.services.rooming import assign_room
from apps.staff.services.logins import open_login
from tests.backend.serving import Served, serving
from tests.bookings.stays import assert_in_order
from tests.common.processes import environ_on_test_database
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory
from tests.factories.staff import works_at
from tests.services import ValkeyServer

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60.0  # a generous end, never an expectation
STAYS = 3


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


@pytest.fixture
def hotel(transactional_db: None) -> Hotel:
    made: Hotel = HotelFactory()
    return made


@pytest.fixture
def stays(hotel: Hotel) -> list[Booking]:
    made: list[Booking] = BookingFactory.create_batch(STAYS, hotel=hotel, in_house=True)
    for booking in made:
        GuestFactory(booking=booking)
        assign_room(booking, booking.assigned_room)
    return made


@pytest.fixture
def login(hotel: Hotel) -> str:
    token: str = open_login(works_at(hotel)).token
    return token


def check_out(served: Served, booking: Booking, login: str) -> int:
    path = f"api/staff/hotels/{booking.hotel.slug}/room-bookings/{booking.booking_id}/check-out/"
    answer = requests.post(
        f"http://127.0.0.1:{served.port}/{path}",
        headers={"Authorization": f"Bearer {login}"},
        timeout=PATIENCE,
    )
    return answer.status_code


async def heard(socket: ClientConnection, count: int) -> list[tuple[str, Any]]:
    frames = [json.loads(await asyncio.wait_for(socket.recv(), PATIENCE)) for _ in range(count)]
    return [(frame["event"], frame["data"].get("booking_id")) for frame in frames]


def told_of(*stays: Booking) -> list[tuple[str, str | None]]:
    return [
        event
        for stay in stays
        for event in (("room-status-changed", None), ("booking-checked-out", stay.booking_id))
    ]


async def test_a_check_out_without_redis_succeeds_and_is_heard_of_once(
    valkey: ValkeyServer, stays: list[Booking], login: str, tmp_path: Path
) -> None:
    environ = {**environ_on_test_database(), "REDIS_URL": valkey.url, "DEBUG": "true"}
    with (
        serving(environ=environ, log=tmp_path / "watched.log") as watched,
        serving(environ=environ, log=tmp_path / "other.log") as other,
    ):
        address = f"ws://127.0.0.1:{watched.port}/ws/hotels/{stays[0].hotel.slug}/"
        async with connect(f"{address}?after=0&token={login}", proxy=None) as socket:
            codes = [await asyncio.to_thread(check_out, other, stays[0], login)]
            told = await heard(socket, 2)
            await asyncio.to_thread(valkey.stop)
            codes.append(await asyncio.to_thread(check_out, other, stays[1], login))
            await asyncio.to_thread(valkey.start)
            codes.append(await asyncio.to_thread(check_out, other, stays[2], login))
            told += await heard(socket, 4)

    assert codes == [200] * STAYS
    assert told == told_of(*stays)
    await sync_to_async(assert_in_order)()
