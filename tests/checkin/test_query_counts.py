"""How often each step asks the database: reviewed numbers, which no size of hotel changes.

What the tests count are statements that read or write; how transactions nest is left out, since
a test's own transaction changes it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.bookings.models import Booking
from backend.demo import documents
from tests.background import run_due_jobs
from tests.checkin.reviewed_statements import REST_STEPS, STEPS
from tests.factories.bookings import PHONE, BookingFactory, RoomFactory
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db

POLL: Final = "query ($token: String!) { checkInFlow(token: $token) { pinStatus } }"
DETAILS: Final = {"full_name": "Mary O'Brien", "phone_number": PHONE, "email": "m@example.com"}
CAR: Final = {"has_car": True, "car_registration": "191-KY-4711"}
OTHERS: Final = 200

Ask = Callable[..., dict[str, Any]]


def statements(call: Callable[[], Any]) -> tuple[Any, list[str]]:
    """Return what ``call`` returns, and the statements that it made."""
    with CaptureQueriesContext(connection) as queries:
        answer = call()
    made = [query["sql"] for query in queries]
    words = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
    return answer, [sql for sql in made if sql.upper().startswith(words)]


class Walk:
    """Goes through the four steps and keeps the statements of each."""

    def __init__(self) -> None:
        self.made: dict[str, list[str]] = {}

    def take(self, step: str, call: Callable[[], Any]) -> Any:
        answer, self.made[step] = statements(call)
        return answer

    @property
    def counts(self) -> dict[str, int]:
        return {step: len(made) for step, made in self.made.items()}

    def __str__(self) -> str:
        lines = [f"-- {step}: {len(made)}\n" + "\n".join(made) for step, made in self.made.items()]
        return "\n".join(lines)


def walk_graphql(client: Client, booking: Booking) -> Walk:
    walk = Walk()

    def ask(document: str, **variables: Any) -> Any:
        body = json.dumps({"query": document, "variables": variables})
        answer = client.post("/graphql/", body, content_type="application/json").json()
        assert "errors" not in answer, answer
        return next(iter(answer["data"].values()))

    found = {"bookingReference": booking.booking_reference}
    token = walk.take("start", lambda: ask(documents.START, input=found))["token"]
    details = {"fullName": "Mary O'Brien", "phoneNumber": PHONE, "email": "m@example.com"}
    walk.take("details", lambda: ask(documents.DETAILS, input={"token": token, **details}))
    car = {"hasCar": True, "carRegistration": "191-KY-4711"}
    walk.take("parking", lambda: ask(documents.PARKING, input={"token": token, **car}))
    run_due_jobs()
    polled = walk.take("poll", lambda: ask(POLL, token=token))
    assert polled["pinStatus"] == "READY"
    stay = walk.take("confirm", lambda: ask(documents.CONFIRM, input={"token": token}))
    assert stay["__typename"] == "Stay"
    return walk


def walk_rest(client: Client, booking: Booking) -> Walk:
    walk = Walk()

    def post(path: str, **body: Any) -> Any:
        response = client.post(f"/api/checkin/{path}/", body, content_type="application/json")
        assert response.status_code in {200, 201}, response.content
        return response.json()

    found = {"booking_reference": booking.booking_reference}
    token = walk.take("start", lambda: post("start", **found))["flow"]["token"]
    walk.take("details", lambda: post(f"{token}/details", **DETAILS))
    walk.take("parking", lambda: post(f"{token}/parking", **CAR))
    run_due_jobs()
    polled = walk.take("poll", lambda: client.get(f"/api/checkin/{token}/pin-status/"))
    assert polled.json()["ready"]
    stay = walk.take("confirm", lambda: post(f"{token}/confirm"))
    assert stay["stay"]["pin"]
    return walk


@pytest.fixture
def booking(lock_cloud: LockCloud) -> Booking:
    made: Booking = BookingFactory(arriving_today=True, with_doors=True)
    return made


DOORS = pytest.mark.parametrize(
    ("go", "steps"), [(walk_graphql, STEPS), (walk_rest, REST_STEPS)], ids=["graphql", "rest"]
)


@DOORS
def test_each_step_makes_the_reviewed_number_of_statements(
    client: Client, booking: Booking, go: Callable[[Client, Booking], Walk], steps: dict[str, int]
) -> None:
    walk = go(client, booking)

    assert walk.counts == steps, str(walk)


@DOORS
def test_a_full_house_makes_no_step_ask_more_often(
    client: Client, booking: Booking, go: Callable[[Client, Booking], Walk], steps: dict[str, int]
) -> None:
    rooms = RoomFactory.create_batch(OTHERS, hotel=booking.hotel)
    for room in rooms:
        BookingFactory(hotel=booking.hotel, arriving_today=True, assigned_room=room)

    walk = go(client, booking)

    assert walk.counts == steps, str(walk)
