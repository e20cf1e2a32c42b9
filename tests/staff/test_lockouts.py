"""Wrong passwords lock a name out where they were tried, at every door, and nobody learns more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

import pytest
import time_machine
from axes.models import AccessAttempt
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.bookings.models import Hotel
from apps.common.errors import NotAuthenticated, RateLimited
from apps.common.models import Alert
from apps.staff.login_rates import WRONG_FROM_ADDRESS
from apps.staff.services.lockouts import purge_tries
from apps.staff.services.login_limits import GUESSED, close_calmed_alerts
from apps.staff.services.logins import log_in
from tests.conftest import forget_counts
from tests.factories.bookings import HotelFactory
from tests.factories.office import at_the_desk
from tests.factories.staff import PASSWORD, UserFactory, works_at

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("fresh_limits", "quick_hashing"),
]
TOO_MANY: Final = WRONG_FROM_ADDRESS.count
SECRETS: Final = ("niamh", "my-old-password")
PROGRAM: Final = Client()  # one for all: it keeps nothing between requests
ADDRESS: Final = "203.0.113.7"


@pytest.fixture
def quick_hashing(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def hotel() -> Hotel:
    """A hotel at which somebody works who may open the back office."""
    made: Hotel = HotelFactory()
    user = works_at(made)
    user.username, user.is_staff = "niamh", True
    user.set_password(PASSWORD)
    user.save()
    return made


def by_rest(password: str, username: str = "niamh", **extra: Any) -> Any:
    body = {"username": username, "password": password}
    return PROGRAM.post("/api/auth/token/", body, content_type="application/json", **extra)


def by_office(password: str, username: str = "niamh", **extra: Any) -> Any:
    body = {"username": username, "password": password}
    return Client().post("/admin/login/", body, **extra)


def by_board(password: str, username: str = "niamh", **extra: Any) -> Any:
    body = {"username": username, "password": password}
    return Client().post("/board/login/", body, **extra)


DOORS: Final = (by_rest, by_office, by_board)


@pytest.mark.parametrize("wrong_at", DOORS)
def test_what_was_tried_at_one_door_counts_at_every_other(wrong_at: Any, hotel: Hotel) -> None:
    for _ in range(TOO_MANY):
        wrong_at("my-old-password")

    for door in DOORS:
        answer = door(PASSWORD)
        assert answer.status_code == 429, door
        assert 0 < int(answer["Retry-After"]) <= WRONG_FROM_ADDRESS.seconds
        assert RateLimited.sentence in answer.content.decode()
        assert "sessionid" not in answer.cookies
    assert {door(PASSWORD, REMOTE_ADDR=ADDRESS).status_code for door in DOORS} == {200, 302}


def test_a_lock_out_outlives_the_process_and_redis(hotel: Hotel) -> None:
    for _ in range(TOO_MANY):
        by_rest("my-old-password")

    forget_counts()

    assert by_rest(PASSWORD).status_code == 429


def test_a_lock_out_says_the_same_of_a_name_that_nobody_has(hotel: Hotel) -> None:
    answers = {}
    for name in ("niamh", "nobody"):
        for _ in range(TOO_MANY):
            by_rest("my-old-password", name)
        answers[name] = by_rest(PASSWORD, name).json()
    assert answers["niamh"] == answers["nobody"]


def test_it_ends_by_itself(hotel: Hotel) -> None:
    for _ in range(TOO_MANY):
        by_rest("my-old-password")
    later = timezone.now() + timedelta(seconds=WRONG_FROM_ADDRESS.seconds + 1)
    with time_machine.travel(later, tick=False):
        assert by_rest(PASSWORD).status_code == 200
    assert not AccessAttempt.objects.exists()


def test_who_is_right_in_the_end_begins_anew(hotel: Hotel) -> None:
    for _ in range(2):
        for _ in range(TOO_MANY - 1):
            by_rest("my-old-password")
        assert by_rest(PASSWORD).status_code == 200


def test_what_is_kept_of_a_try_has_neither_name_nor_password(hotel: Hotel) -> None:
    by_rest("my-old-password", HTTP_USER_AGENT="My Phone")
    by_office("my-old-password")
    by_board("my-old-password")

    kept = AccessAttempt.objects.values().get()  # one row, whichever door and browser

    assert kept["failures_since_start"] == 3
    assert not any(secret in str(kept) for secret in (*SECRETS, "My Phone"))

    purge_tries(timezone.now() + timedelta(seconds=WRONG_FROM_ADDRESS.seconds + 1))
    assert not AccessAttempt.objects.exists()


def test_a_caller_behind_the_proxy_can_choose_no_address(hotel: Hotel, settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    for index in range(TOO_MANY):
        by_rest("my-old-password", HTTP_X_FORWARDED_FOR=f"198.51.100.{index}, {ADDRESS}")

    assert by_rest(PASSWORD, HTTP_X_FORWARDED_FOR=f"198.51.100.9, {ADDRESS}").status_code == 429
    assert by_rest(PASSWORD, HTTP_X_FORWARDED_FOR="198.51.100.9").status_code == 200


def test_addresses_of_one_household_count_as_one(hotel: Hotel) -> None:
    for index in range(TOO_MANY):
        by_rest("my-old-password", REMOTE_ADDR=f"2001:db8:1:2::{index}")

    assert by_rest(PASSWORD, REMOTE_ADDR="2001:db8:1:2:ffff::1").status_code == 429
    assert by_rest(PASSWORD, REMOTE_ADDR="2001:db8:1:3::1").status_code == 200


# -- who hears of it ------------------------------------------------------------------------------


def test_the_persons_hotel_is_told_once_and_others_are_not(hotel: Hotel) -> None:
    HotelFactory()
    for _ in range(TOO_MANY * 2):
        by_rest("my-old-password")
        by_rest("my-old-password", "nobody")

    alert = Alert.objects.get(kind=GUESSED)

    assert alert.scope == f"hotel:{hotel.pk}"
    assert "niamh" in alert.message
    assert "my-old-password" not in alert.message


def test_guessing_from_many_addresses_is_told_too(hotel: Hotel) -> None:
    for index in range(50):
        by_rest("my-old-password", REMOTE_ADDR=f"203.0.113.{index}")
    assert Alert.objects.filter(kind=GUESSED).count() == 1


def test_the_alert_is_shown_for_a_day(hotel: Hotel) -> None:
    for _ in range(TOO_MANY):
        by_rest("my-old-password")
    close_calmed_alerts(timezone.now() + timedelta(hours=23))
    assert Alert.objects.get(kind=GUESSED).closed_at is None
    close_calmed_alerts(timezone.now() + timedelta(hours=25))
    assert Alert.objects.get(kind=GUESSED).closed_at is None  # it goes on
    AccessAttempt.objects.all().delete()
    close_calmed_alerts(timezone.now() + timedelta(hours=25))
    assert Alert.objects.get(kind=GUESSED).closed_at is not None


# -- letting in again -----------------------------------------------------------------------------


def _by_command(_hotel: Hotel) -> None:
    call_command("unlock_login", "niamh")


def _by_manager(hotel: Hotel) -> None:
    person = hotel.memberships.get(user__username="niamh").user_id
    answer = at_the_desk(hotel).post(f"/admin/auth/user/{person}/do/unlock/")
    assert answer.status_code == 302


@pytest.mark.parametrize("unlock", [_by_command, _by_manager])
def test_somebody_can_be_let_in_again_at_once(hotel: Hotel, unlock: Any) -> None:
    for index in range(50):
        by_rest("my-old-password", REMOTE_ADDR=f"203.0.113.{index // TOO_MANY}")
    assert by_rest(PASSWORD).status_code == 429

    unlock(hotel)

    assert by_rest(PASSWORD).status_code == 200
    assert by_rest(PASSWORD, REMOTE_ADDR="203.0.113.1").status_code == 200
    assert Alert.objects.get(kind=GUESSED).closed_at is not None


# -- many at once ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_wrong_tries_at_the_same_moment_are_all_counted() -> None:
    UserFactory(username="niamh", with_password=True)

    def guess(_index: int) -> None:
        try:
            with pytest.raises((NotAuthenticated, RateLimited)):
                log_in(username="niamh", password="wrong", client_address=ADDRESS)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TOO_MANY) as pool:
        list(pool.map(guess, range(TOO_MANY)))

    assert AccessAttempt.objects.get().failures_since_start == TOO_MANY
    with pytest.raises(RateLimited):
        log_in(username="niamh", password=PASSWORD, client_address=ADDRESS)
