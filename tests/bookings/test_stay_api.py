"""The stay's door: what its key shows, and to nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.bookings.models import Booking
from apps.bookings.services.stays import mint_stay_token
from apps.locks.models import AccessGrant
from tests.checkin.test_api import graphql_names
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory
from tests.factories.locks import AccessCodeFactory, AccessGrantFactory, LockFactory

PIN = "4741"


@pytest.fixture
def client() -> APIClient:
    return APIClient()


def grant_of(booking: Booking, pin: str = PIN) -> AccessGrant:
    grant: AccessGrant = AccessGrantFactory(holder=booking.lock_holder, ready=True, pin=pin)
    return grant


def read(client: APIClient, token: str) -> Any:
    return client.get(f"/api/stays/{token}/")


@pytest.mark.django_db
def test_the_key_shows_the_stay_with_its_codes(client: APIClient) -> None:
    booking = GuestFactory(car_registration="191-KY-4711").booking
    grant = grant_of(booking)
    door = LockFactory(account=grant.account, name="Front door", front_door=True)
    AccessCodeFactory(grant=grant, lock=door, on_the_lock=True)
    token = mint_stay_token(booking)

    response = read(client, token)

    assert response.status_code == 200
    stay = response.json()["stay"]
    assert stay["token"] == token
    assert (stay["status"], stay["pin"]) == ("IN_HOUSE", PIN)
    assert (stay["guest_name"], stay["car_registration"]) == ("Mary O'Brien", "191-KY-4711")
    assert stay["room"] == {"number": booking.assigned_room.number}
    code = stay["access_codes"][0]
    assert (code["lock_name"], code["is_front_door"]) == ("Front door", True)
    assert (code["code"], code["kind"], code["status"]) == (PIN, "CUSTOM", "SET")


@pytest.mark.django_db
def test_a_code_shows_its_digits_only_once_they_are_on_the_lock(client: APIClient) -> None:
    booking = BookingFactory(in_house=True)
    AccessCodeFactory(grant=grant_of(booking, pin="860315714"))

    response = read(client, mint_stay_token(booking))

    assert [code["code"] for code in response.json()["stay"]["access_codes"]] == [None]
    assert b"860315714" not in response.content


@pytest.mark.django_db
def test_times_of_the_stay_and_of_its_codes_carry_the_hotel_s_offset(client: APIClient) -> None:
    booking = BookingFactory(hotel=HotelFactory(timezone="Asia/Kathmandu"), in_house=True)
    AccessCodeFactory(
        grant=grant_of(booking),
        on_the_lock=True,
        verified_at=timezone.now(),
        first_used_at=timezone.now(),
    )

    stay = read(client, mint_stay_token(booking)).json()["stay"]
    code = stay["access_codes"][0]

    shown = [stay["check_in_at"], stay["check_out_at"], code["starts_at"], code["ends_at"]]
    shown += [code["verified_at"], code["first_used_at"]]
    offset = timedelta(hours=5, minutes=45)
    assert {datetime.fromisoformat(text).utcoffset() for text in shown} == {offset}
    assert stay["check_in_at"] == f"{booking.check_in_date}T15:00:00+05:45"


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["unknown", "%00", "x" * 3000])
def test_an_unknown_key_is_not_found(client: APIClient, token: str) -> None:
    response = read(client, token)

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "NOT_FOUND"


@pytest.mark.django_db
def test_the_stay_may_be_neither_stored_nor_referred_to(client: APIClient) -> None:
    answers = [read(client, mint_stay_token(BookingFactory())), read(client, "unknown")]

    for answer in answers:
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"


@pytest.mark.django_db
def test_many_codes_cost_as_many_queries_as_one(
    client: APIClient, django_assert_num_queries: Any
) -> None:
    booking = GuestFactory().booking
    grant = grant_of(booking)
    token = mint_stay_token(booking)
    AccessCodeFactory(grant=grant, on_the_lock=True)
    read(client, token)  # the first showing is written down

    with django_assert_num_queries(6):
        read(client, token)
    for digits in range(1000, 1020):
        AccessCodeFactory(grant=grant, on_the_lock=True, digits=str(digits))
    with django_assert_num_queries(6):
        assert len(read(client, token).json()["stay"]["access_codes"]) == 21


@pytest.mark.django_db
def test_a_stay_has_the_same_fields_in_rest_and_graphql(client: APIClient) -> None:
    booking = BookingFactory(in_house=True)
    AccessCodeFactory(grant=grant_of(booking), on_the_lock=True)

    stay = read(client, mint_stay_token(booking)).json()["stay"]

    assert set(stay) == graphql_names("Stay")
    assert set(stay["access_codes"][0]) == graphql_names("AccessCode")
    assert set(stay["hotel"]) == graphql_names("Hotel")
    assert set(stay["room"]) == graphql_names("GuestRoom")
