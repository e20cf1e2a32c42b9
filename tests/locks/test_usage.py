"""Who opened which door, as the lock's own records say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.locks.models import AccessGrant, Lock, LockUse
from apps.locks.services.callbacks import want_records
from apps.locks.services.grants import revoke_access
from apps.locks.services.usage import note_use
from apps.locks.signals import access_grant_changed
from apps.locks.states import CodeState, GrantState
from tests.background import run_due_jobs
from tests.factories.locks import LockFactory
from tests.fakes.lock_cloud import LockCloud
from tests.locks.test_codes import after, code_on, state_of
from tests.locks.test_grants import HOLDER, ask, request_for

pytestmark = pytest.mark.django_db
RECORDS = "lockRecord/list"


@pytest.fixture
def lock(lock_cloud: LockCloud) -> Lock:
    lock: Lock = LockFactory()
    return lock


@pytest.fixture
def grant(lock: Lock) -> AccessGrant:
    grant = ask(request_for([lock]))
    run_due_jobs()
    return grant


@pytest.fixture
def news() -> Iterator[list[AccessGrant]]:
    """Every grant of which the rooms above are told, in order."""
    heard: list[AccessGrant] = []

    def hear(grant: AccessGrant, **_: object) -> None:
        heard.append(grant)

    access_grant_changed.connect(hear)
    yield heard
    access_grant_changed.disconnect(hear)


def read(lock: Lock) -> None:
    want_records(lock, since=timezone.now())
    run_due_jobs()


def test_the_first_use_is_told_upwards(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant, news: list[AccessGrant]
) -> None:
    lock_cloud.enter(lock, grant.pin)
    read(lock)
    assert [row.pk for row in news] == [grant.pk]

    lock_cloud.enter(lock, grant.pin)
    read(lock)
    assert len(news) == 1


def test_each_opening_is_kept_once(lock_cloud: LockCloud, lock: Lock, grant: AccessGrant) -> None:
    for second in range(3):
        with after(seconds=second):
            lock_cloud.enter(lock, grant.pin)
    with after(seconds=5):
        for _ in range(3):
            read(lock)

    assert LockUse.objects.count() == 3


def test_of_several_openings_the_earliest_is_the_first_use(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    """The cloud lists the newest first."""
    for second in range(3):
        with after(seconds=second):
            lock_cloud.enter(lock, grant.pin)
    with after(seconds=5):
        read(lock)

    assert code_on(lock).first_used_at == min(LockUse.objects.values_list("happened_at", flat=True))


def test_an_opening_that_is_heard_of_late_moves_the_first_use_back(
    lock: Lock, grant: AccessGrant, news: list[AccessGrant]
) -> None:
    now = timezone.now()
    for minutes in (5, 9, 2):
        note_use(code_on(lock), happened_at=now - timedelta(minutes=minutes), record_id=None)

    assert code_on(lock).first_used_at == now - timedelta(minutes=9)
    assert LockUse.objects.count() == 3
    assert grant.history.filter(event="used").count() == 1


def test_records_that_waited_at_the_lock_are_found(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    lock_cloud.faults(offline_gateways=[1, 2])
    lock_cloud.enter(lock, grant.pin)
    used_at = timezone.now()
    read(lock)
    assert code_on(lock).first_used_at is None
    with after(hours=20):
        lock_cloud.all_well()
        want_records(lock, since=used_at)
        run_due_jobs()

    first_used_at = code_on(lock).first_used_at
    assert first_used_at is not None
    assert first_used_at - used_at < timedelta(minutes=1)


@pytest.mark.parametrize("skew", [-3600, 3600])
def test_a_lock_whose_clock_is_off_is_heard_all_the_same(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant, skew: int
) -> None:
    with after(hours=2):
        lock_cloud.faults(clock_skew_seconds=skew)
        lock_cloud.enter(lock, grant.pin)
        want_records(lock, since=timezone.now() + timedelta(seconds=min(skew, 0)))
        run_due_jobs()

    assert code_on(lock).first_used_at is not None


def test_a_refused_code_is_no_use(lock_cloud: LockCloud, lock: Lock, grant: AccessGrant) -> None:
    lock_cloud.enter(lock, "000000")
    with after(days=3):
        lock_cloud.enter(lock, grant.pin)  # its hours are over
        read(lock)

    assert not LockUse.objects.exists()


def test_somebody_elses_code_is_not_the_guests_arrival(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    lock_cloud.add_foreign_code(lock, "90210")
    lock_cloud.enter(lock, "90210")
    read(lock)

    assert code_on(lock).first_used_at is None
    assert not LockUse.objects.exists()


def test_an_earlier_guest_with_the_same_digits_is_not_this_ones_arrival(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    lock_cloud.enter(lock, grant.pin)
    earlier = timezone.now()
    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
    run_due_jobs()
    later = ask(request_for([lock], holder="tests:later"))
    AccessGrant.objects.filter(pk=later.pk).update(pin=grant.pin)
    code = later.codes.get()
    code.digits, code.digits_digest = grant.pin, grant.codes.get().digits_digest
    code.save()
    run_due_jobs()
    assert lock_cloud.codes_on(lock) == [grant.pin]

    want_records(lock, since=earlier)
    run_due_jobs()

    code.refresh_from_db()
    assert code.state == CodeState.SET
    assert code.first_used_at is None


def test_a_hint_that_comes_while_the_records_are_read_stays(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    now = timezone.now()
    want_records(lock, since=now)
    want_records(lock, since=now - timedelta(hours=1))
    want_records(lock, since=now + timedelta(minutes=1))

    assert Lock.objects.get().records_wanted_since == now - timedelta(hours=1)
    run_due_jobs()
    assert Lock.objects.get().records_wanted_since is None


def test_a_reading_that_fails_is_owed_still(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    lock_cloud.enter(lock, grant.pin)
    lock_cloud.faults(error_codes={"lockRecord/list": {"errcode": 90000, "count": 1}})
    read(lock)
    assert code_on(lock).first_used_at is None
    with after(minutes=3):
        run_due_jobs()

    assert code_on(lock).first_used_at is not None


def test_a_use_after_the_grants_end_is_noted_and_gives_nothing_back(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    lock_cloud.enter(lock, grant.pin)
    lock_cloud.faults(offline_gateways=[1, 2])
    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
    run_due_jobs()
    read(lock)

    assert LockUse.objects.count() == 1
    assert state_of(grant) == GrantState.ENDED


def test_a_use_whose_callback_was_lost_is_found_by_the_next_look(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant, news: list[AccessGrant]
) -> None:
    lock_cloud.enter(lock, grant.pin)
    with after(minutes=6):
        run_due_jobs()

    assert code_on(lock).first_used_at is not None
    assert [row.pk for row in news] == [grant.pk]


@pytest.mark.parametrize("is_used", [True, False], ids=["used already", "not begun"])
def test_a_look_reads_no_records_where_no_first_use_can_be_missed(
    lock_cloud: LockCloud, lock: Lock, is_used: bool
) -> None:
    hours_ahead = timedelta(hours=0 if is_used else 20)
    starts_at = timezone.now().replace(second=0, microsecond=0) + hours_ahead
    grant = ask(request_for([lock], starts_at=starts_at, ends_at=starts_at + timedelta(days=2)))
    run_due_jobs()
    if is_used:
        lock_cloud.enter(lock, grant.pin)
        read(lock)
    before = lock_cloud.calls(RECORDS)
    with after(minutes=6):
        run_due_jobs()

    assert code_on(lock).verified_at is not None, "the look took place"
    assert lock_cloud.calls(RECORDS) == before
