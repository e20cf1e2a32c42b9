"""An answer proves no removal, and no writing either: the list is looked at afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from apps.locks.models import AccessCode, Lock
from apps.locks.services import cloud as clients
from apps.locks.services.grants import revoke_access
from apps.locks.states import CodeState
from tests.background import run_due_jobs
from tests.factories.locks import LockAccountFactory, LockFactory
from tests.fakes.lockcloud import CLIENT_ID, CLIENT_SECRET, PASSWORD, USERNAME, LockCloud
from tests.locks.test_grants import HOLDER, ask, request_for

pytestmark = pytest.mark.django_db
A_WHILE = timedelta(minutes=6)


@pytest.fixture
def cloud(settings: Settings) -> Iterator[LockCloud]:
    with LockCloud() as running:
        settings.TTLOCK_API_URL = running.url
        clients._client.cache_clear()
        yield running
        clients._client.cache_clear()


@pytest.fixture
def door(cloud: LockCloud) -> Lock:
    account = LockAccountFactory(
        client_id=CLIENT_ID, client_secret=CLIENT_SECRET, username=USERNAME, password=PASSWORD
    )
    return LockFactory(account=account)


def test_a_removal_that_was_only_said_is_found_out_within_minutes(
    cloud: LockCloud, door: Lock
) -> None:
    ask(request_for([door]))
    run_due_jobs()
    with time_machine.travel(timezone.now() + 3 * A_WHILE) as clock:
        run_due_jobs()  # the code is seen in the list: nothing is left to look for
        cloud.fault("phantom", call="keyboardPwd/delete")
        revoke_access(holder=HOLDER, actor="tests", reason="Taken back.")
        run_due_jobs()
        assert AccessCode.objects.get().state == CodeState.REMOVED
        assert cloud.memory(door.vendor_lock_id)

        clock.shift(A_WHILE)
        run_due_jobs()

    assert not cloud.memory(door.vendor_lock_id)
    assert AccessCode.objects.get().state == CodeState.REMOVED


def test_a_code_that_the_lock_never_got_is_written_anew_with_the_same_pin(
    cloud: LockCloud, door: Lock
) -> None:
    cloud.fault("phantom", call="keyboardPwd/add", seconds=5)
    grant = ask(request_for([door]))
    run_due_jobs()
    assert not cloud.memory(door.vendor_lock_id)

    with time_machine.travel(timezone.now() + A_WHILE) as clock:
        run_due_jobs()
        clock.shift(A_WHILE)
        run_due_jobs()

    grant.refresh_from_db()
    assert set(cloud.memory(door.vendor_lock_id)) == {grant.pin}
    assert AccessCode.objects.filter(state=CodeState.SET).count() == 1
