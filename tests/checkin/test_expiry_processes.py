"""A check-in that is left alone, with real servers and a real worker: its codes leave the locks.

With Redis there are a web process and a worker process; in embedded mode one process is both.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from django.conf import settings
from django.utils import timezone
from huey.contrib.djhuey import HUEY
from websockets.sync.client import ClientConnection, connect

from apps.bookings.models import Booking
from apps.checkin.models import CheckInFlow
from apps.checkin.states import FlowStatus
from apps.locks.models import Lock
from apps.locks.selectors import find_live_grant
from tests.backend.serving import HOST, serving
from tests.common.errands import wait_until
from tests.common.processes import PATIENCE, child, environ_on_test_database
from tests.factories.bookings import PHONE, BookingFactory
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db(transaction=True)

CODES_LEAVE_WITHIN: Final = timedelta(seconds=15)  # contract section 4
LIFETIME_MINUTES: Final = "0.1"
BETWEEN_DETAILS: Final = 0.2  # seconds, in which the worker has the processor
DETAILS: Final = {"full_name": "Mary O'Brien", "phone_number": PHONE}
WATCH: Final = "subscription($token: String!) { checkInFlow(token: $token) { status } }"


@pytest.fixture
def served(lock_cloud: LockCloud, tmp_path: Path) -> Iterator[str]:
    """The product as it is run, with flows that live for six seconds; yields where it is."""
    HUEY.flush()
    environ = environ_on_test_database() | {
        "TTLOCK_API_URL": lock_cloud.url,
        "DOORSTEP_VAR_DIR": str(tmp_path / "var"),
        "CHECKIN_FLOW_TTL_MINUTES": LIFETIME_MINUTES,
    }
    with serving(environ=environ, log=tmp_path / "server.log") as web:
        address = f"{HOST}:{web.port}"
        if settings.EMBEDDED:
            yield address
            return
        with child("manage.py", "run_huey", environ=environ, log=tmp_path / "worker.log"):
            yield address


def post(address: str, path: str, **body: Any) -> dict[str, Any]:
    with requests.Session() as session:
        session.trust_env = False  # a server on this machine is not behind a proxy
        answer = session.post(
            f"http://{address}/api/checkin/{path}/",
            json=body,
            headers={"Connection": "close"},
            timeout=PATIENCE,
        )
    found: dict[str, Any] = answer.json()
    return found


@contextmanager
def watching(address: str, token: str) -> Iterator[ClientConnection]:
    """Keep the guest's app open on the flow."""
    with connect(f"ws://{address}/graphql/", subprotocols=["graphql-transport-ws"]) as app:  # type: ignore[list-item]  # a plain string is one
        app.send(json.dumps({"type": "connection_init"}))
        payload = {"query": WATCH, "variables": {"token": token}}
        app.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        yield app


def told(app: ClientConnection) -> list[str]:
    """What the app is told until the server says that nothing more will come."""
    statuses = []
    while (frame := json.loads(app.recv(PATIENCE)))["type"] != "complete":
        if frame["type"] == "next":
            statuses.append(frame["payload"]["data"]["checkInFlow"]["status"])
    return statuses


def check_in_up_to_the_codes(address: str, booking: Booking, has_codes: Callable[[], bool]) -> str:
    """Give details until the codes are on the doors, and return the flow's key.

    Each time the flow gets its time again; where the machine took longer than that, it starts anew.
    """
    token = ""

    def is_done() -> bool:
        nonlocal token
        if not token or "error" in post(address, f"{token}/details", **DETAILS):
            started = post(address, "start", booking_reference=booking.booking_reference)
            token = started["flow"]["token"]
            return False
        time.sleep(BETWEEN_DETAILS)
        return has_codes()

    wait_until(is_done)
    return token


def end_of_flow() -> datetime:
    return CheckInFlow.objects.latest("started_at").expires_at


def test_codes_of_a_flow_left_alone_leave_in_time_the_app_is_told_and_starting_again_works(
    served: str, lock_cloud: LockCloud
) -> None:
    booking = BookingFactory(arriving_today=True, with_doors=True)
    doors = list(Lock.objects.order_by("pk"))

    def codes() -> list[list[str]]:
        return [lock_cloud.codes_on(lock) for lock in doors]

    token = check_in_up_to_the_codes(served, booking, lambda: all(codes()))
    with watching(served, token) as app:
        ends_at = end_of_flow()
        wait_until(lambda: not any(codes()))
        empty_at = timezone.now()

        assert ends_at < empty_at < ends_at + CODES_LEAVE_WITHIN
        assert told(app)[-1] == FlowStatus.EXPIRED
    assert post(served, f"{token}/confirm")["error"]["code"] == "FLOW_EXPIRED"

    check_in_up_to_the_codes(served, booking, lambda: all(codes()))
    grant = find_live_grant(booking.lock_holder)
    assert grant is not None
    assert codes() == [[grant.pin]] * len(doors)
