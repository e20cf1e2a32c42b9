"""Manners of answers: who may read them in a browser, how long they are, when they end."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.bookings.models import Hotel
from tests.factories.bookings import BookingFactory
from tests.factories.partners import key_for
from tests.factories.staff import logged_in, works_at
from tests.partners.asking import RESERVATIONS, ROOT, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]

PING = f"{ROOT}ping/"
APP = "https://app.example.com"


def ask(client: Client, path: str, **headers: str) -> Any:
    return client.get(path, headers={"Origin": APP, **headers})


def preflight(client: Client, origin: str) -> Any:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization, if-match, idempotency-key",
    }
    return client.options(f"{RESERVATIONS}LS-1/", headers=asked)


# -- browsers --------------------------------------------------------------------------------------


def test_pages_of_other_origins_read_nothing_unless_a_setting_names_them(client: Client) -> None:
    assert "Access-Control-Allow-Origin" not in ask(client, PING)
    assert "Access-Control-Allow-Origin" not in preflight(client, APP)


def test_a_page_that_is_named_may_call_with_a_key_and_read_what_answers_say(
    client: Client, hotel: Hotel, settings: Settings
) -> None:
    settings.CORS_ALLOWED_ORIGINS = [APP]

    before = preflight(client, APP)
    answer = ask(client, PING, Authorization=f"Api-Key {key_for(hotel).secret}")

    assert before["Access-Control-Allow-Origin"] == APP
    allowed = before["Access-Control-Allow-Headers"].lower()
    assert {"authorization", "if-match", "idempotency-key"} <= set(allowed.split(", "))
    assert answer["Access-Control-Allow-Origin"] == APP
    assert "RateLimit-Remaining" in answer["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer
    assert "Access-Control-Allow-Origin" not in preflight(client, "https://other.example.com")
    assert "Access-Control-Allow-Origin" not in ask(client, "/admin/")


# -- compression -----------------------------------------------------------------------------------


def test_long_lists_are_compressed_for_those_who_ask(hotel: Hotel, partner: APIClient) -> None:
    BookingFactory.create_batch(20, hotel=hotel, on_file=True)

    plain = partner.get(RESERVATIONS)
    packed = partner.get(RESERVATIONS, headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) * 3 < len(plain.content)
    assert json.loads(gzip.decompress(packed.content))["results"] == plain.json()["results"]


@pytest.mark.parametrize("path", ["access-codes/", "reservations/{reference}/"])
def test_answers_about_one_guest_keep_their_length(
    hotel: Hotel, partner: APIClient, path: str
) -> None:
    reference = BookingFactory(hotel=hotel, on_file=True).booking_reference
    query = {"booking_reference": reference}

    answer = partner.get(
        ROOT + path.format(reference=reference), query, headers={"Accept-Encoding": "gzip"}
    )

    assert answer.status_code == 200
    assert "Content-Encoding" not in answer


# -- addresses that go out of use ------------------------------------------------------------------


def test_the_legacy_check_out_says_until_when_it_stays_and_what_takes_its_place(
    hotel: Hotel,
) -> None:
    desk = logged_in(works_at(hotel))
    booking = BookingFactory(hotel=hotel, in_house=True)
    legacy = f"/api/staff/hotels/{hotel.slug}/bookings/{booking.booking_id}/checkout/"

    stranger, left = APIClient().post(legacy), desk.post(legacy)

    assert refusal(stranger) == (401, "NOT_AUTHENTICATED")
    assert left.status_code == 200
    for answer in (stranger, left):
        since = datetime.fromtimestamp(int(answer["Deprecation"].removeprefix("@")), UTC)
        assert since < parsedate_to_datetime(answer["Sunset"])
    successor = left["Link"].partition(">")[0].removeprefix("<")
    again = desk.post(successor)
    assert again.status_code == 200
    assert again.json() == left.json()
    assert "Deprecation" not in again
