"""The REST doors of seats: shapes, statuses, envelopes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from apps.common.limits.rates import Rate
from apps.seating.models import SeatingEvent
from tests.factories.seating import SeatingEventFactory, picture

pytestmark = pytest.mark.django_db
HOLDER = {"holder_name": "Nora Quinn", "holder_email": "nora@example.com"}


@pytest.fixture
def event() -> SeatingEvent:
    made: SeatingEvent = SeatingEventFactory(seats=12)
    return made


def order(client: Client, event: SeatingEvent, *labels: str, **more: Any) -> dict[str, Any]:
    address = f"/api/seating/events/{event.slug}/orders/"
    response = client.post(
        address, {"labels": labels, **HOLDER, **more}, content_type="application/json"
    )
    assert response.status_code == 201, response.content
    made: dict[str, Any] = response.json()["order"]
    return made


def pay(client: Client, token: str, content: bytes | None = None) -> Any:
    file = SimpleUploadedFile("proof.exe", picture().getvalue() if content is None else content)
    return client.post(f"/api/seating/orders/{token}/payment-proof/", {"file": file})


def test_from_the_map_to_a_booked_seat(client: Client, event: SeatingEvent) -> None:
    body = client.get(f"/api/seating/events/{event.slug}/seats/").json()
    assert (body["version"], len(body["seats"])) == (0, 12)
    assert body["event"]["slug"] == event.slug
    assert body["seats"][0]["label"] == "A-1"
    assert (body["seats"][0]["status"], body["seats"][0]["price"]) == ("AVAILABLE", "30.00")

    made = order(client, event, "A-1", "A-2")
    assert (made["status"], made["total"], made["currency"]) == ("PENDING", "60.00", "EUR")
    assert [seat["label"] for seat in made["seats"]] == ["A-1", "A-2"]

    paid = pay(client, made["token"])
    assert (paid.status_code, paid.json()["order"]["status"]) == (200, "AWAITING_REVIEW")
    assert paid["Cache-Control"] == "no-store"

    body = client.get(f"/api/seating/events/{event.slug}/seats/").json()
    assert (body["version"], body["seats"][0]["status"]) == (1, "BOOKED")
    read = client.get(f"/api/seating/orders/{made['token']}/").json()
    assert read == paid.json()


def test_taken_seats_are_named(client: Client, event: SeatingEvent) -> None:
    first, second = order(client, event, "A-1"), order(client, event, "A-1", "A-2")
    pay(client, first["token"])

    refused = pay(client, second["token"])

    assert refused.status_code == 409
    error = refused.json()["error"]
    assert (error["code"], error["fields"]) == ("SEATS_TAKEN", {"labels": ["A-1"]})
    assert "A-1" in error["message"]
    again = client.put(
        f"/api/seating/orders/{second['token']}/seats/",
        {"labels": ["A-2"]},
        content_type="application/json",
    )
    assert (again.status_code, again.json()["order"]["holder_name"]) == (200, "Nora Quinn")
    assert pay(client, second["token"]).status_code == 200


def test_giving_up(client: Client, event: SeatingEvent) -> None:
    made = order(client, event, "A-1")
    for _ in range(2):
        gone = client.delete(f"/api/seating/orders/{made['token']}/")
        assert (gone.status_code, gone.json()["order"]["status"]) == (200, "RELEASED")
    assert pay(client, made["token"]).json()["error"]["code"] == "ORDER_CLOSED"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"labels": ["Z-1"]}, 404, "SEAT_NOT_FOUND"),
        ({"labels": []}, 400, "VALIDATION_ERROR"),
        ({"labels": "A-1"}, 400, "VALIDATION_ERROR"),
        ({"labels": [1]}, 400, "VALIDATION_ERROR"),
        ({}, 400, "VALIDATION_ERROR"),
        ({"labels": [f"A-{n}" for n in range(10_000)]}, 400, "TOO_MANY_SEATS"),
        ({"labels": ["A-1"], "holder_email": "x"}, 400, "INVALID_EMAIL"),
        ({"labels": ["A-1"], "order_token": "none"}, 404, "ORDER_NOT_FOUND"),
    ],
)
def test_wrong_choices(
    client: Client, event: SeatingEvent, body: dict[str, Any], status: int, code: str
) -> None:
    address = f"/api/seating/events/{event.slug}/orders/"
    response = client.post(address, body, content_type="application/json")

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_unknown_names(client: Client) -> None:
    response = client.get("/api/seating/events/none/seats/")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "EVENT_NOT_FOUND")
    response = pay(client, "none")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "ORDER_NOT_FOUND")


def test_files_above_the_limit_get_a_typed_answer(
    client: Client, event: SeatingEvent, settings: Settings, kept_files: Callable[[], int]
) -> None:
    settings.MAX_PROOF_BYTES = 100_000
    token = order(client, event, "A-1")["token"]

    for content in (b"\x00" * 100_001, b"\x00" * 3_000_000):
        response = pay(client, token, content)
        assert (response.status_code, response.json()["error"]["code"]) == (413, "FILE_TOO_LARGE")
    assert kept_files() == 0


def test_a_proof_is_a_file(client: Client, event: SeatingEvent) -> None:
    token = order(client, event, "A-1")["token"]
    address = f"/api/seating/orders/{token}/payment-proof/"

    assert pay(client, token, b"").json()["error"]["code"] == "INVALID_FILE"
    assert pay(client, token, b"text").json()["error"]["code"] == "INVALID_FILE"
    assert client.post(address, {"file": "text"}).json()["error"]["code"] == "INVALID_FILE"
    response = client.post(address, "{}", content_type="application/json")
    assert (response.status_code, response.json()["error"]["code"]) == (
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    )


def test_commands_are_limited_by_address(
    client: Client, event: SeatingEvent, settings: Settings
) -> None:
    settings.RATE_LIMIT_SEATING = Rate(1, 60)
    address = f"/api/seating/events/{event.slug}/orders/"
    body = {"labels": ["A-1"]}

    statuses = [
        client.post(
            address, body, content_type="application/json", REMOTE_ADDR="203.0.113.77"
        ).status_code
        for _ in range(2)
    ]

    assert statuses == [201, 429]
