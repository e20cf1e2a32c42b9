"""Which changes of a grant those who listen are told of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone

from apps.common.jobs.runner import run_job
from apps.locks.models import AccessGrant, Lock
from apps.locks.services.grants import revive_access, revoke_access
from apps.locks.services.usage import note_use
from apps.locks.signals import access_grant_changed
from apps.locks.states import CodeState, GrantState
from tests.background import run_due_jobs
from tests.factories.locks import LockFactory
from tests.fakes.lock_cloud import LockCloud
from tests.locks.test_grants import HOLDER, ask, request_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def doors() -> list[Lock]:
    front = LockFactory(front_door=True)
    return [front, LockFactory(account=front.account)]


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """The states that a listener was told of."""
    states: list[str] = []

    def listen(*, grant: AccessGrant, **_: object) -> None:
        states.append(grant.state)

    access_grant_changed.connect(listen)
    yield states
    access_grant_changed.disconnect(listen)


def test_a_grant_is_no_news_until_its_last_door_opens(
    lock_cloud: LockCloud, doors: list[Lock], heard: list[str]
) -> None:
    grant = ask(request_for(doors))

    run_job("locks.AccessCode", str(grant.codes.get(lock=doors[0]).pk))
    grant.refresh_from_db()
    assert (grant.state, grant.due_at) == (GrantState.WAITING, None)

    run_due_jobs()
    assert heard == [GrantState.READY]


def test_an_opening_is_news_while_other_doors_wait(
    lock_cloud: LockCloud, doors: list[Lock], heard: list[str]
) -> None:
    grant = ask(request_for(doors))
    code = grant.codes.get(lock=doors[0])
    run_job("locks.AccessCode", str(code.pk))
    code.refresh_from_db()
    assert code.state == CodeState.SET

    note_use(code, happened_at=timezone.now(), record_id=None)

    run_job("locks.AccessGrant", str(grant.pk))
    assert heard == [GrantState.WAITING]


def test_a_grant_that_waits_again_after_its_end_is_news(
    doors: list[Lock], heard: list[str]
) -> None:
    grant = ask(request_for(doors))
    revoke_access(holder=HOLDER, actor="tests", reason="A test takes it back.")
    run_job("locks.AccessGrant", str(grant.pk))

    revive_access(holder=HOLDER, actor="tests", reason="A test gives it back.")
    run_job("locks.AccessGrant", str(grant.pk))

    assert heard == [GrantState.ENDED, GrantState.WAITING]
