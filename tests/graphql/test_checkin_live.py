"""Watching a check-in over a real server and socket: the state now, then every change."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from websockets.asyncio.client import ClientConnection, connect

from apps.bookings.services.closing import cancel_booking
from apps.checkin.models import CheckInFlow
from apps.checkin.services.desk import DeskCheckIn, check_in_at_desk
from apps.checkin.services.starting import StartRequest, start_check_in
from apps.checkin.services.steps import (
    DetailsRequest,
    confirm_check_in,
    submit_details,
    submit_parking,
)
from tests.background import run_due_jobs
from tests.factories.bookings import OTHER_PHONE, BookingFactory
from tests.factories.checkin import CheckInFlowFactory, key_to
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db(transaction=True)
WATCH = "subscription($token: String!) { checkInFlow(token: $token) { step status pinStatus } }"
PATIENCE = 20.0  # a generous end, never an expectation


class Watcher:
    """One subscription on one socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def next(self) -> dict[str, Any]:
        """The next frame of the subscription."""
        while True:
            frame: dict[str, Any] = json.loads(
                await asyncio.wait_for(self._socket.recv(), PATIENCE)
            )
            if frame["type"] == "ping":
                await self._socket.send(json.dumps({"type": "pong"}))
            else:
                return frame

    async def state(self) -> tuple[int, str, str]:
        """The next state shown: step, status, PIN status."""
        frame = await self.next()
        assert frame["type"] == "next", frame
        flow = frame["payload"]["data"]["checkInFlow"]
        return flow["step"], flow["status"], flow["pinStatus"]

    async def until(self, wanted: tuple[int, str, str]) -> list[tuple[int, str, str]]:
        """The states shown until ``wanted`` one, without repeats in between."""
        seen = [await self.state()]
        while seen[-1] != wanted:
            seen.append(await self.state())
        assert all(one != other for one, other in pairwise(seen)), seen
        return seen


@asynccontextmanager
async def watching(address: str, token: str) -> AsyncIterator[Watcher]:
    async with connect(address, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        await socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        payload = {"query": WATCH, "variables": {"token": token}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        yield Watcher(socket)


def details(token: str) -> None:
    submit_details(DetailsRequest(token=token, full_name="Mary", phone_number=OTHER_PHONE))


def park(token: str) -> None:
    submit_parking(token=token, has_car=False, car_registration=None)


async def test_the_state_now_then_every_change_until_completed(
    server: str, lock_cloud: LockCloud
) -> None:
    booking = await sync_to_async(BookingFactory)(arriving_today=True, with_doors=True)
    opened = await sync_to_async(start_check_in)(
        StartRequest(booking_reference=booking.booking_reference)
    )
    token = opened.token
    async with watching(server, token) as watcher:
        assert await watcher.state() == (1, "IN_PROGRESS", "NOT_STARTED")
        await sync_to_async(details)(token)
        await sync_to_async(run_due_jobs)()
        await watcher.until((2, "IN_PROGRESS", "READY"))
        await sync_to_async(park)(token)
        assert await watcher.state() == (3, "IN_PROGRESS", "READY")
        await sync_to_async(confirm_check_in)(token=token)
        assert await watcher.state() == (4, "COMPLETED", "READY")
        assert (await watcher.next())["type"] == "complete"


async def test_a_pin_that_failed_is_shown_and_the_watch_goes_on(
    server: str, lock_cloud: LockCloud
) -> None:
    await sync_to_async(lock_cloud.faults)(error_codes={"keyboardPwd/add": {"errcode": -2025}})
    booking = await sync_to_async(BookingFactory)(arriving_today=True, with_doors=True)
    opened = await sync_to_async(start_check_in)(
        StartRequest(booking_reference=booking.booking_reference)
    )
    async with watching(server, opened.token) as watcher:
        await watcher.state()
        await sync_to_async(details)(opened.token)
        await sync_to_async(run_due_jobs)()
        await watcher.until((2, "IN_PROGRESS", "FAILED"))
        await sync_to_async(lock_cloud.all_well)()
        await sync_to_async(details)(opened.token)
        await sync_to_async(run_due_jobs)()
        await watcher.until((2, "IN_PROGRESS", "READY"))


async def test_the_watch_completes_when_the_flow_expires(server: str) -> None:
    flow = await sync_to_async(CheckInFlowFactory)(with_details=True)
    token = await sync_to_async(key_to)(flow)
    async with watching(server, token) as watcher:
        assert (await watcher.state())[1] == "IN_PROGRESS"
        over = timezone.now()
        await CheckInFlow.objects.aupdate(expires_at=over, due_at=over)
        await sync_to_async(run_due_jobs)()
        assert (await watcher.state())[1] == "EXPIRED"
        assert (await watcher.next())["type"] == "complete"


@pytest.mark.parametrize("trait", ["completed", "expired", "cancelled"])
async def test_a_flow_that_has_ended_is_shown_once(server: str, trait: str) -> None:
    flow = await sync_to_async(CheckInFlowFactory)(**{trait: True})
    token = await sync_to_async(key_to)(flow)
    async with watching(server, token) as watcher:
        assert (await watcher.state())[1] == trait.upper()
        assert (await watcher.next())["type"] == "complete"


async def test_a_device_that_was_taken_over_sees_the_end_of_it(server: str) -> None:
    flow = await sync_to_async(CheckInFlowFactory)()
    first = await sync_to_async(key_to)(flow)
    second = await sync_to_async(key_to)(flow)
    async with watching(server, first) as watcher:
        await watcher.state()
        await sync_to_async(details)(second)
        assert (await watcher.next())["type"] == "complete"


async def test_an_unknown_token_is_told_so(server: str) -> None:
    async with watching(server, "unknown") as watcher:
        frame = await watcher.next()

    (error,) = frame["payload"]["errors"] if frame["type"] == "next" else frame["payload"]
    assert error["extensions"]["code"] == "FLOW_NOT_FOUND"


async def test_a_guest_whom_the_desk_takes_in_sees_the_check_in_completed(server: str) -> None:
    flow = await sync_to_async(CheckInFlowFactory)(with_details=True, pin_ready=True)
    token = await sync_to_async(key_to)(flow)
    async with watching(server, token) as watcher:
        assert await watcher.state() == (2, "IN_PROGRESS", "READY")
        await sync_to_async(check_in_at_desk)(
            DeskCheckIn(booking=flow.booking, performed_by="staff:tests")
        )
        assert await watcher.state() == (4, "COMPLETED", "READY")
        assert (await watcher.next())["type"] == "complete"


async def test_a_guest_whose_booking_is_cancelled_sees_the_check_in_end(server: str) -> None:
    flow = await sync_to_async(CheckInFlowFactory)(with_details=True, pin_ready=True)
    token = await sync_to_async(key_to)(flow)
    async with watching(server, token) as watcher:
        assert await watcher.state() == (2, "IN_PROGRESS", "READY")
        await sync_to_async(cancel_booking)(booking=flow.booking, performed_by="staff:tests")
        assert await watcher.state() == (2, "CANCELLED", "READY")
        assert (await watcher.next())["type"] == "complete"
