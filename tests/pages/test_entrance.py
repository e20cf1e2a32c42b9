"""How staff come to the board, and what its scripts are handed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from apps.bookings.models import Hotel
from apps.staff.models import Membership
from apps.staff.roles import Role
from apps.staff.services.logins import purge_logins
from tests.factories.bookings import HotelFactory
from tests.factories.staff import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]
LOGIN = "/board/login/"
TOKEN = "/board/token/"  # an address


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory(slug="the-grand")
    return made


@pytest.fixture
def desk(hotel: Hotel) -> User:
    user: User = UserFactory(with_password=True)
    Membership.objects.create(user=user, hotel=hotel, role=Role.FRONT_DESK)
    return user


def me(token: str = "", *, client: Client | None = None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = json.dumps({"query": "{ me { username } }"})
    answer = (client or Client()).post(
        "/graphql/", body, content_type="application/json", headers=headers
    )
    return answer.json()["data"]["me"]


# -- logging in ------------------------------------------------------------------------------------


def test_strangers_are_led_to_the_login_and_back(client: Client, desk: User) -> None:
    board = "/board/hotels/the-grand/"
    asked = client.get(board)
    assert (asked.status_code, asked["Location"]) == (
        302,
        f"{LOGIN}?next=%2Fboard%2Fhotels%2Fthe-grand%2F",
    )

    given = {"username": desk.username, "password": PASSWORD, "next": board}
    answer = client.post(LOGIN, given)
    assert (answer.status_code, answer["Location"]) == (302, board)
    assert client.get(board).status_code == 200


def test_a_wrong_password_is_refused_like_an_unknown_name(client: Client, desk: User) -> None:
    for name in (desk.username, "nobody", "x" * 500, "nul\0"):
        answer = client.post(LOGIN, {"username": name, "password": "wrong"})
        assert answer.status_code == 401
        assert "The username or the password is wrong." in answer.content.decode()


def test_the_login_leads_nowhere_else(client: Client, desk: User) -> None:
    for foreign in ("https://evil.example.com/", "//evil.example.com/", "javascript:alert(1)"):
        answer = client.post(
            LOGIN, {"username": desk.username, "password": PASSWORD, "next": foreign}
        )
        assert answer["Location"] == "/board/"


def test_wrong_passwords_use_up_the_same_tries_as_over_rest(client: Client, desk: User) -> None:
    wrong = {"username": desk.username, "password": "wrong"}
    for _ in range(5):
        client.post("/api/auth/token/", wrong, content_type="application/json")

    assert client.post(LOGIN, {**wrong, "password": PASSWORD}).status_code == 429


# -- what scripts are handed -----------------------------------------------------------------------


def test_the_page_is_handed_a_login_for_minutes(client: Client, desk: User) -> None:
    client.force_login(desk)
    answer = client.post(TOKEN)

    assert answer.json()["expires_in"] == 15 * 60
    assert answer["Cache-Control"] == "no-store"
    assert me(answer.json()["token"]) == {"username": desk.username}
    row = AuthToken.objects.get()
    assert row.expiry - timezone.now() <= timedelta(minutes=15)


def test_nothing_is_handed_to_strangers_or_to_other_sites(client: Client, desk: User) -> None:
    assert client.post(TOKEN).status_code == 401

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(desk)
    assert strict.post(TOKEN).status_code == 403
    assert not AuthToken.objects.exists()


def test_the_apis_take_no_cookie(client: Client, desk: User) -> None:
    client.force_login(desk)
    assert me(client=client) is None


@pytest.mark.parametrize("way_out", ["/board/logout/", "/admin/logout/"])
def test_what_was_handed_out_ends_with_the_session(
    client: Client, desk: User, way_out: str
) -> None:
    desk.is_staff = True  # the admin asks for it
    desk.save()
    client.force_login(desk)
    tokens = [client.post(TOKEN).json()["token"] for _ in range(2)]
    other = Client()
    other.force_login(desk)
    kept = other.post(TOKEN).json()["token"]

    client.post(way_out)

    assert [me(token) for token in tokens] == [None, None]
    assert me(kept) == {"username": desk.username}, "of another browser"
    assert client.post(TOKEN).status_code == 401


def test_logins_whose_time_is_over_are_deleted() -> None:
    user = UserFactory()
    AuthToken.objects.create(user=user, expiry=timedelta(minutes=-1))
    AuthToken.objects.create(user=user, expiry=timedelta(minutes=1))

    assert not purge_logins(timezone.now())
    assert AuthToken.objects.count() == 1
