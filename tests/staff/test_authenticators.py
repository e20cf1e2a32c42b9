"""Second steps of logging in: who needs one, what a code is worth, how often it may be guessed."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Final

import pyotp
import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.bookings.models import Hotel
from apps.staff.errors import OtpInvalid
from apps.staff.models import Authenticator, RecoveryCode
from apps.staff.roles import Role
from apps.staff.services import authenticators
from apps.staff.services.logins import log_in, open_login
from tests.factories.bookings import HotelFactory
from tests.factories.office import at_the_desk
from tests.factories.staff import PASSWORD, logged_in, works_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits", "quick_hashing")]
PAGE: Final = "/admin/second-step/"
PROGRAM: Final = Client()
ADDRESS: Final = "203.0.113.7"


@pytest.fixture
def quick_hashing(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


@pytest.fixture
def niamh(hotel: Hotel) -> User:
    """At the front desk, with a password and the back office."""
    user = works_at(hotel)
    user.username, user.is_staff = "niamh", True
    user.set_password(PASSWORD)
    user.save()
    return user


class App:
    """An authenticator app that has read the picture."""

    def __init__(self, address: str) -> None:
        self._codes = pyotp.parse_uri(address)

    def code(self, at: datetime | None = None) -> str:
        assert isinstance(self._codes, pyotp.TOTP)
        return self._codes.at(at or timezone.now())

    def wrong(self) -> str:
        right = {self.code(timezone.now() + timedelta(seconds=30 * n)) for n in (-2, -1, 0, 1, 2)}
        return next(code for code in ("000000", "111111", "222222") if code not in right)


def set_up(user: User) -> tuple[App, list[str]]:
    """An app that was confirmed a while ago, and the recovery codes."""
    app = App(authenticators.begin(user))
    with time_machine.travel(timezone.now() - timedelta(minutes=5), tick=False):
        codes = authenticators.confirm(user, app.code())
    return app, codes


def by_rest(otp: str | None = None, password: str = PASSWORD, **extra: Any) -> Any:
    body = {"username": "niamh", "password": password, **({} if otp is None else {"otp": otp})}
    return PROGRAM.post("/api/auth/token/", body, content_type="application/json", **extra)


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


# -- at the doors ---------------------------------------------------------------------------------


def test_who_has_no_app_logs_in_as_ever(niamh: User) -> None:
    assert by_rest().status_code == 200
    assert by_rest("123456").status_code == 200


def test_who_has_one_is_asked_for_a_code_once_the_password_is_right(niamh: User) -> None:
    app, _ = set_up(niamh)

    assert code_of(by_rest()) == (401, "OTP_REQUIRED")
    assert code_of(by_rest("")) == (401, "OTP_REQUIRED")
    assert code_of(by_rest(app.wrong())) == (401, "OTP_INVALID")
    assert code_of(by_rest(app.code(), password="wrong")) == (401, "NOT_AUTHENTICATED")
    assert by_rest(app.code()).status_code == 200


@pytest.mark.parametrize("door", ["/admin/login/", "/board/login/"])
def test_the_pages_ask_for_it_too(niamh: User, door: str) -> None:
    app, _ = set_up(niamh)
    browser = Client()
    body = {"username": "niamh", "password": PASSWORD}

    asked = browser.post(door, body)
    assert "authenticator app" in asked.content.decode()
    assert "_auth_user_id" not in browser.session
    refused = browser.post(door, {**body, "otp": app.wrong()})
    assert OtpInvalid.sentence in refused.content.decode()
    browser.post(door, {**body, "otp": f" {app.code()[:3]} {app.code()[3:]} "})
    assert browser.session["_auth_user_id"] == str(niamh.pk)


# -- what a code is worth -------------------------------------------------------------------------


def test_a_code_is_taken_once(niamh: User) -> None:
    app, _ = set_up(niamh)
    code = app.code()

    assert by_rest(code).status_code == 200
    assert code_of(by_rest(code)) == (401, "OTP_INVALID")


def test_the_code_that_confirmed_the_app_opens_nothing(niamh: User) -> None:
    code = App(authenticators.begin(niamh)).code()
    authenticators.confirm(niamh, code)

    assert code_of(by_rest(code)) == (401, "OTP_INVALID")


@pytest.mark.parametrize(("seconds", "status"), [(-30, 200), (30, 200), (-90, 401), (90, 401)])
def test_a_clock_may_be_half_a_minute_wrong(niamh: User, seconds: int, status: int) -> None:
    app, _ = set_up(niamh)
    with time_machine.travel(timezone.now(), tick=False):
        assert by_rest(app.code(timezone.now() + timedelta(seconds=seconds))).status_code == status


def test_a_recovery_code_opens_the_door_once_however_it_is_typed(niamh: User) -> None:
    _, codes = set_up(niamh)

    assert by_rest(codes[0]).status_code == 200
    assert code_of(by_rest(codes[0])) == (401, "OTP_INVALID")
    assert by_rest(codes[1].upper().replace("-", " ")).status_code == 200
    assert RecoveryCode.objects.count() == len(codes) - 2


def test_neither_secret_nor_recovery_code_lies_open_in_the_database(niamh: User) -> None:
    address = authenticators.begin(niamh)
    secret = App(address)._codes.secret
    codes = authenticators.confirm(niamh, App(address).code())
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM staff_authenticator")
        stored = str(cursor.fetchall())
        cursor.execute("SELECT digest FROM staff_recoverycode")
        stored += str(cursor.fetchall())

    assert secret not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)
    assert Authenticator.objects.get().secret == secret


# -- guessing -------------------------------------------------------------------------------------


def test_wrong_codes_lock_the_name_out_where_they_were_typed(niamh: User) -> None:
    app, _ = set_up(niamh)
    for _ in range(5):
        assert code_of(by_rest(app.wrong())) == (401, "OTP_INVALID")

    assert by_rest(app.code()).status_code == 429
    assert by_rest(app.code(), REMOTE_ADDR=ADDRESS).status_code == 200


def test_from_many_addresses_each_further_wrong_code_waits_longer(niamh: User) -> None:
    app, codes = set_up(niamh)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for index in range(authenticators.WRONG_BEFORE_WAITING):
            assert by_rest(app.wrong(), REMOTE_ADDR=f"203.0.113.{index}").status_code == 401

        waits = []
        for index in range(8):
            refused = by_rest(app.code(), REMOTE_ADDR=f"198.51.100.{index}")
            assert refused.status_code == 429
            waits.append(int(refused["Retry-After"]))
            assert by_rest(codes[0], REMOTE_ADDR=f"198.51.100.{index}").status_code == 429
            clock.shift(waits[-1])
            assert by_rest(app.wrong(), REMOTE_ADDR=f"198.51.100.{index}").status_code == 401

        assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]
        clock.shift(3600)
        assert by_rest(app.code(), REMOTE_ADDR="192.0.2.1").status_code == 200
        assert Authenticator.objects.get().wrong_in_a_row == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_gets_in_by_a_code(niamh: User) -> None:
    app, _ = set_up(niamh)
    code = app.code()

    def use(_index: int) -> bool:
        try:
            log_in(username="niamh", password=PASSWORD, client_address="", otp=code)
        except OtpInvalid:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(4))) == [False, False, False, True]


# -- setting it up --------------------------------------------------------------------------------


def address_on(page: Any) -> str:
    """What the picture says, as it is written below it."""
    found = re.search(r"otpauth://[^<]+", page.content.decode())
    assert found
    return found[0].replace("&amp;", "&")


def test_an_app_is_set_up_with_the_password_and_its_first_code(niamh: User) -> None:
    browser = Client()
    browser.force_login(niamh)
    page = browser.get(PAGE)
    app = App(address_on(page))
    assert 'src="data:image/svg+xml' in page.content.decode()
    assert page["Cache-Control"].find("no-store") >= 0

    for body in (
        {"password": "wrong", "otp": app.code()},
        {"password": PASSWORD, "otp": app.wrong()},
        {"password": PASSWORD, "otp": ""},
    ):
        again = browser.post(PAGE, body)
        assert address_on(again) == address_on(page)  # the app need not read it anew
        assert not authenticators.is_set_up(niamh)

    done = browser.post(PAGE, {"password": PASSWORD, "otp": app.code()})
    codes = re.findall(r"<li>((?:[a-z2-7]{4}-){3}[a-z2-7]{4})</li>", done.content.decode())
    assert len(codes) == authenticators.RECOVERY_CODES
    assert by_rest(codes[0]).status_code == 200
    later = browser.get(PAGE).content.decode()
    assert "otpauth" not in later
    assert codes[1] not in later


def test_each_look_at_the_page_makes_another_secret(niamh: User) -> None:
    browser = Client()
    browser.force_login(niamh)
    assert address_on(browser.get(PAGE)) != address_on(browser.get(PAGE))


def test_strangers_can_set_up_nothing(client: Client) -> None:
    assert client.get(PAGE)["Location"] == "/admin/login/"


def test_a_manager_removes_a_lost_app_and_nobody_else_does(niamh: User, hotel: Hotel) -> None:
    set_up(niamh)
    open_login(niamh)
    deed = f"/admin/auth/user/{niamh.pk}/do/remove-app/"

    assert at_the_desk(hotel, Role.FRONT_DESK).post(deed).status_code in {403, 404}
    assert at_the_desk(HotelFactory()).post(deed).status_code in {403, 404}
    assert authenticators.is_set_up(niamh)
    assert at_the_desk(hotel).post(deed).status_code == 302

    assert not niamh.auth_token_set.exists()
    assert not RecoveryCode.objects.exists()
    assert by_rest().status_code == 200


def test_the_last_superusers_app_is_removed_on_the_machine(niamh: User) -> None:
    set_up(niamh)
    open_login(niamh)

    call_command("unlock_login", "niamh")
    assert authenticators.is_set_up(niamh)
    call_command("unlock_login", "niamh", "--remove-app")

    assert not niamh.auth_token_set.exists()
    assert by_rest().status_code == 200


# -- where the house asks for it ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "role", "must"),
    [
        ("optional", Role.MANAGER, False),
        ("managers", Role.FRONT_DESK, False),
        ("managers", Role.MANAGER, True),
        ("required", Role.HOUSEKEEPING, True),
    ],
)
def test_the_setting_says_who_must_have_one(
    settings: Settings, hotel: Hotel, asked: str, role: Role, must: bool
) -> None:
    settings.STAFF_TOTP = asked
    user = works_at(hotel, role)
    assert authenticators.must_set_up(user) is must
    if must:
        set_up(user)
        assert not authenticators.must_set_up(user)


def test_who_must_have_one_can_do_nothing_but_set_it_up(niamh: User, settings: Settings) -> None:
    settings.STAFF_TOTP = "required"
    assert code_of(by_rest()) == (403, "OTP_NOT_SET_UP")

    browser = Client()
    browser.post("/board/login/", {"username": "niamh", "password": PASSWORD})
    for address in ("/board/", "/admin/", "/admin/bookings/booking/"):
        assert browser.get(address)["Location"] == PAGE, address
    assert code_of(browser.post("/board/token/")) == (403, "OTP_NOT_SET_UP")

    app = App(address_on(browser.get(PAGE)))
    browser.post(PAGE, {"password": PASSWORD, "otp": app.code()})
    assert browser.get("/admin/").status_code == 200
    assert browser.post("/board/token/").status_code == 200


def test_who_must_have_one_can_still_leave(niamh: User, settings: Settings) -> None:
    settings.STAFF_TOTP = "required"
    browser = Client()
    browser.force_login(niamh)
    browser.post("/admin/logout/")
    assert "_auth_user_id" not in browser.session


def test_logins_of_before_go_on_until_they_end(niamh: User, settings: Settings) -> None:
    desk = logged_in(niamh)
    settings.STAFF_TOTP = "required"
    assert desk.delete("/api/auth/token/").status_code == 204
