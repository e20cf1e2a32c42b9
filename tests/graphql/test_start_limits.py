"""Too many starts and too many guesses, at both doors and over a real server and socket."""

from __future__ import annotations

import asyncio
import json
from itertools import count
from typing import Any

import pytest
import requests
from asgiref.sync import sync_to_async
from django.test import Client
from pytest_django import Settings
from websockets.asyncio.client import connect

from apps.common.limits.rates import Rate
from tests.conftest import AskGraphQL
from tests.factories.bookings import PHONE, BookingFactory, HotelFactory

PATIENCE = 20.0
CONTACT = {
    "phone": "+44 20 7946 0100",
    "email": "desk@example.com",
    "whatsapp_url": "https://wa.me/442079460200",
}
START = """mutation($input: StartCheckInInput!) { startCheckIn(input: $input) { __typename
  ... on Problem { code message field }
  ... on RateLimitedProblem { retryAfterSeconds contact { phone email whatsappUrl } } } }"""
fresh_seconds = count(3_601)


@pytest.fixture(autouse=True)
def two_starts(settings: Settings) -> None:
    """Two starts in about an hour; each test has windows of its own."""
    settings.RATE_LIMIT_CHECKIN = Rate(2, next(fresh_seconds))


def rest_start(client: Client, **body: Any) -> Any:
    return client.post("/api/checkin/start/", body, content_type="application/json")


# -- starts by address ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_rest_refuses_with_429_and_says_when(client: Client) -> None:
    hotel = HotelFactory()
    for _ in range(2):
        assert rest_start(client, booking_reference="0000000000").status_code == 404

    nameless = rest_start(client, booking_reference="0000000000")
    assert nameless.status_code == 429
    assert 0 < int(nameless["Retry-After"]) <= 3_700
    assert nameless.json()["error"]["code"] == "RATE_LIMITED"
    assert "fields" not in nameless.json()["error"]
    named = rest_start(client, booking_reference="0000000000", hotel_slug=hotel.slug)
    assert named.json()["error"]["fields"] == {"contact": CONTACT}


@pytest.mark.django_db
def test_graphql_answers_a_problem_and_shares_the_count_with_rest(
    client: Client, gql: AskGraphQL
) -> None:
    hotel = HotelFactory()
    assert rest_start(client, booking_reference="0000000000").status_code == 404
    variables = {"bookingReference": "0000000000", "hotelSlug": hotel.slug}
    first = gql(START, input=variables)["data"]["startCheckIn"]
    assert first["__typename"] == "NotFoundProblem"

    problem = gql(START, input=variables)["data"]["startCheckIn"]

    assert (problem["__typename"], problem["code"]) == ("RateLimitedProblem", "RATE_LIMITED")
    assert 0 < problem["retryAfterSeconds"] <= 3_700
    assert problem["contact"]["phone"] == CONTACT["phone"]


@pytest.mark.django_db
def test_reads_and_steps_with_a_key_do_not_count(client: Client) -> None:
    booking = BookingFactory(arriving_today=True, with_room=True)
    started = rest_start(client, booking_reference=booking.booking_reference)
    token = started.json()["flow"]["token"]

    for _ in range(5):
        assert client.get(f"/api/checkin/{token}/").status_code == 200
        assert client.get("/api/stays/unknown/").status_code == 404
    assert rest_start(client, booking_reference=booking.booking_reference).status_code == 201


@pytest.mark.django_db
def test_guests_behind_a_trusted_proxy_are_told_apart(client: Client, settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1

    def statuses(guest: str) -> list[int]:
        return [
            client.post(
                "/api/checkin/start/",
                {"booking_reference": "0000000000"},
                content_type="application/json",
                headers={"X-Forwarded-For": f"10.9.9.{n}, {guest}"},
            ).status_code
            for n in range(3)
        ]

    assert statuses("203.0.113.9") == statuses("203.0.113.10") == [404, 404, 429]


# -- guesses by booking --------------------------------------------------------------------------


@pytest.mark.django_db
def test_guesses_are_refused_with_the_hotel_s_contact_at_both_doors(
    client: Client, gql: AskGraphQL, settings: Settings
) -> None:
    settings.RATE_LIMIT_CHECKIN = Rate(0, 60)
    booking = BookingFactory(in_house=True, on_file=True)
    body = {"booking_reference": booking.booking_reference, "verification": "0000"}
    for _ in range(5):
        assert rest_start(client, **body).status_code == 403

    refused = rest_start(client, **(body | {"verification": PHONE[-4:]}))
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 15 * 60
    assert refused.json()["error"]["fields"] == {"contact": CONTACT}
    variables = {"bookingReference": booking.booking_reference, "verification": PHONE[-4:]}
    problem = gql(START, input=variables)["data"]["startCheckIn"]
    assert problem["__typename"] == "RateLimitedProblem"
    assert 0 < problem["retryAfterSeconds"] <= 15 * 60
    assert problem["contact"]["whatsappUrl"] == CONTACT["whatsapp_url"]


# -- over a real server --------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_made_up_header_is_no_way_around_the_limit(server: str) -> None:
    """uvicorn believes the header of callers on the same machine; the limit does not."""
    address = server.replace("ws://", "http://").replace("/graphql/", "/api/checkin/start/")

    statuses = [
        requests.post(
            address,
            json={"booking_reference": "0000000000"},
            headers={name: f"203.0.113.{n}"},
            timeout=PATIENCE,
        ).status_code
        for n, name in enumerate(["X-Forwarded-For", "X_Forwarded_For", "x-forwarded-for"] * 2)
    ]

    assert sorted(statuses) == [404, 404, 429, 429, 429, 429]


@pytest.mark.django_db(transaction=True)
async def test_starts_over_a_socket_count_like_all_others(server: str) -> None:
    booking = await sync_to_async(BookingFactory)(arriving_today=True)
    variables = {"input": {"bookingReference": booking.booking_reference}}
    kinds: list[str] = []
    async with connect(server, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        await socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        for n in range(3):
            payload = {"query": START, "variables": variables}
            await socket.send(json.dumps({"id": str(n), "type": "subscribe", "payload": payload}))
            while len(kinds) == n:
                frame = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
                if frame["type"] == "next":
                    kinds.append(frame["payload"]["data"]["startCheckIn"]["__typename"])

    assert kinds == ["CheckInFlow", "CheckInFlow", "RateLimitedProblem"]
