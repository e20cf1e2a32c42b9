"""A guest says that a code does not work: another one, by another way."""

from __future__ import annotations

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.common.models import Alert
from apps.locks.errors import NoOtherCode
from apps.locks.models import AccessGrant, Lock
from apps.locks.selectors import list_current_codes
from apps.locks.services.grants import revoke_access
from apps.locks.services.swaps import replace_code
from apps.locks.states import CodeKind, CodeState, GrantState
from tests.background import run_due_jobs
from tests.factories.locks import LockFactory
from tests.fakes.lock_cloud import LockCloud
from tests.locks.test_codes import GET, after, state_of
from tests.locks.test_grants import HOLDER, ask, request_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def doors(lock_cloud: LockCloud) -> list[Lock]:
    front = LockFactory(front_door=True)
    return [front, LockFactory(account=front.account)]


@pytest.fixture
def grant(doors: list[Lock]) -> AccessGrant:
    grant = ask(request_for(doors))
    run_due_jobs()
    return grant


@pytest.fixture
def pool(settings: Settings, doors: list[Lock]) -> None:
    settings.BACKUP_CODES_PER_LOCK = 2
    Lock.objects.update(due_at=timezone.now())
    run_due_jobs()


def swap(grant: AccessGrant, lock: Lock) -> None:
    replace_code(grant_id=grant.pk, lock=lock, actor="guest", reason="It does not open.")
    run_due_jobs()


def shown_on(lock: Lock, grant: AccessGrant) -> list[tuple[str, str]]:
    codes = list_current_codes(grant).filter(lock=lock)
    return [(code.kind, code.shown_digits) for code in codes if code.shown_digits]


@pytest.mark.usefixtures("pool")
def test_a_spare_code_comes_first_and_the_replaced_one_leaves_the_lock(
    lock_cloud: LockCloud, doors: list[Lock], grant: AccessGrant
) -> None:
    swap(grant, doors[1])

    [(kind, digits)] = shown_on(doors[1], grant)
    assert kind == CodeKind.BACKUP
    assert lock_cloud.enter(doors[1], digits) == "OPENED"
    assert grant.pin not in lock_cloud.codes_on(doors[1])
    assert lock_cloud.calls(GET) == 0


def test_without_a_pool_an_offline_code_stands_in(
    lock_cloud: LockCloud, doors: list[Lock], grant: AccessGrant
) -> None:
    swap(grant, doors[1])

    [(kind, digits)] = shown_on(doors[1], grant)
    assert kind == CodeKind.OFFLINE
    assert lock_cloud.codes_on(doors[1]) == [digits]
    assert lock_cloud.enter(doors[1], digits) == "OPENED"


def test_the_other_doors_keep_their_code(
    lock_cloud: LockCloud, doors: list[Lock], grant: AccessGrant
) -> None:
    swap(grant, doors[1])

    assert shown_on(doors[0], grant) == [(CodeKind.CUSTOM, grant.pin)]
    assert state_of(grant) == GrantState.READY


def test_the_stand_in_stays_for_good(
    lock_cloud: LockCloud, doors: list[Lock], grant: AccessGrant
) -> None:
    swap(grant, doors[1])
    before = shown_on(doors[1], grant)
    for hours in (1, 7):
        with after(hours=hours):
            run_due_jobs()

    assert shown_on(doors[1], grant) == before
    assert state_of(grant) == GrantState.READY


def test_asking_again_changes_nothing(
    lock_cloud: LockCloud, doors: list[Lock], grant: AccessGrant, settings: Settings
) -> None:
    swap(grant, doors[1])
    before = shown_on(doors[1], grant)
    settings.BACKUP_CODES_PER_LOCK = 2
    Lock.objects.update(due_at=timezone.now())
    run_due_jobs()
    swap(grant, doors[1])

    assert shown_on(doors[1], grant) == before
    assert lock_cloud.calls(GET) == 1


def test_the_old_code_opens_until_the_stand_in_does(
    lock_cloud: LockCloud, doors: list[Lock], grant: AccessGrant
) -> None:
    lock_cloud.faults(error_codes={GET: {"errcode": 90000}})
    swap(grant, doors[1])
    assert shown_on(doors[1], grant) == [(CodeKind.CUSTOM, grant.pin)]
    assert state_of(grant) == GrantState.READY

    lock_cloud.all_well()
    with after(seconds=60):
        run_due_jobs()
    assert [kind for kind, _ in shown_on(doors[1], grant)] == [CodeKind.OFFLINE]
    assert grant.pin not in lock_cloud.codes_on(doors[1])


def test_an_offline_code_that_is_there_already_becomes_the_stand_in(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    lock_cloud.faults(offline_gateways=[1, 2])
    grant = ask(request_for(doors))
    run_due_jobs()
    before = shown_on(doors[1], grant)
    swap(grant, doors[1])
    lock_cloud.all_well()
    with after(seconds=60):
        run_due_jobs()

    assert shown_on(doors[1], grant) == before
    assert shown_on(doors[0], grant) == [(CodeKind.CUSTOM, grant.pin)]
    assert not grant.codes.filter(lock=doors[1], kind=CodeKind.CUSTOM, state=CodeState.SET).exists()


def test_staff_are_told_once(doors: list[Lock], grant: AccessGrant) -> None:
    for _ in range(2):
        swap(grant, doors[1])

    [alert] = Alert.objects.filter(kind="code_does_not_work")
    assert doors[1].name in alert.message
    assert grant.history.filter(event="reported not to work", actor="guest").count() == 2


def test_staff_are_told_even_when_there_is_no_other_code(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    """A stay of more than a year is longer than any offline code."""
    request = request_for(doors)
    grant = ask(request_for(doors, ends_at=request.starts_at.replace(year=2099)))
    run_due_jobs()

    with pytest.raises(NoOtherCode):
        swap(grant, doors[1])

    assert Alert.objects.filter(kind="code_does_not_work").count() == 1
    assert shown_on(doors[1], grant) == [(CodeKind.CUSTOM, grant.pin)]


def test_after_the_stay_there_is_no_other_code(doors: list[Lock], grant: AccessGrant) -> None:
    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")

    with pytest.raises(NoOtherCode):
        swap(grant, doors[1])
    assert not Alert.objects.exists()
