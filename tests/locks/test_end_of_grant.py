"""The end of a grant's time, and removals that may not be believed yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.locks.models import AccessCode, AccessGrant, Lock
from apps.locks.services.code_rows import MAY_LAND_LATE
from apps.locks.services.grants import revoke_access
from apps.locks.states import CodeState, GrantState
from tests.background import run_due_jobs
from tests.common.errands import wait_until
from tests.factories.locks import LockFactory
from tests.fakes.lock_cloud import LockCloud
from tests.locks.test_codes import ADD, DELETE, after, code_on, state_of
from tests.locks.test_grants import HOLDER, ask, request_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def doors(lock_cloud: LockCloud) -> list[Lock]:
    front = LockFactory(front_door=True)
    return [front, LockFactory(account=front.account)]


def at_end_of(grant: AccessGrant, **offset: float) -> Any:
    return time_machine.travel(grant.ends_at + timedelta(**offset), tick=True)


def test_at_its_end_the_codes_are_taken_off_and_the_grant_ends(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    grant = ask(request_for(doors))
    run_due_jobs()
    with at_end_of(grant, seconds=-30):
        run_due_jobs()
        assert [lock_cloud.codes_on(lock) for lock in doors] == [[grant.pin]] * 2
    with at_end_of(grant, seconds=1):
        run_due_jobs()

    assert state_of(grant) == GrantState.ENDED
    assert [lock_cloud.codes_on(lock) for lock in doors] == [[], []]
    assert {code.state for code in grant.codes.all()} == {CodeState.REMOVED}
    assert grant.history.filter(event="revoked", actor="worker").count() == 1


def test_a_stay_that_was_extended_before_does_not_end(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    request = request_for(doors)
    grant = ask(request)
    run_due_jobs()
    later = request.ends_at + timedelta(hours=5)
    ask(request_for(doors, starts_at=request.starts_at, ends_at=later))
    run_due_jobs()
    with at_end_of(grant, seconds=1):
        run_due_jobs()
        assert state_of(grant) == GrantState.READY
        assert [lock_cloud.codes_on(lock) for lock in doors] == [[grant.pin]] * 2
    with at_end_of(grant, hours=5, seconds=1):
        run_due_jobs()
        assert state_of(grant) == GrantState.ENDED


def test_a_stay_that_was_extended_at_the_last_moment_does_not_end(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    """The lock does not know of the new end yet."""
    request = request_for(doors)
    grant = ask(request)
    run_due_jobs()
    later = request.ends_at + timedelta(hours=5)
    with at_end_of(grant, seconds=-5):
        ask(request_for(doors, starts_at=request.starts_at, ends_at=later))
    with at_end_of(grant, seconds=1):
        run_due_jobs()

    assert state_of(grant) == GrantState.READY
    assert {row["ends_at"] for lock in doors for row in lock_cloud.listed(lock)} == {
        later.isoformat()
    }


def test_a_stay_that_was_shortened_ends_at_its_new_end(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    request = request_for(doors)
    grant = ask(request)
    run_due_jobs()
    earlier = request.ends_at - timedelta(hours=5)
    ask(request_for(doors, starts_at=request.starts_at, ends_at=earlier))
    run_due_jobs()
    with at_end_of(grant, hours=-5, seconds=1):
        run_due_jobs()

    assert state_of(grant) == GrantState.ENDED
    assert [lock_cloud.codes_on(lock) for lock in doors] == [[], []]


def test_a_grant_that_never_got_its_codes_ends_too(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    lock_cloud.faults(offline_gateways=[1, 2], error_codes={"keyboardPwd/get": {"errcode": 90000}})
    grant = ask(request_for(doors))
    for seconds in (0, 50):
        with after(seconds=seconds):
            run_due_jobs()
    with at_end_of(grant, seconds=1):
        run_due_jobs()

    assert state_of(grant) == GrantState.ENDED
    adds = lock_cloud.calls(ADD)
    with at_end_of(grant, hours=1):
        run_due_jobs()
    assert lock_cloud.calls(ADD) == adds


def test_codes_at_a_dead_gateway_stay_a_debt_after_the_end(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    grant = ask(request_for(doors))
    run_due_jobs()
    lock_cloud.faults(offline_gateways=[1, 2])
    with at_end_of(grant, seconds=1):
        run_due_jobs()
        assert state_of(grant) == GrantState.ENDED
        assert {code.state for code in grant.codes.all()} == {CodeState.REMOVING}
    lock_cloud.all_well()
    with at_end_of(grant, minutes=5):
        run_due_jobs()

    assert [lock_cloud.codes_on(lock) for lock in doors] == [[], []]


# -- removals in doubt ---------------------------------------------------------------------------


@pytest.fixture
def in_doubt(lock_cloud: LockCloud, doors: list[Lock], settings: Any) -> AccessCode:
    """An add timed out and is to land a moment later; then the code is taken back."""
    patience = settings.TTLOCK_TIMEOUT_SECONDS
    settings.TTLOCK_TIMEOUT_SECONDS = 0.2
    lock_cloud.faults(timeout_before_rate=1, only_calls=[ADD], hang_seconds=0.5, late_apply=3)
    ask(request_for(doors[1:]))
    run_due_jobs()
    settings.TTLOCK_TIMEOUT_SECONDS = patience
    lock_cloud.all_well()
    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
    run_due_jobs()
    return code_on(doors[1])


def test_a_code_that_may_still_land_is_not_believed_gone(in_doubt: AccessCode) -> None:
    assert in_doubt.state == CodeState.REMOVING
    assert in_doubt.due_at is not None
    assert in_doubt.due_at <= timezone.now() + timedelta(seconds=15)


def test_a_code_that_lands_late_is_found_and_removed(
    lock_cloud: LockCloud, doors: list[Lock], in_doubt: AccessCode
) -> None:
    wait_until(lambda: len(lock_cloud.codes_on(doors[1])) == 1)
    with after(seconds=30):
        run_due_jobs()

    assert lock_cloud.codes_on(doors[1]) == []
    assert code_on(doors[1]).state == CodeState.REMOVED
    assert lock_cloud.calls(DELETE) == 1


def test_a_code_that_never_lands_is_believed_gone_in_the_end(
    lock_cloud: LockCloud, doors: list[Lock], settings: Any
) -> None:
    patience = settings.TTLOCK_TIMEOUT_SECONDS
    settings.TTLOCK_TIMEOUT_SECONDS = 0.2
    lock_cloud.faults(timeout_before_rate=1, only_calls=[ADD], hang_seconds=0.5)
    ask(request_for(doors[1:]))
    run_due_jobs()
    settings.TTLOCK_TIMEOUT_SECONDS = patience
    sent_at = code_on(doors[1]).sent_at
    assert sent_at is not None
    lock_cloud.all_well()
    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
    for seconds in (30, 60, MAY_LAND_LATE.total_seconds() - 3):
        with time_machine.travel(sent_at + timedelta(seconds=seconds), tick=True):
            run_due_jobs()
            assert code_on(doors[1]).state in {CodeState.REMOVING, CodeState.REMOVAL_FAILED}
    with time_machine.travel(sent_at + MAY_LAND_LATE + timedelta(seconds=15), tick=True):
        run_due_jobs()

    assert code_on(doors[1]).state == CodeState.REMOVED
    assert lock_cloud.calls(DELETE) == 0
