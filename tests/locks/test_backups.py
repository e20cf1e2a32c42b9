"""A pool of spare codes on each lock, for the guest whose own code fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from apps.common.jobs.sweeper import Sweeper
from apps.common.models import Alert
from apps.locks.models import AccessCode, AccessGrant, Lock, LockAccount
from apps.locks.selectors import list_current_codes
from apps.locks.services.backups import hand_out, owe_first_pools
from apps.locks.services.grants import revoke_access
from apps.locks.services.swaps import replace_code
from apps.locks.states import CodeKind, CodeState, GrantState
from tests.background import at_once, run_due_jobs
from tests.common.errands import wait_until
from tests.factories.locks import (
    AccessCodeFactory,
    AccessGrantFactory,
    LockFactory,
)
from tests.fakes.lock_cloud import LockCloud
from tests.locks.test_codes import ADD, GET, LIST, NO_OFFLINE_CODES, after, state_of
from tests.locks.test_grants import HOLDER, ask, request_for

pytestmark = pytest.mark.django_db
BACKUP = CodeKind.BACKUP


@pytest.fixture
def lock(lock_cloud: LockCloud) -> Lock:
    lock: Lock = LockFactory()
    return lock


@pytest.fixture
def three(settings: Settings) -> None:
    settings.BACKUP_CODES_PER_LOCK = 3


@pytest.fixture
def pool(three: None, lock: Lock) -> list[AccessCode]:
    """Three spare codes are on the lock."""
    Lock.objects.update(due_at=timezone.now())
    run_due_jobs()
    return pool_of(lock)


def pool_of(lock: Lock) -> list[AccessCode]:
    codes = AccessCode.objects.filter(lock=lock, kind=BACKUP, state=CodeState.SET)
    return list(codes.filter(grant__holder__startswith="pool:").order_by("asked_at"))


def shown(grant: AccessGrant) -> list[tuple[str, str]]:
    codes = list_current_codes(grant)
    return [(code.kind, code.shown_digits) for code in codes if code.shown_digits]


def test_there_is_no_pool_unless_it_is_asked_for(lock_cloud: LockCloud, lock: Lock) -> None:
    owe_first_pools()
    Lock.objects.update(due_at=timezone.now())
    run_due_jobs()
    with after(hours=7):
        ask(request_for([lock]))
        run_due_jobs()
    with after(hours=14):
        run_due_jobs()

    assert not AccessCode.objects.filter(kind=BACKUP).exists()
    assert lock_cloud.calls(ADD) == 1


@pytest.mark.usefixtures("three")
def test_a_lock_gets_its_pool_after_the_first_look(lock_cloud: LockCloud, lock: Lock) -> None:
    ask(request_for([lock]))
    run_due_jobs()
    assert pool_of(lock) == []

    with after(minutes=6):
        run_due_jobs()

    assert len(pool_of(lock)) == 3
    assert len(lock_cloud.codes_on(lock)) == 4


def test_spare_codes_open_and_differ(lock_cloud: LockCloud, pool: list[AccessCode]) -> None:
    assert len({code.digits for code in pool}) == 3
    for code in pool:
        assert len(code.digits) == 4
        assert lock_cloud.enter(code.lock, code.digits) == "OPENED"


def test_a_full_pool_is_left_alone(
    lock_cloud: LockCloud, lock: Lock, pool: list[AccessCode]
) -> None:
    for hours in (7, 14):
        with after(hours=hours):
            run_due_jobs()

    assert pool_of(lock) == pool
    assert lock_cloud.calls(ADD) == 3


def test_the_code_that_is_handed_out_takes_over_the_guests_hours_and_the_pool_refills(
    lock_cloud: LockCloud, lock: Lock, pool: list[AccessCode]
) -> None:
    grant = ask(request_for([lock]))
    run_due_jobs()
    replace_code(grant_id=grant.pk, lock=lock, actor="tests", reason="It does not open.")
    run_due_jobs()

    [code] = grant.codes.filter(kind=BACKUP)
    assert code in pool
    assert (code.starts_at, code.ends_at) == (grant.starts_at, grant.ends_at)
    [row] = [row for row in lock_cloud.listed(lock) if row["code"] == code.digits]
    assert row["ends_at"] == grant.ends_at.isoformat()
    assert len(pool_of(lock)) == 3
    assert shown(grant) == [(BACKUP, code.digits)]


def test_a_guest_gets_one_spare_code_for_a_lock_however_often_they_ask(
    lock_cloud: LockCloud, lock: Lock, pool: list[AccessCode]
) -> None:
    grant = ask(request_for([lock]))
    run_due_jobs()
    with transaction.atomic():
        given = [hand_out(grant, lock, actor="tests", reason="Asked.") for _ in range(3)]

    assert len({code.pk for code in given if code}) == 1
    assert grant.history.filter(event="backup handed out").count() == 1


def test_the_code_leaves_the_lock_with_its_guest(
    lock_cloud: LockCloud, lock: Lock, pool: list[AccessCode]
) -> None:
    grant = ask(request_for([lock]))
    run_due_jobs()
    replace_code(grant_id=grant.pk, lock=lock, actor="tests", reason="It does not open.")
    run_due_jobs()
    [code] = grant.codes.filter(kind=BACKUP)
    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
    run_due_jobs()

    assert code.digits not in lock_cloud.codes_on(lock)
    assert sorted(lock_cloud.codes_on(lock)) == sorted(row.digits for row in pool_of(lock))


def test_an_arriving_guest_whose_code_cant_be_set_gets_a_spare_one_at_once(
    lock_cloud: LockCloud, lock: Lock, pool: list[AccessCode]
) -> None:
    lock_cloud.faults(offline_gateways=[1, 2])
    grant = ask(request_for([lock]))
    run_due_jobs()

    assert state_of(grant) == GrantState.READY
    [(kind, digits)] = shown(grant)
    assert kind == BACKUP
    assert lock_cloud.enter(lock, digits) == "OPENED"
    assert lock_cloud.calls(GET) == 0

    lock_cloud.all_well()
    with after(seconds=40):
        run_due_jobs()
    assert shown(grant) == [(BACKUP, digits)]  # nobody changes a code that works


def test_a_code_that_is_refused_for_good_is_replaced_by_a_spare_one(
    lock_cloud: LockCloud, lock: Lock, pool: list[AccessCode]
) -> None:
    lock_cloud.faults(error_codes={ADD: {"errcode": -2018}})
    grant = ask(request_for([lock]))
    run_due_jobs()

    assert state_of(grant) == GrantState.READY
    assert [kind for kind, _ in shown(grant)] == [BACKUP]


def test_a_guest_of_next_week_leaves_the_pool_alone(
    lock_cloud: LockCloud, lock: Lock, pool: list[AccessCode]
) -> None:
    lock_cloud.faults(offline_gateways=[1, 2], error_codes=NO_OFFLINE_CODES)
    next_week = timezone.now() + timedelta(days=7)
    grant = ask(request_for([lock], starts_at=next_week, ends_at=next_week + timedelta(days=1)))
    for seconds in (0, 50):
        with after(seconds=seconds):
            run_due_jobs()

    assert state_of(grant) == GrantState.FAILED
    assert pool_of(lock) == pool


def test_a_door_that_is_open_already_costs_no_spare_code(
    lock_cloud: LockCloud, lock: Lock, settings: Settings
) -> None:
    lock_cloud.faults(offline_gateways=[1, 2])
    grant = ask(request_for([lock]))
    run_due_jobs()
    assert [kind for kind, _ in shown(grant)] == [CodeKind.OFFLINE]
    spare_code(lock)
    for seconds in (30, 60):
        with after(seconds=seconds):
            run_due_jobs()

    assert [kind for kind, _ in shown(grant)] == [CodeKind.OFFLINE]
    assert len(pool_of(lock)) == 1


def test_a_backup_code_is_shown_instead_of_an_offline_one_that_does_not_work(
    lock_cloud: LockCloud, lock: Lock
) -> None:
    lock_cloud.faults(offline_gateways=[1, 2])
    grant = ask(request_for([lock]))
    run_due_jobs()
    backup = spare_code(lock)
    replace_code(grant_id=grant.pk, lock=lock, actor="tests", reason="It does not open.")

    assert shown(grant) == [(BACKUP, backup.digits)]


def spare_code(lock: Lock) -> AccessCode:
    """One code of a pool, as the database has it."""

    grant = AccessGrantFactory(
        account=lock.account,
        holder="pool:1",
        code_kind=BACKUP,
        locks=[lock],
        pin="8282",
        ready=True,
        ends_at=timezone.now() + timedelta(days=90),
    )
    code: AccessCode = AccessCodeFactory(grant=grant, lock=lock, kind=BACKUP, on_the_lock=True)
    return code


def test_a_spare_code_that_cant_be_set_takes_none_from_its_own_pool(
    lock_cloud: LockCloud, lock: Lock, pool: list[AccessCode], settings: Settings
) -> None:
    lock_cloud.faults(offline_gateways=[1, 2])
    settings.BACKUP_CODES_PER_LOCK = 4
    with after(hours=7):
        run_due_jobs()
        with after(hours=7, seconds=60):
            run_due_jobs()

    assert pool_of(lock) == pool
    assert not Alert.objects.filter(kind="code_not_set").exists()  # no guest waits for it


def test_digits_that_a_lock_refuses_for_the_pool_are_changed(
    lock_cloud: LockCloud, lock: Lock, three: None
) -> None:
    lock_cloud.faults(error_codes={ADD: {"errcode": -3006, "count": 1}})
    Lock.objects.update(due_at=timezone.now())
    run_due_jobs()

    assert len(pool_of(lock)) == 3


def test_old_spare_codes_are_rotated(
    lock_cloud: LockCloud, lock: Lock, pool: list[AccessCode]
) -> None:
    with after(days=121):
        for _ in range(2):
            Lock.objects.update(due_at=timezone.now())
            run_due_jobs()
        fresh = pool_of(lock)

    assert len(fresh) == 3
    assert not {code.pk for code in fresh} & {code.pk for code in pool}
    assert sorted(lock_cloud.codes_on(lock)) == sorted(code.digits for code in fresh)


def test_a_smaller_pool_lets_the_oldest_go(
    lock_cloud: LockCloud, lock: Lock, pool: list[AccessCode], settings: Settings
) -> None:
    settings.BACKUP_CODES_PER_LOCK = 1
    lock_cloud.faults(offline_gateways=[1, 2])  # the removals have to wait
    for hours in (7, 14, 21):
        with after(hours=hours):
            run_due_jobs()

    assert len(pool_of(lock)) == 1
    retired = AccessCode.objects.filter(kind=BACKUP).exclude(state=CodeState.SET)
    assert retired.count() == 2
    assert AccessGrant.objects.filter(state=GrantState.ENDED).count() == 2
    for grant in AccessGrant.objects.filter(state=GrantState.ENDED):
        assert grant.history.filter(event="revoked").count() == 1


def test_a_handed_out_code_that_somebody_deleted_makes_room_for_the_chosen_one(
    lock_cloud: LockCloud, lock: Lock, pool: list[AccessCode]
) -> None:
    grant = ask(request_for([lock]))
    run_due_jobs()
    replace_code(grant_id=grant.pk, lock=lock, actor="tests", reason="It does not open.")
    run_due_jobs()
    [code] = grant.codes.filter(kind=BACKUP)
    [row] = [row for row in lock_cloud.listed(lock) if row["code"] == code.digits]
    lock_cloud.delete_elsewhere(lock, row["keyboard_pwd_id"])
    lock_cloud.add_foreign_code(lock, code.digits)
    with after(hours=7):
        run_due_jobs()
        with after(hours=7, seconds=10):
            run_due_jobs()

    assert state_of(grant) == GrantState.READY
    assert shown(grant) == [(CodeKind.CUSTOM, grant.pin)]


@pytest.mark.django_db(transaction=True)
def test_two_guests_at_once_never_get_the_same_spare_code(lock: Lock, three: None) -> None:
    """Three codes, four guests who ask at the same moment, one of them twice."""
    Lock.objects.update(due_at=timezone.now())
    run_due_jobs()
    grants = [ask(request_for([lock], holder=f"tests:{n}")) for n in range(4)]

    def take(grant: AccessGrant) -> object:
        with transaction.atomic():
            held = AccessGrant.objects.select_for_update().get(pk=grant.pk)
            code = hand_out(held, lock, actor="tests", reason="Asked.")
            return code and code.pk

    given = at_once(*[lambda grant=grant: take(grant) for grant in [*grants, grants[0]]])

    assert not [result for result in given if isinstance(result, Exception)], given
    assert given[0] == given[4]
    codes = [code for code in given[:4] if code]
    assert len(codes) == len(set(codes)) == 3


@pytest.mark.django_db(transaction=True)
def test_a_workers_start_begins_the_pools_of_locks_that_never_had_a_code(
    lock_cloud: LockCloud, lock: Lock, three: None
) -> None:
    sweeper = Sweeper(interval=0.1)
    sweeper.start()
    try:
        wait_until(lambda: len(pool_of(lock)) == 3)
    finally:
        sweeper.stop()

    assert LockAccount.objects.get().due_at is not None


def test_without_a_pool_a_workers_start_owes_nothing(lock_cloud: LockCloud, lock: Lock) -> None:
    owe_first_pools()
    run_due_jobs()

    assert Lock.objects.get().due_at is None
    assert lock_cloud.calls(LIST) == lock_cloud.calls("lock/list") == 0


@pytest.mark.usefixtures("three")
def test_a_lock_added_later_gets_its_pool_when_the_account_is_looked_at(
    lock_cloud: LockCloud, lock: Lock
) -> None:
    owe_first_pools()
    run_due_jobs()
    added = LockFactory(account=lock.account)
    with after(hours=7):
        run_due_jobs()

    assert len(pool_of(added)) == 3
