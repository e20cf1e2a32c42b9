"""Whatever goes on and whatever breaks, nobody's secret gets into a log."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from huey.contrib.djhuey import HUEY
from pytest_django import Settings

from apps.bookings.models import Hotel
from apps.common.jobs import Lease, run_job
from apps.common.logs import line_formatter
from apps.common.tasks import ring
from tests.backend.house import DIALLED, EMAIL, GUEST, NAME, PERSON, PHONE, House, working
from tests.common.errands import owe, wait_until, worked_by
from tests.factories.bookings import BookingFactory
from tests.factories.partners import key_for
from tests.factories.staff import PASSWORD, UserFactory
from tests.fakes.lock_cloud import LockCloud
from tests.live_server import server
from tests.partners.receiver import Heard, Receiver, Reply

__all__ = ["server"]

pytestmark = pytest.mark.usefixtures("fresh_limits")


class Log:
    """Everything that any logger of this process writes, in both forms."""

    def __init__(self) -> None:
        self._streams = {form: io.StringIO() for form in ("logfmt", "json")}
        self.handlers = [self._handler(form) for form in self._streams]

    def _handler(self, form: str) -> logging.Handler:
        handler = logging.StreamHandler(self._streams[form])
        handler.setFormatter(line_formatter(form))
        return handler

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._streams["json"].getvalue().splitlines()]

    def events(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line.get("event") == event]

    def holding(self, secrets: dict[str, str]) -> dict[str, list[str]]:
        """Return the lines that hold a secret, by the secret's name."""
        text = [
            line for stream in self._streams.values() for line in stream.getvalue().splitlines()
        ]
        found = {
            name: [line[:2000] for line in text if _has(line, secret)]
            for name, secret in secrets.items()
        }
        return {name: lines for name, lines in found.items() if lines}


def _has(line: str, secret: str) -> bool:
    """A PIN's digits stand in times and ids by chance: it counts where it stands alone."""
    if not secret.isdigit() or len(secret) > 6:
        return secret in line
    return re.search(rf"(?<![\w.:-]){secret}(?![\w.:-])", line) is not None


@pytest.fixture
def log() -> Iterator[Log]:
    """The root logger at its most talkative; what the settings keep quieter stays so."""
    kept, root, access = Log(), logging.getLogger(), logging.getLogger("access")
    levels = root.level, access.level
    root.setLevel(logging.DEBUG)
    access.setLevel(logging.DEBUG)
    for handler in kept.handlers:
        root.addHandler(handler)
    try:
        yield kept
    finally:
        for handler in kept.handlers:
            root.removeHandler(handler)
        root.setLevel(levels[0])
        access.setLevel(levels[1])


def _call_as_partner(house: House, hotel_slug: str, receiver: Receiver) -> None:
    key = key_for(Hotel.objects.get(slug=hotel_slug)).secret
    auth = {"Authorization": f"Api-Key {key}"}
    hook = {"url": receiver.url(), "event_types": ["booking.checked_in"]}
    made = house.post("/api/partner/v1/webhook-endpoints/", hook, **auth).json()
    guest = {"full_name": NAME, "phone_number": DIALLED, "email": "not an address"}
    house.post("/api/partner/v1/reservations/", {"guest": guest, "check_in_date": NAME}, **auth)
    house.post("/api/partner/v1/reservations/", {}, Authorization=f"Api-Key {key[:-1]}")
    house.secrets |= {"API key": key, "webhook secret": made["secret"]}


def _log_in(house: House) -> None:
    user = UserFactory(username=EMAIL, with_password=True)
    body = {"username": user.username, "password": PASSWORD}
    token = house.post("/api/auth/token/", body).json()["token"]
    house.post("/api/auth/token/", body | {"password": f"{PASSWORD} {DIALLED}"})
    house.secrets |= {"password": PASSWORD, "login": token}


def test_people_and_their_keys_stay_out_of_all_lines(
    server: str, log: Log, lock_cloud: LockCloud, settings: Settings
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    house = House(server)
    booking = BookingFactory(arriving_today=True, with_doors=True)

    def quoting(heard: Heard) -> Reply:
        return Reply(status=500, text=f"{heard.body} {heard.headers} {EMAIL}")

    with Receiver(quoting) as receiver, working(settings):
        _call_as_partner(house, booking.hotel.slug, receiver)
        lock_cloud.faults(error_codes={"keyboardPwd/add": {"errcode": -3003, "count": 1}})
        house.check_in(booking)
        asyncio.run(house.follow())
        _log_in(house)
        wait_until(lambda: receiver.heard)

    secrets = house.secrets | {word: word for word in PERSON}
    assert log.holding(secrets) == {}
    assert {line["operation"] for line in log.events("request.served") if "operation" in line} >= {
        "mutation startCheckIn",
        "mutation confirmCheckIn",
    }
    assert {line["status"] for line in log.events("socket.closed")} >= {1000, 4403}
    assert any("Lock cloud call failed" in line["event"] for line in log.lines())
    done = log.events("job.done")
    served = {line["request_id"] for line in log.events("request.served")}
    assert served & {line.get("request_id") for line in done}  # whom the bell was rung for
    assert all(line["worker"] for line in done)
    assert all(
        line["flow"]
        for line in log.events("request.served")
        if "confirmCheckIn" in line.get("operation", "")
    )


# -- what breaks ---------------------------------------------------------------------------------


class QuotingMiddleware:
    """A bug whose exception says what was sent, as exceptions of libraries do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        User.objects.filter(email=EMAIL, first_name=NAME).exists()
        raise ValueError(f"can't store {request.body.decode()} of {request.headers}")


def _fail(_lease: Lease[Any]) -> None:
    details = {**GUEST, "pin": "7351", "token": "a-short-key"}
    raise RuntimeError(f"passcode 7351 not set for phone={PHONE}") from KeyError(f"for {details}")


def _repeat_a_row(_lease: Lease[Any]) -> None:
    """PostgreSQL says: Key (username)=(…) already exists."""
    User.objects.create(username=EMAIL, first_name=NAME, email=EMAIL)
    User.objects.create(username=EMAIL, first_name=NAME, email=EMAIL)


def _break_the_bell(_pk: str) -> bool:
    raise ConnectionError(f"server closed the connection: {GUEST}")


@pytest.mark.usefixtures("errand_rows")
def test_exceptions_that_quote_people_are_told_without_them(log: Log, settings: Settings) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.QuotingMiddleware"]
    client = Client(raise_request_exception=False)
    headers = {"Authorization": "Bearer a-short-key", "Cookie": "sessionid=another-key"}
    connection.force_debug_cursor = True  # as with DEBUG: statements are told with their values
    try:
        body = json.dumps(GUEST | {"pin": 7351})
        for path in ("/api/checkin/a-short-key/confirm/", "/graphql/", f"/?q={EMAIL}&n={DIALLED}"):
            answer = client.post(path, body, content_type="application/json", headers=headers)
            assert answer.status_code == 500
    finally:
        connection.force_debug_cursor = False
    for broken in (_fail, _repeat_a_row):
        with worked_by(broken) as name:
            run_job(name, str(owe().pk))
    with worked_by(_fail, ready=lambda rows: rows.all(), is_ready=_break_the_bell) as name:
        HUEY.flush()
        ring(name, str(owe().pk))
        HUEY.execute(HUEY.dequeue())

    assert (
        log.holding({word: word for word in (*PERSON, EMAIL, "a-short-key", "another-key", "7351")})
        == {}
    )
    assert len(log.events("request.failed")) == 3
    assert len(log.events("job.failed")) == 2
    assert any(line["logger"] == "huey" for line in log.lines() if line["level"] == "error")
