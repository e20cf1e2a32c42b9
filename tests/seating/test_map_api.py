"""Seat maps over REST: whole, as a chart, as what is taken; and when a copy is still right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from apps.seating.models import SeatingEvent
from apps.seating.seat_map import CHART
from apps.seating.services.payments import submit_payment_proof
from tests.factories.seating import SeatingEventFactory, choose, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> SeatingEvent:
    made: SeatingEvent = SeatingEventFactory(seats=12)
    return made


def read(client: Client, event: SeatingEvent, what: str, **headers: str) -> Any:
    return client.get(f"/api/seating/events/{event.slug}/{what}/", headers=headers)


def sell(event: SeatingEvent, *labels: str) -> None:
    submit_payment_proof(order_token=choose(event, *labels).token, file=picture())


def test_the_chart_has_every_seat_and_no_state(client: Client, event: SeatingEvent) -> None:
    answer = read(client, event, "chart")

    body = answer.json()
    assert (body["event_slug"], body["chart_version"], body["currency"]) == (event.slug, 1, "EUR")
    assert len(body["seats"]) == 12
    assert set(body["seats"][0]) == set(CHART)
    assert body["seats"][0]["price"] == "30.00"
    assert isinstance(body["seats"][0]["id"], str)
    assert "max-age" in answer["Cache-Control"]


def test_availability_names_only_what_cannot_be_had(client: Client, event: SeatingEvent) -> None:
    event.seats.filter(label="B-2").update(is_blocked=True, blocked_reason="Camera")
    sell(event, "A-1")

    assert read(client, event, "availability").json() == {
        "event_slug": event.slug,
        "version": 1,
        "chart_version": 1,
        "seats": {"B-2": "BLOCKED", "A-1": "BOOKED"},
    }


@pytest.mark.parametrize("what", ["seats", "availability"])
def test_a_copy_is_right_until_a_seat_changes(
    client: Client, event: SeatingEvent, what: str
) -> None:
    tag = read(client, event, what)["ETag"]
    kept = read(client, event, what, **{"If-None-Match": tag})
    assert (kept.status_code, kept.content, kept["ETag"]) == (304, b"", tag)

    sell(event, "A-1")

    fresh = read(client, event, what, **{"If-None-Match": tag})
    assert fresh.status_code == 200
    assert fresh["ETag"] != tag


def test_the_chart_outlives_sales_and_ends_with_the_next_one(
    client: Client, event: SeatingEvent
) -> None:
    tag = read(client, event, "chart")["ETag"]
    sell(event, "A-1")
    assert read(client, event, "chart", **{"If-None-Match": tag}).status_code == 304
    SeatingEvent.objects.update(chart_version=2)
    assert read(client, event, "chart", **{"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("what", ["seats", "availability"])
def test_a_hold_that_lapses_by_the_clock_ends_the_copy(client: Client, what: str) -> None:
    event = SeatingEventFactory(seats=6, exclusive=True, order_minutes=10)
    choose(event, "A-1")
    tag = read(client, event, what)["ETag"]

    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        fresh = read(client, event, what, **{"If-None-Match": tag})

    assert fresh.status_code == 200
    assert b"HELD" not in fresh.content


def test_tags_of_events_differ(client: Client, event: SeatingEvent) -> None:
    other = SeatingEventFactory(seats=12, name=event.name, starts_at=event.starts_at)
    for what in ("seats", "chart", "availability"):
        assert read(client, event, what)["ETag"] != read(client, other, what)["ETag"]


def test_an_event_without_seats(client: Client) -> None:
    event = SeatingEventFactory()
    assert read(client, event, "seats").json()["seats"] == []
    assert read(client, event, "chart").json()["seats"] == []


@pytest.mark.parametrize("what", ["seats", "chart", "availability"])
def test_unknown_events(client: Client, what: str) -> None:
    answer = client.get(f"/api/seating/events/none/{what}/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "EVENT_NOT_FOUND")


@pytest.mark.parametrize("what", ["seats", "chart", "availability"])
def test_reads_cost_the_same_for_few_and_for_many_seats(
    client: Client, event: SeatingEvent, queries_of: Any, what: str
) -> None:
    many = SeatingEventFactory(seats=60)
    few = queries_of(lambda: read(client, event, what))
    assert few == queries_of(lambda: read(client, many, what))
