"""Logging in and out, and which role may do what at which hotel."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.bookings.models import Hotel
from apps.common.errors import RateLimited
from apps.common.limits.rates import Rate
from apps.staff.login_rates import WRONG_FROM_ADDRESS, WRONG_FROM_ANYWHERE
from apps.staff.roles import PERMISSIONS, Permission, Role, may
from apps.staff.services.logins import log_out_everywhere, open_login
from tests.factories.bookings import HotelFactory
from tests.factories.staff import PASSWORD, UserFactory, logged_in, works_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]
LOGIN = "/api/auth/token/"


@pytest.fixture
def client() -> APIClient:
    return APIClient()


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


def log_in(client: APIClient, username: str, password: str) -> Any:
    return client.post(LOGIN, {"username": username, "password": password}, format="json")


def flows_of(client: APIClient, slug: str) -> Any:
    """A door that front desk and managers may read."""
    return client.get(f"/api/staff/hotels/{slug}/checkin-flows/")


def bearer(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


# -- logging in and out --------------------------------------------------------------------------


def test_a_login_opens_the_hotel_until_it_is_ended(client: APIClient, hotel: Hotel) -> None:
    user = works_at(hotel)
    user.set_password(PASSWORD)
    user.save()

    answer = log_in(client, user.username, PASSWORD)

    assert answer.status_code == 200
    assert set(answer.json()) == {"token", "expires_at"}
    assert answer["Cache-Control"] == "no-store"
    desk = bearer(answer.json()["token"])
    assert flows_of(desk, hotel.slug).status_code == 200
    assert desk.delete(LOGIN).status_code == 204
    assert code_of(flows_of(desk, hotel.slug)) == (401, "NOT_AUTHENTICATED")


def test_logging_out_ends_the_one_login_and_leaves_the_others(hotel: Hotel) -> None:
    user = works_at(hotel)
    desk, phone = logged_in(user), logged_in(user)

    desk.delete(LOGIN)

    assert flows_of(phone, hotel.slug).status_code == 200


def test_nobody_learns_from_a_refusal_whether_the_name_exists(client: APIClient) -> None:
    known = UserFactory(with_password=True)
    inactive = UserFactory(with_password=True, is_active=False)

    refusals = [
        log_in(client, known.username, "wrong"),
        log_in(client, "nobody", PASSWORD),
        log_in(client, inactive.username, PASSWORD),
    ]

    assert {code_of(refusal) for refusal in refusals} == {(401, "NOT_AUTHENTICATED")}
    assert len({refusal.content for refusal in refusals}) == 1


@pytest.mark.parametrize(
    "body", [{}, {"username": "desk"}, {"username": ["desk"], "password": "x"}]
)
def test_a_body_that_is_no_login_is_told_so(client: APIClient, body: dict[str, Any]) -> None:
    assert code_of(client.post(LOGIN, body, format="json")) == (400, "VALIDATION_ERROR")


def test_a_login_ends_by_its_time(hotel: Hotel) -> None:
    desk = logged_in(works_at(hotel))
    lifetime: timedelta = settings.REST_KNOX["TOKEN_TTL"]

    with time_machine.travel(timezone.now() + lifetime + timedelta(seconds=1), tick=False):
        assert code_of(flows_of(desk, hotel.slug)) == (401, "NOT_AUTHENTICATED")


def test_every_login_of_a_person_can_be_ended_at_once(hotel: Hotel) -> None:
    user = works_at(hotel)
    clients = [logged_in(user), logged_in(user)]
    colleague = logged_in(works_at(hotel))

    log_out_everywhere(user)

    assert {flows_of(client, hotel.slug).status_code for client in clients} == {401}
    assert flows_of(colleague, hotel.slug).status_code == 200


def test_somebody_who_left_has_no_login_any_more(hotel: Hotel) -> None:
    user = works_at(hotel)
    desk = logged_in(user)

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert code_of(flows_of(desk, hotel.slug)) == (401, "NOT_AUTHENTICATED")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer unknown",
        "Basic ZGVzazpkZXNr",
        "Bearer \u00e9",
        "Bearer a b",
    ],
)
def test_a_header_that_names_no_login_opens_nothing(header: str, hotel: Hotel) -> None:
    client = APIClient()
    if header:
        client.credentials(HTTP_AUTHORIZATION=header)

    answer = flows_of(client, hotel.slug)

    assert code_of(answer) == (401, "NOT_AUTHENTICATED")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_session_of_the_admin_opens_no_staff_door(hotel: Hotel) -> None:
    client = APIClient()
    client.force_login(UserFactory(is_superuser=True, is_staff=True))

    assert code_of(flows_of(client, hotel.slug)) == (401, "NOT_AUTHENTICATED")


def test_the_database_holds_no_token() -> None:
    user = UserFactory()
    token = open_login(user).token

    stored = user.auth_token_set.values().get()

    assert token not in str(stored)


# -- roles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("permission", Permission)
def test_a_manager_may_do_everything_and_housekeeping_turns_rooms_alone(
    permission: Permission,
) -> None:
    assert may(Role.MANAGER, permission)
    of_housekeeping = {Permission.VIEW_ROOMS, Permission.TURN_ROOMS}
    assert may(Role.HOUSEKEEPING, permission) is (permission in of_housekeeping)


def test_every_role_is_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Role)


@pytest.mark.parametrize(
    ("role", "status"), [(Role.HOUSEKEEPING, 403), (Role.FRONT_DESK, 200), (Role.MANAGER, 200)]
)
def test_a_role_opens_what_the_table_says(role: Role, status: int, hotel: Hotel) -> None:
    assert flows_of(logged_in(works_at(hotel, role)), hotel.slug).status_code == status


def test_a_foreign_hotel_reads_like_one_that_does_not_exist(hotel: Hotel) -> None:
    desk = logged_in(works_at(hotel))
    slugs = [HotelFactory().slug, "no-such-hotel", "no%00such", "x" * 3000]

    answers = [flows_of(desk, slug) for slug in slugs]

    assert {code_of(answer) for answer in answers} == {(403, "PERMISSION_DENIED")}
    assert len({answer.content for answer in answers}) == 1


def test_a_superuser_works_everywhere_and_hears_what_does_not_exist(hotel: Hotel) -> None:
    root = logged_in(UserFactory(is_superuser=True))

    assert flows_of(root, hotel.slug).status_code == 200
    assert code_of(flows_of(root, "no-such-hotel")) == (404, "NOT_FOUND")


# -- guessing ------------------------------------------------------------------------------------

guessing = pytest.mark.usefixtures("fresh_limits", "quick_hashing")


@pytest.fixture
def quick_hashing(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def known(username: str) -> User:
    user: User = UserFactory(username=username, with_password=True)
    return user


@guessing
@pytest.mark.parametrize("username", ["niamh", "nobody"])
def test_wrong_passwords_use_up_their_window_whether_or_not_the_name_exists(
    client: APIClient, username: str
) -> None:
    known("niamh")

    wrong = [log_in(client, username, "wrong") for _ in range(WRONG_FROM_ADDRESS.count)]
    refused = log_in(client, username, PASSWORD)

    assert {code_of(answer) for answer in wrong} == {(401, "NOT_AUTHENTICATED")}
    assert code_of(refused) == (429, "RATE_LIMITED")
    assert 0 < int(refused["Retry-After"]) <= WRONG_FROM_ADDRESS.seconds
    assert refused.json()["error"]["message"] == RateLimited.sentence


@guessing
def test_who_guesses_shuts_no_door_to_others(client: APIClient, hotel: Hotel) -> None:
    user = known("niamh")
    at_work = logged_in(user)
    for _ in range(WRONG_FROM_ADDRESS.count + 1):
        log_in(client, "niamh", "wrong")

    elsewhere = client.post(
        LOGIN, {"username": "niamh", "password": PASSWORD}, REMOTE_ADDR="203.0.113.7", format="json"
    )

    assert elsewhere.status_code == 200
    assert log_in(client, known("ciara").username, PASSWORD).status_code == 200
    assert at_work.delete(LOGIN).status_code == 204


@guessing
def test_from_many_addresses_a_name_can_be_guessed_at_only_so_often(client: APIClient) -> None:
    known("niamh")
    answers = [
        client.post(
            LOGIN,
            {"username": "niamh", "password": "wrong"},
            REMOTE_ADDR=f"203.0.113.{index}",
            format="json",
        )
        for index in range(WRONG_FROM_ANYWHERE.count + 1)
    ]

    assert [answer.status_code for answer in answers[-2:]] == [401, 429]


@guessing
def test_logging_in_rightly_is_never_held_against_anybody(client: APIClient) -> None:
    known("niamh")

    answers = [log_in(client, "niamh", PASSWORD) for _ in range(WRONG_FROM_ADDRESS.count * 2)]

    assert {answer.status_code for answer in answers} == {200}


@guessing
def test_an_address_may_try_only_so_often_whatever_it_tries(
    client: APIClient, settings: Settings
) -> None:
    settings.RATE_LIMIT_LOGIN = Rate(3, 60)

    answers = [log_in(client, f"name-{index}", "wrong") for index in range(4)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert int(answers[-1]["Retry-After"]) > 0


@guessing
def test_unknown_inactive_and_known_names_cost_one_hashing_each(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock tells nobody which names exist: what takes time is done once for each."""
    known("niamh")
    UserFactory(username="left", with_password=True, is_active=False)
    UserFactory(username="no-password")
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, *rest: Any, **more: Any) -> str:
        hashed.append(password)
        return encode(self, password, *rest, **more)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    for name in ("niamh", "left", "no-password", "nobody"):
        hashed.clear()
        assert log_in(client, name, "wrong").status_code == 401
        assert len(hashed) == 1, name


# -- a change of the key that signs ---------------------------------------------------------------


def test_a_session_goes_over_to_a_new_key_and_ends_without_the_old_one(settings: Settings) -> None:
    browser = Client()
    browser.force_login(UserFactory(is_superuser=True, is_staff=True))
    old, new = settings.SECRET_KEY, "a new key that is long enough for everything"

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = new, [old]
    assert browser.get("/admin/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert browser.get("/admin/").status_code == 200  # it was used, and signed anew

    settings.SECRET_KEY = "another key that is long enough for everything"
    assert browser.get("/admin/").status_code == 302
