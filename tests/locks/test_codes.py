"""The worker's half against a lock cloud that misbehaves, over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from apps.common.jobs import run_job
from apps.locks.models import AccessCode, AccessGrant, Lock
from apps.locks.services.grants import grant_access, revoke_access
from apps.locks.states import CodeState, GrantState
from tests.background import at_once, run_due_jobs
from tests.common.errands import wait_until
from tests.factories.locks import LockFactory
from tests.fakes.lock_cloud import LockCloud
from tests.locks.test_grants import HOLDER, ask, request_for

pytestmark = pytest.mark.django_db
ADD, DELETE, LIST = "keyboardPwd/add", "keyboardPwd/delete", "lock/listKeyboardPwd"
GET = "keyboardPwd/get"
NO_OFFLINE_CODES = {GET: {"errcode": 90000}}  # with them, no gateway would be no failure
SHORT_TIMEOUT = 0.4
SILENCE = 1.5  # seconds without an answer: longer than the worker waits


@pytest.fixture
def doors(lock_cloud: LockCloud) -> list[Lock]:
    front = LockFactory(front_door=True)
    return [front, LockFactory(account=front.account)]


@pytest.fixture
def impatient(settings: Settings) -> None:
    settings.TTLOCK_TIMEOUT_SECONDS = SHORT_TIMEOUT


def state_of(grant: AccessGrant) -> str:
    return str(AccessGrant.objects.get(pk=grant.pk).state)


def code_on(lock: Lock) -> AccessCode:
    return AccessCode.objects.filter(lock=lock).latest("asked_at")


def after(**time: float) -> Any:
    """Let the next visits happen when their pauses are over."""
    return time_machine.travel(timezone.now() + timedelta(**time), tick=True)


def test_a_code_is_set_on_every_door(lock_cloud: LockCloud, doors: list[Lock]) -> None:
    grant = ask(request_for(doors))
    run_due_jobs()

    assert [lock_cloud.codes_on(lock) for lock in doors] == [[grant.pin]] * 2
    assert state_of(grant) == GrantState.READY
    assert {code.state for code in grant.codes.all()} == {CodeState.SET}


def test_before_the_first_add_the_lock_is_not_read(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    ask(request_for(doors))
    run_due_jobs()

    assert lock_cloud.calls(LIST) == 0


def test_a_second_visit_does_nothing(lock_cloud: LockCloud, doors: list[Lock]) -> None:
    ask(request_for(doors))
    run_due_jobs()
    AccessCode.objects.update(due_at=timezone.now())
    run_due_jobs()

    assert lock_cloud.calls(ADD) == 2


@pytest.mark.usefixtures("impatient")
def test_a_time_out_after_the_code_was_written_is_adopted_not_doubled(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    lock_cloud.faults(timeout_after_rate=1, only_calls=[ADD], hang_seconds=SILENCE)
    grant = ask(request_for(doors[:1]))
    run_due_jobs()
    assert state_of(grant) == GrantState.WAITING
    assert code_on(doors[0]).is_outcome_unknown

    lock_cloud.all_well()
    with after(seconds=5):
        run_due_jobs()

    code = code_on(doors[0])
    assert (code.state, state_of(grant)) == (CodeState.SET, GrantState.READY)
    assert code.verified_at is not None
    assert lock_cloud.codes_on(doors[0]) == [grant.pin]
    assert lock_cloud.calls(ADD) == 1


@pytest.mark.usefixtures("impatient")
def test_a_time_out_before_the_code_was_written_is_added_once(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    lock_cloud.faults(timeout_before_rate=1, only_calls=[ADD], hang_seconds=SILENCE)
    grant = ask(request_for(doors[:1]))
    run_due_jobs()
    lock_cloud.all_well()
    with after(seconds=5):
        run_due_jobs()

    assert state_of(grant) == GrantState.READY
    assert lock_cloud.codes_on(doors[0]) == [grant.pin]
    assert lock_cloud.calls(ADD) == 2


@pytest.mark.usefixtures("impatient")
def test_a_doubt_outlives_a_read_that_fails(lock_cloud: LockCloud, doors: list[Lock]) -> None:
    lock_cloud.faults(timeout_after_rate=1, only_calls=[ADD], hang_seconds=SILENCE)
    grant = ask(request_for(doors[:1]))
    run_due_jobs()
    lock_cloud.all_well()
    lock_cloud.faults(error_codes={LIST: {"errcode": 90000, "count": 1}})
    with after(seconds=5):
        run_due_jobs()
        assert code_on(doors[0]).is_outcome_unknown
    with after(seconds=30):
        run_due_jobs()

    assert state_of(grant) == GrantState.READY
    assert lock_cloud.calls(ADD) == 1


def test_a_busy_gateway_is_asked_again_within_seconds(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    lock_cloud.faults(error_codes={ADD: {"errcode": -3003, "count": 2}})
    grant = ask(request_for(doors[:1]))
    run_due_jobs()
    code = code_on(doors[0])
    assert code.state == CodeState.SETTING
    assert code.due_at is not None
    assert code.due_at <= timezone.now() + timedelta(seconds=1)

    for seconds in (2, 4):
        with after(seconds=seconds):
            run_due_jobs()

    assert state_of(grant) == GrantState.READY
    assert lock_cloud.calls(LIST) == 0


def test_a_gateway_that_stays_busy_is_a_failure_in_the_end(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    lock_cloud.faults(busy_rate=1, error_codes=NO_OFFLINE_CODES)
    grant = ask(request_for(doors[:1]))
    run_due_jobs()
    with after(seconds=50):
        run_due_jobs()

    assert state_of(grant) == GrantState.FAILED


def test_an_offline_gateway_delays_and_then_comes_right(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    lock_cloud.faults(offline_gateways=[1, 2], error_codes=NO_OFFLINE_CODES)
    grant = ask(request_for(doors))
    run_due_jobs()
    assert {code.state for code in grant.codes.all()} == {CodeState.DELAYED}
    assert state_of(grant) == GrantState.WAITING

    lock_cloud.all_well()
    with after(seconds=5):
        run_due_jobs()

    assert state_of(grant) == GrantState.READY


def test_failed_after_patience_and_ready_when_the_gateway_is_back(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    lock_cloud.faults(offline_gateways=[1, 2], error_codes=NO_OFFLINE_CODES)
    grant = ask(request_for(doors))
    run_due_jobs()
    with after(seconds=50):
        run_due_jobs()
        assert state_of(grant) == GrantState.FAILED
        assert {code.state for code in grant.codes.all()} == {CodeState.FAILED}
        lock_cloud.all_well()
        with after(seconds=60):
            run_due_jobs()
            assert state_of(grant) == GrantState.READY

    assert all(grant.pin in lock_cloud.codes_on(lock) for lock in doors)


def test_what_a_lock_took_is_taken_back_when_another_cant_be_mended(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    remote_unlock_off = {"errcode": -4043, "lock_ids": [doors[1].vendor_lock_id]}
    keys_missing = {"errcode": -1007, "lock_ids": [doors[1].vendor_lock_id]}
    lock_cloud.faults(error_codes={ADD: remote_unlock_off, GET: keys_missing})
    grant = ask(request_for(doors))
    run_job("locks.AccessCode", str(code_on(doors[0]).pk))
    assert lock_cloud.codes_on(doors[0]) == [grant.pin]
    run_due_jobs()

    assert state_of(grant) == GrantState.FAILED
    assert [lock_cloud.codes_on(lock) for lock in doors] == [[], []]
    assert {code.state for code in grant.codes.all()} == {CodeState.REMOVED}

    lock_cloud.all_well()
    again = ask(request_for(doors))
    run_due_jobs()
    assert again.pk != grant.pk
    assert state_of(again) == GrantState.READY


def test_a_guest_in_house_keeps_the_old_door_when_the_new_one_cant_be_set(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    grant = ask(request_for(doors))
    run_due_jobs()
    new = LockFactory(account=doors[0].account)
    lock_cloud.faults(error_codes={ADD: {"errcode": -2025}})
    ask(request_for([doors[0], new]))
    run_due_jobs()

    assert state_of(grant) == GrantState.FAILED
    assert [lock_cloud.codes_on(lock) for lock in doors] == [[grant.pin]] * 2


def test_digits_that_a_lock_refuses_are_changed_on_all(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    too_simple = {"errcode": -3006, "count": 1, "lock_ids": [doors[1].vendor_lock_id]}
    lock_cloud.faults(error_codes={ADD: too_simple})
    grant = ask(request_for(doors))
    first = grant.pin
    run_due_jobs()

    grant.refresh_from_db()
    assert grant.pin != first
    assert grant.state == GrantState.READY
    assert [lock_cloud.codes_on(lock) for lock in doors] == [[grant.pin]] * 2


def test_digits_that_the_only_door_refuses_are_changed(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    lock_cloud.faults(error_codes={ADD: {"errcode": -3006, "count": 1}})
    grant = ask(request_for(doors[:1]))
    run_due_jobs()

    grant.refresh_from_db()
    assert grant.state == GrantState.READY
    assert lock_cloud.codes_on(doors[0]) == [grant.pin]


def test_a_lock_that_refuses_every_pin_is_given_up(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    refused = {"errcode": -3006, "lock_ids": [doors[1].vendor_lock_id]}
    lock_cloud.faults(error_codes={ADD: refused})
    grant = ask(request_for(doors))
    run_due_jobs()

    assert state_of(grant) == GrantState.FAILED
    assert lock_cloud.codes_on(doors[0]) == []
    assert lock_cloud.calls(ADD) < 30


def test_a_foreign_code_with_the_same_digits_stays_and_ours_change_on_all(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    grant = ask(request_for(doors))
    first = grant.pin
    lock_cloud.add_foreign_code(doors[1], first)
    run_due_jobs()
    with after(seconds=5):
        run_due_jobs()

    grant.refresh_from_db()
    assert grant.pin != first
    assert grant.state == GrantState.READY
    assert lock_cloud.codes_on(doors[0]) == [grant.pin]
    assert lock_cloud.codes_on(doors[1]) == [first, grant.pin]


def test_a_code_that_is_gone_already_counts_as_removed(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    ask(request_for(doors))
    run_due_jobs()
    lock_cloud.remove_behind_our_back(doors[1])
    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
    run_due_jobs()

    assert not AccessCode.objects.exclude(state=CodeState.REMOVED).exists()


def test_a_code_that_is_gone_when_its_window_changes_is_set_again(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    request = request_for(doors)
    grant = ask(request)
    run_due_jobs()
    lock_cloud.remove_behind_our_back(doors[1])
    ask(request_for(doors, ends_at=request.ends_at + timedelta(hours=3)))
    run_due_jobs()

    assert state_of(grant) == GrantState.READY
    assert lock_cloud.codes_on(doors[1]) == [grant.pin]


def test_a_window_that_cant_be_changed_yet_is_tried_again_later_not_at_once(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    request = request_for(doors[:1])
    grant = ask(request)
    run_due_jobs()
    lock_cloud.faults(offline_gateways=[1, 2])
    ask(request_for(doors[:1], ends_at=request.ends_at + timedelta(hours=3)))
    run_due_jobs()

    assert lock_cloud.calls("keyboardPwd/change") == 1
    assert state_of(grant) == GrantState.READY  # the guest has a code that opens

    lock_cloud.all_well()
    with after(seconds=5):
        run_due_jobs()
    later = request.ends_at + timedelta(hours=3)
    assert lock_cloud.listed(doors[0])[0]["ends_at"] == later.isoformat()


def test_a_removal_has_patience_of_its_own(lock_cloud: LockCloud, doors: list[Lock]) -> None:
    ask(request_for(doors[:1]))
    run_due_jobs()
    with after(hours=20):
        lock_cloud.faults(offline_gateways=[1, 2])
        revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
        run_due_jobs()
        assert code_on(doors[0]).state == CodeState.REMOVING
        with after(seconds=50):
            run_due_jobs()
            assert code_on(doors[0]).state == CodeState.REMOVAL_FAILED
            lock_cloud.all_well()
            with after(seconds=60):
                run_due_jobs()

    assert code_on(doors[0]).state == CodeState.REMOVED
    assert lock_cloud.codes_on(doors[0]) == []


def test_an_old_pin_that_cant_be_taken_off_is_told_as_a_failure(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    """The new PIN waits for the old one's place, and its guest is not left waiting for ever."""
    front = doors[0]
    new = LockFactory(account=front.account)
    grant = ask(request_for(doors))
    run_due_jobs()
    lock_cloud.add_foreign_code(new, grant.pin)
    lock_cloud.faults(error_codes={DELETE: {"errcode": -3002}})
    ask(request_for([front, new]))
    for seconds in (0, 5, 60):
        with after(seconds=seconds):
            run_due_jobs()

    assert state_of(grant) == GrantState.FAILED


def test_trouble_that_goes_on_fills_no_history(lock_cloud: LockCloud, doors: list[Lock]) -> None:
    lock_cloud.faults(offline_gateways=[1, 2])
    grant = ask(request_for(doors[:1]))
    for minutes in range(0, 30, 2):
        with after(minutes=minutes):
            run_due_jobs()

    assert grant.history.filter(event="failed").count() <= 2


# -- workers beside each other -----------------------------------------------------------------


def in_thread(call: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            call()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_access_taken_back_while_the_add_is_under_way_leaves_nothing_on_the_lock(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    lock_cloud.faults(latency_ms=600)
    ask(request_for(doors[:1]))
    code = code_on(doors[0])
    adding = in_thread(lambda: run_job("locks.AccessCode", str(code.pk)))
    wait_until(lambda: lock_cloud.calls(ADD) == 1)

    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
    assert code_on(doors[0]).state == CodeState.REMOVING
    adding.join(30)
    run_due_jobs()

    assert code_on(doors[0]).state == CodeState.REMOVED
    assert lock_cloud.codes_on(doors[0]) == []
    assert lock_cloud.calls(DELETE) == 1


@pytest.mark.django_db(transaction=True)
def test_a_window_changed_while_the_add_is_under_way_reaches_the_lock(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    lock_cloud.faults(latency_ms=600)
    request = request_for(doors[:1])
    ask(request)
    code = code_on(doors[0])
    adding = in_thread(lambda: run_job("locks.AccessCode", str(code.pk)))
    wait_until(lambda: lock_cloud.calls(ADD) == 1)

    later = request.ends_at + timedelta(hours=3)
    ask(request_for(doors[:1], ends_at=later))
    adding.join(30)
    run_due_jobs()

    assert [row["ends_at"] for row in lock_cloud.listed(doors[0])] == [later.isoformat()]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_given_up_stores_nothing_and_the_next_reads_first(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    lock_cloud.faults(latency_ms=600)
    grant = ask(request_for(doors[:1]))
    code = code_on(doors[0])
    adding = in_thread(lambda: run_job("locks.AccessCode", str(code.pk)))
    wait_until(lambda: lock_cloud.calls(ADD) == 1)
    AccessCode.objects.update(fence=F("fence") + 1, leased_until=timezone.now())
    adding.join(30)
    run_due_jobs()

    assert state_of(grant) == GrantState.READY
    assert lock_cloud.codes_on(doors[0]) == [grant.pin]
    assert (lock_cloud.calls(ADD), lock_cloud.calls(LIST)) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_code_make_one_add(lock_cloud: LockCloud, doors: list[Lock]) -> None:
    lock_cloud.faults(latency_ms=200)
    ask(request_for(doors[:1]))
    code = code_on(doors[0])

    worked = at_once(*[lambda: run_job("locks.AccessCode", str(code.pk))] * 4)

    assert sorted(worked) == [False, False, False, True]
    assert lock_cloud.calls(ADD) == 1


@pytest.mark.django_db(transaction=True)
def test_holders_who_ask_at_once_get_different_pins(doors: list[Lock]) -> None:
    """A keypad with few keys makes them choose alike; the database refuses, and they try again."""
    Lock.objects.update(keypad_digits="1359")
    locks = list(Lock.objects.all())

    grants = at_once(
        *[lambda n=n: ask(request_for(locks, holder=f"tests:{n}")).pin for n in range(8)]
    )

    assert all(isinstance(pin, str) for pin in grants), grants
    assert len(set(grants)) == 8


@pytest.mark.django_db(transaction=True)
def test_one_holder_who_asks_twice_at_once_gets_one_grant(doors: list[Lock]) -> None:
    request = request_for(doors)

    grants = at_once(
        *[lambda: grant_access(request, actor="tests", reason="Twice.").pk for _ in range(4)]
    )

    assert len(set(grants)) == 1, grants
    assert AccessCode.objects.count() == 2
