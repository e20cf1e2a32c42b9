"""What staff are told, when it closes, and that no line anywhere repeats a code."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from apps.common.crypto import EncryptedTextField
from apps.common.models import Alert
from apps.locks.models import AccessCode, AccessGrant, Gateway, Lock, LockAccount
from apps.locks.services.grants import revoke_access
from apps.locks.services.swaps import replace_code
from apps.locks.states import CodeKind, GrantState
from tests.background import run_due_jobs
from tests.factories.locks import AccessCodeFactory, AccessGrantFactory, GatewayFactory, LockFactory
from tests.fakes.lock_cloud import LockCloud
from tests.locks.test_codes import ADD, DELETE, NO_OFFLINE_CODES, after, state_of
from tests.locks.test_grants import HOLDER, ask, request_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def lock(lock_cloud: LockCloud) -> Lock:
    lock: Lock = LockFactory()
    return lock


def alerts(kind: str) -> list[bool]:
    """Whether each alert of the kind is still open, in the order they came."""
    rows = Alert.objects.filter(kind=kind).order_by("pk")
    return [alert.closed_at is None for alert in rows]


# -- codes ---------------------------------------------------------------------------------------


def test_a_door_without_a_code_for_an_arriving_guest(lock_cloud: LockCloud, lock: Lock) -> None:
    lock_cloud.faults(offline_gateways=[1, 2], error_codes=NO_OFFLINE_CODES)
    ask(request_for([lock]))
    for seconds in (0, 50, 90):
        with after(seconds=seconds):
            run_due_jobs()
    assert set(alerts("code_not_set")) == {True}

    lock_cloud.all_well()
    with after(seconds=130):
        run_due_jobs()
    assert set(alerts("code_not_set")) == {False}


def test_a_guest_with_an_offline_code_is_no_alarm(lock_cloud: LockCloud, lock: Lock) -> None:
    lock_cloud.faults(offline_gateways=[1, 2])
    grant = ask(request_for([lock]))
    for seconds in (0, 50):
        with after(seconds=seconds):
            run_due_jobs()

    assert state_of(grant) == GrantState.READY
    assert alerts("code_not_set") == []


def test_a_guest_of_next_week_is_no_alarm_before_their_last_day(
    lock_cloud: LockCloud, lock: Lock
) -> None:
    lock_cloud.faults(offline_gateways=[1, 2], error_codes=NO_OFFLINE_CODES)
    arrival = timezone.now() + timedelta(days=7)
    ask(request_for([lock], starts_at=arrival, ends_at=arrival + timedelta(days=1)))
    for seconds in (0, 50):
        with after(seconds=seconds):
            run_due_jobs()
    assert alerts("code_not_set") == []

    with after(days=6, minutes=1):
        run_due_jobs()
    assert True in alerts("code_not_set")


def test_the_alarm_ends_with_the_grant(lock_cloud: LockCloud, lock: Lock) -> None:
    lock_cloud.faults(offline_gateways=[1, 2], error_codes=NO_OFFLINE_CODES)
    ask(request_for([lock]))
    for seconds in (0, 50):
        with after(seconds=seconds):
            run_due_jobs()
    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")

    assert set(alerts("code_not_set")) == {False}


def test_a_code_that_stays_on_the_lock_too_long(lock_cloud: LockCloud, lock: Lock) -> None:
    ask(request_for([lock]))
    run_due_jobs()
    lock_cloud.faults(error_codes={DELETE: {"errcode": 90000}})
    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
    for minutes in (0, 10):
        with after(minutes=minutes):
            run_due_jobs()
    assert alerts("code_not_removed") == []
    with after(minutes=16):
        run_due_jobs()
    assert alerts("code_not_removed") == [True]

    lock_cloud.all_well()
    with after(minutes=20):
        run_due_jobs()
    assert alerts("code_not_removed") == [False]


def test_a_reported_code_is_settled_when_its_guest_has_gone(
    lock_cloud: LockCloud, lock: Lock
) -> None:
    grant = ask(request_for([lock]))
    run_due_jobs()
    replace_code(grant_id=grant.pk, lock=lock, actor="guest", reason="It does not open.")
    assert alerts("code_does_not_work") == [True]
    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")

    assert alerts("code_does_not_work") == [False]


# -- locks and gateways --------------------------------------------------------------------------


def look_at_accounts() -> None:
    LockAccount.objects.update(due_at=timezone.now())
    run_due_jobs()


def test_a_battery_that_runs_low_and_one_that_was_changed(
    lock_cloud: LockCloud, lock: Lock
) -> None:
    for percent, expected in ((19, [True]), (5, [True]), (20, [False]), (90, [False])):
        lock_cloud.put_lock(lock, battery=percent)
        look_at_accounts()
        assert alerts("battery_low") == expected
        lock.refresh_from_db()
        assert lock.battery_percent == percent


def test_a_gateway_that_the_cloud_misses_and_that_comes_back(
    lock_cloud: LockCloud, lock: Lock
) -> None:
    lock_cloud.put_lock(lock)
    lock_cloud.faults(offline_gateways=[1], offline_notice_seconds=0)
    look_at_accounts()
    assert alerts("gateway_offline") == [True]

    lock_cloud.all_well()
    look_at_accounts()
    assert alerts("gateway_offline") == [False]


def test_what_commands_found_out_outweighs_the_clouds_late_word(
    lock_cloud: LockCloud, lock: Lock
) -> None:
    gateway = GatewayFactory(account=lock.account, vendor_gateway_id=2)
    lock.gateways.add(gateway)
    lock_cloud.faults(offline_gateways=[1, 2], error_codes=NO_OFFLINE_CODES)
    ask(request_for([lock]))
    run_due_jobs()
    assert alerts("gateway_offline") == [True]
    look_at_accounts()  # the cloud believes in it for half an hour more

    assert alerts("gateway_offline") == [True]


def test_the_list_says_which_gateway_hears_which_lock(lock_cloud: LockCloud, lock: Lock) -> None:
    lock_cloud.put_lock(lock, gateway_ids=[1, 2])
    look_at_accounts()

    assert set(lock.gateways.values_list("vendor_gateway_id", flat=True)) == {1, 2}


def test_another_hotels_gateway_is_not_taken_over(lock_cloud: LockCloud, lock: Lock) -> None:
    theirs = GatewayFactory(vendor_gateway_id=1)
    lock_cloud.put_lock(lock, gateway_ids=[1])
    LockAccount.objects.filter(pk=lock.account_id).update(due_at=timezone.now())
    run_due_jobs()

    assert Gateway.objects.get(vendor_gateway_id=1).account_id == theirs.account_id
    assert not lock.gateways.exists()


# -- how full a lock is --------------------------------------------------------------------------


def fill(lock: Lock, count: int, *, pin_length: int = 4) -> None:
    """Give ``lock`` codes of so many guests; nothing is owed for them."""
    now = timezone.now()
    for n in range(count):
        pin = f"{3 * 10 ** (pin_length - 1) + n}"
        grant = AccessGrantFactory(account=lock.account, pin=pin, ready=True)
        AccessCodeFactory(
            grant=grant,
            lock=lock,
            on_the_lock=True,
            verified_at=now,
            accepted_at=now + timedelta(days=1),  # younger than the look that is to come
        )


def look_at(lock: Lock) -> None:
    Lock.objects.filter(pk=lock.pk).update(
        due_at=timezone.now(), looked_at=timezone.now() - timedelta(days=1)
    )
    run_due_jobs()


@pytest.mark.parametrize(("count", "expected"), [(199, []), (200, [True])])
def test_a_lock_that_is_four_fifths_full(lock: Lock, count: int, expected: list[bool]) -> None:
    fill(lock, count)
    look_at(lock)

    assert alerts("lock_nearly_full") == expected


def test_foreign_codes_take_room_too_and_the_alarm_ends_with_the_crowd(
    lock_cloud: LockCloud, lock: Lock
) -> None:
    fill(lock, 199)
    lock_cloud.add_foreign_code(lock, "90210")
    look_at(lock)
    assert alerts("lock_nearly_full") == [True]

    lock_cloud.remove_behind_our_back(lock)
    look_at(lock)
    assert alerts("lock_nearly_full") == [False]


@pytest.mark.parametrize(
    ("count", "pin_length", "expected"),
    [(50, 4, []), (51, 4, [True]), (51, 5, [True]), (51, 6, [])],
)
def test_short_codes_on_a_busy_lock(
    lock: Lock, count: int, pin_length: int, expected: list[bool]
) -> None:
    fill(lock, count, pin_length=pin_length)
    look_at(lock)

    assert alerts("short_codes_on_busy_lock") == expected


def test_judging_how_full_a_lock_is_costs_no_call_of_its_own(
    lock_cloud: LockCloud, lock: Lock
) -> None:
    fill(lock, 51)
    AccessCode.objects.update(first_used_at=timezone.now())
    look_at(lock)

    assert lock_cloud.total_calls() == 1


# -- no digits anywhere --------------------------------------------------------------------------


def test_no_code_is_ever_told(
    lock_cloud: LockCloud, lock: Lock, caplog: pytest.LogCaptureFixture
) -> None:
    """A bad day from one end to the other: every way of failing, and every kind of code."""
    caplog.set_level(logging.DEBUG)
    other = LockFactory(account=lock.account)
    lock_cloud.faults(offline_gateways=[1])
    grant = ask(request_for([lock, other]))
    for seconds in (0, 20, 50):
        with after(seconds=seconds):
            run_due_jobs()
    lock_cloud.all_well()
    lock_cloud.faults(error_codes={ADD: {"errcode": -3007, "count": 1}})
    with after(minutes=2):
        run_due_jobs()
    replace_code(grant_id=grant.pk, lock=other, actor="guest", reason="It does not open.")
    with after(minutes=3):
        run_due_jobs()
        lock_cloud.remove_behind_our_back(lock)
        look_at(lock)
    with after(minutes=5):
        revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
        lock_cloud.faults(error_codes={DELETE: {"errcode": -2018, "count": 1}})
        run_due_jobs()

    codes = {code.digits for code in AccessCode.objects.all() if code.digits}
    codes |= {grant.pin for grant in AccessGrant.objects.all()}
    assert {code.kind for code in AccessCode.objects.all()} == {CodeKind.CUSTOM, CodeKind.OFFLINE}
    told = {*_words(caplog.text), *_stored_words()}
    assert not codes & told


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isdigit() else " " for letter in text).split()


def _stored_words() -> list[str]:
    """Every run of digits in every text column that is not encrypted, and not an id or a key."""
    found = []
    for model in [*apps.get_app_config("locks").get_models(), Alert]:
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField)
            and not isinstance(field, EncryptedTextField)
            and field.attname not in {"subject", "digits_digest", "busy_with"}
        ]
        for row in model._default_manager.values_list(*names):
            found += [word for value in row for word in _words(str(value))]
    return found
