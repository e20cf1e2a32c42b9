"""Calls are counted, limits respected, and the last ones kept for guests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.common.models import Alert
from apps.locks.models import AccessGrant, Lock, LockAccount
from apps.locks.services.budget import count_call, may_sweep, note_vendors_count
from apps.locks.services.grants import revoke_access
from apps.locks.services.inventory import take_inventory
from apps.locks.states import GrantState
from apps.locks.ttlock.errcodes import quota_reset_after
from tests.background import run_due_jobs
from tests.factories.locks import LockAccountFactory, LockFactory
from tests.fakes.lock_cloud import LockCloud
from tests.locks.test_codes import ADD, LIST, NO_OFFLINE_CODES, after, state_of
from tests.locks.test_grants import HOLDER, ask, request_for

pytestmark = pytest.mark.django_db
LIMIT_ALERT = "lock_cloud_limit"
COUNT = "app/getMonthRequestCount"


@pytest.fixture
def lock(lock_cloud: LockCloud) -> Lock:
    lock: Lock = LockFactory()
    return lock


def grant_on(lock: Lock) -> AccessGrant:
    grant = ask(request_for([lock]))
    run_due_jobs()
    return grant


def the_account() -> LockAccount:
    return LockAccount.objects.get()


def alerts() -> list[tuple[str, bool]]:
    """What staff were told, and whether it still stands."""
    rows = Alert.objects.filter(kind=LIMIT_ALERT).order_by("pk")
    return [(alert.subject, alert.closed_at is None) for alert in rows]


# -- counting ------------------------------------------------------------------------------------


def test_every_call_is_counted_logins_too(lock_cloud: LockCloud, lock: Lock) -> None:
    grant_on(lock)
    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
    run_due_jobs()

    assert the_account().calls_this_month == lock_cloud.total_calls() + 1
    assert the_account().calls_this_month == 3


@pytest.mark.parametrize(
    ("before", "after_midnight"),
    [
        (datetime(2026, 6, 30, 15, 59, tzinfo=UTC), datetime(2026, 6, 30, 16, 0, tzinfo=UTC)),
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, 0, tzinfo=UTC)),
    ],
)
def test_a_month_ends_at_midnight_in_beijing(before: datetime, after_midnight: datetime) -> None:
    account = LockAccountFactory()
    for _ in range(3):
        count_call(account.pk, before)
    assert the_account().calls_this_month == 3

    count_call(account.pk, after_midnight)
    assert the_account().calls_this_month == 1


def test_accounts_are_counted_apart() -> None:
    one, other = LockAccountFactory(), LockAccountFactory()
    count_call(one.pk)

    other.refresh_from_db()
    assert other.calls_this_month == 0


@pytest.mark.parametrize(
    ("month", "told", "expected"),
    [("2026-06", 70, 70), ("2026-06", 30, 50), ("2026-05", 30, 30), ("2026-06", 10**12, 2 * 10**9)],
    ids=["higher", "lower", "last month's", "absurd"],
)
def test_the_vendors_own_count_is_taken_over_where_it_is_higher(
    month: str, told: int, expected: int
) -> None:
    account = LockAccountFactory(calls_this_month=50, counted_month=month)
    with time_machine.travel(datetime(2026, 6, 10, tzinfo=UTC)):
        note_vendors_count(account.pk, told)

    assert (the_account().calls_this_month, the_account().counted_month) == (expected, "2026-06")


@pytest.mark.parametrize(
    ("limit", "asked"), [(None, 0), (1000, 1)], ids=["no limit known", "a limit"]
)
def test_calls_of_others_count_where_a_limit_is_known(
    lock_cloud: LockCloud, lock: Lock, limit: int | None, asked: int
) -> None:
    LockAccount.objects.update(monthly_call_limit=limit)
    for _ in range(20):
        lock_cloud.records(lock)
    take_inventory(the_account())

    assert lock_cloud.calls(COUNT) == asked
    assert (the_account().calls_this_month >= 20) is bool(asked)


def test_an_inventory_does_without_the_vendors_count(lock_cloud: LockCloud, lock: Lock) -> None:
    LockAccount.objects.update(monthly_call_limit=1000, due_at=timezone.now())
    lock_cloud.faults(error_codes={COUNT: {"errcode": 30001}})
    run_due_jobs()

    assert lock_cloud.calls(COUNT) == 1
    assert the_account().due_at > timezone.now() + timedelta(hours=5)


# -- sparing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "limit", "expected"),
    [(79, 100, True), (80, 100, False), (100, 100, False), (10**6, None, True), (0, 0, False)],
)
def test_sweeps_stop_at_four_fifths(used: int, limit: int | None, expected: bool) -> None:
    now = datetime(2026, 6, 10, tzinfo=UTC)
    account = LockAccountFactory(
        monthly_call_limit=limit, calls_this_month=used, counted_month="2026-06"
    )

    assert may_sweep(account, now) is expected


def test_last_months_calls_do_not_count() -> None:
    account = LockAccountFactory(
        monthly_call_limit=100, calls_this_month=100, counted_month="2026-05"
    )

    assert may_sweep(account, datetime(2026, 6, 1, tzinfo=UTC))


def test_guests_go_on_where_sweeps_have_stopped(lock_cloud: LockCloud, lock: Lock) -> None:
    month = timezone.now().astimezone(UTC).strftime("%Y-%m")
    LockAccount.objects.update(monthly_call_limit=10, calls_this_month=10, counted_month=month)
    grant = grant_on(lock)
    with after(hours=7):
        run_due_jobs()
    with after(hours=14):
        run_due_jobs()

    assert state_of(grant) == GrantState.READY
    assert lock_cloud.calls(LIST) == lock_cloud.calls("lock/list") == 0
    assert lock_cloud.calls("gateway/list") == 0


def test_sweeps_go_on_next_month(lock_cloud: LockCloud, lock: Lock) -> None:
    LockAccount.objects.update(monthly_call_limit=10)
    with time_machine.travel(datetime(2027, 3, 20, 12, 0, tzinfo=UTC), tick=True):
        starts_at = timezone.now()
        ask(request_for([lock], starts_at=starts_at, ends_at=starts_at + timedelta(days=20)))
        LockAccount.objects.update(calls_this_month=9, counted_month="2027-03")
        run_due_jobs()
        with after(hours=1):
            run_due_jobs()
        assert lock_cloud.calls(LIST) == 0
    with time_machine.travel(datetime(2027, 4, 1, 12, 0, tzinfo=UTC), tick=True):
        run_due_jobs()

    assert lock_cloud.calls(LIST) == 1


# -- being told to stop --------------------------------------------------------------------------


def test_too_many_calls_stop_all_calls_for_a_short_while(lock_cloud: LockCloud, lock: Lock) -> None:
    lock_cloud.faults(rate_limit=True)
    grant = grant_on(lock)
    assert alerts() == [("RateLimited", True)]
    blocked_until = the_account().blocked_until
    assert blocked_until is not None
    assert blocked_until < timezone.now() + timedelta(minutes=1)
    calls = lock_cloud.total_calls()
    with after(seconds=15):
        run_due_jobs()
        ask(request_for([lock], holder="tests:other"))
        run_due_jobs()
    assert lock_cloud.total_calls() == calls

    lock_cloud.all_well()
    with after(seconds=60):
        run_due_jobs()
    assert state_of(grant) == GrantState.READY
    assert the_account().blocked_until is None
    assert alerts() == [("RateLimited", False)]


def test_a_used_up_month_stops_all_calls_until_the_first_in_beijing(
    lock_cloud: LockCloud, lock: Lock
) -> None:
    now = datetime(2027, 6, 10, 12, 0, tzinfo=UTC)
    lock_cloud.faults(quota=True)
    with time_machine.travel(now, tick=True):
        grant = grant_on(lock)
        assert the_account().blocked_until == datetime(2027, 6, 30, 16, 0, tzinfo=UTC)
        assert alerts() == [("QuotaUsedUp", True)]
        calls = lock_cloud.total_calls()
    for days in (0.1, 1, 1.9):
        with time_machine.travel(now + timedelta(days=days), tick=True):
            run_due_jobs()
    assert lock_cloud.total_calls() == calls
    assert state_of(grant) == GrantState.FAILED


def test_the_month_rolls_over_and_guests_are_served_again(
    lock_cloud: LockCloud, lock: Lock
) -> None:
    lock_cloud.faults(quota=True)
    with time_machine.travel(datetime(2027, 6, 30, 15, 0, tzinfo=UTC), tick=True):
        grant = grant_on(lock)
    lock_cloud.all_well()
    with time_machine.travel(datetime(2027, 6, 30, 16, 1, tzinfo=UTC), tick=True):
        run_due_jobs()

    assert state_of(grant) == GrantState.READY
    assert alerts() == [("QuotaUsedUp", False)]


def test_a_guests_flow_fails_rather_than_hangs(lock_cloud: LockCloud, lock: Lock) -> None:
    lock_cloud.faults(quota=True)
    grant = grant_on(lock)
    assert state_of(grant) == GrantState.WAITING
    for seconds in (15, 30, 47):
        with after(seconds=seconds):
            run_due_jobs()

    assert state_of(grant) == GrantState.FAILED


def test_a_blocked_account_stops_no_other(lock_cloud: LockCloud, lock: Lock) -> None:
    LockAccount.objects.update(blocked_until=timezone.now() + timedelta(days=1))
    grant = grant_on(LockFactory())

    assert state_of(grant) == GrantState.READY


def test_a_reading_that_was_put_off_is_made_up_for(lock_cloud: LockCloud, lock: Lock) -> None:
    grant = grant_on(lock)
    lock_cloud.enter(lock, grant.pin)
    LockAccount.objects.update(blocked_until=timezone.now() + timedelta(seconds=30))
    Lock.objects.update(due_at=timezone.now(), records_wanted_since=timezone.now())
    run_due_jobs()
    assert lock_cloud.calls("lockRecord/list") == 0
    with after(seconds=31):
        run_due_jobs()

    assert grant.codes.get().first_used_at is not None
    assert the_account().blocked_until is None


@pytest.mark.parametrize("fault", ["rate_limit", "quota"])
def test_a_sweep_that_meets_a_limit_stops_the_others_too(
    lock_cloud: LockCloud, lock: Lock, fault: str
) -> None:
    grant_on(lock)
    lock_cloud.faults(**{fault: True})
    with after(minutes=6):
        run_due_jobs()

    assert the_account().blocked_until is not None
    assert lock_cloud.calls(LIST) + lock_cloud.calls("lock/list") == 1


def test_a_failing_gateway_is_no_limit(lock_cloud: LockCloud, lock: Lock) -> None:
    lock_cloud.faults(offline_gateways=[1, 2], error_codes=NO_OFFLINE_CODES)
    with time_machine.travel(timezone.now(), tick=False):  # a second try would be due in a second
        grant_on(lock)

    assert the_account().blocked_until is None
    assert lock_cloud.calls(ADD) == 1


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 6, 10, tzinfo=UTC), datetime(2026, 6, 30, 16, 0, tzinfo=UTC)),
        (datetime(2026, 6, 30, 16, 0, tzinfo=UTC), datetime(2026, 7, 31, 16, 0, tzinfo=UTC)),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), datetime(2027, 1, 31, 16, 0, tzinfo=UTC)),
    ],
)
def test_the_first_in_beijing(now: datetime, expected: datetime) -> None:
    assert quota_reset_after(now) == expected
