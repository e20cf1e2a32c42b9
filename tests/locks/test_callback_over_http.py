"""The callback's door behind the real server: whatever is posted, the next true hint is taken."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.utils import timezone
from huey.contrib.djhuey import HUEY
from pytest_django import Settings

from apps.locks.models import AccessCode, Lock
from apps.locks.states import CodeState
from tests.background import run_due_jobs
from tests.common.errands import wait_until
from tests.factories.locks import LockFactory
from tests.fakes.lock_cloud import LockCloud
from tests.live_server import server as server
from tests.locks.test_grants import ask, request_for

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "tests-only-callback-path"
FORM = "application/x-www-form-urlencoded"
LONG = 30  # seconds; a generous end, never an expectation


@pytest.fixture
def door(settings: Settings, lock_cloud: LockCloud, server: str) -> Iterator[str]:
    """The callback's address."""
    settings.TTLOCK_CALLBACK_SECRET = SECRET
    HUEY.flush()
    yield f"http://{urlsplit(server).netloc}/api/locks/ttlock/callback/{SECRET}/"
    HUEY.flush()


def wait_for_work_until(is_so: Callable[[], bool]) -> None:
    """Where the server has no worker beside it, the test is the worker."""

    def is_done() -> bool:
        run_due_jobs()
        return is_so()

    wait_until(is_done)


def entry(digits: str, **changes: Any) -> dict[str, Any]:
    now = int(timezone.now().timestamp() * 1000)
    return {"recordType": 4, "success": 1, "keyboardPwd": digits, "lockDate": now} | changes


def test_no_bad_post_keeps_the_next_true_one_from_being_taken(
    door: str, lock_cloud: LockCloud
) -> None:
    lock: Lock = LockFactory()
    known = str(lock.vendor_lock_id)
    grant = ask(request_for([lock]))
    wait_for_work_until(lambda: AccessCode.objects.filter(state=CodeState.SET).exists())
    bad: list[dict[str, Any]] = [
        {"data": {"name": "Somebody", "message": "a form of another site"}},
        {"data": {"notifyType": "1", "lockId": "12", "records": json.dumps([entry(grant.pin)])}},
        {"data": {"notifyType": "1", "lockId": "twelve", "records": "[]"}},
        {"data": {"notifyType": "4", "lockId": "0x10", "objectId": "x"}},
        {"data": {"notifyType": "2", "gatewayId": "seven"}},
        {"data": {"notifyType": "1", "lockId": known, "records": "{" * 100_000}},
        {"files": {"records": ("records.json", b"[]")}, "data": {"lockId": known}},
        {"data": b"\xff\xfe", "headers": {"Content-Type": FORM}},
    ]
    for post in bad:
        answer = requests.post(door, timeout=LONG, **post)
        assert (answer.status_code, answer.content) == (200, b"success")
    million = {"notifyType": "1", "lockId": known, "records": "[" + "{}," * 999_999 + "{}]"}
    assert requests.post(door, data=million, timeout=LONG).status_code == 413
    assert AccessCode.objects.get().first_used_at is None

    lock_cloud.enter(lock, grant.pin)
    true = {"notifyType": "1", "lockId": known, "records": json.dumps([entry(grant.pin)])}
    assert requests.post(door, data=true, timeout=LONG).content == b"success"
    wait_for_work_until(lambda: AccessCode.objects.get().first_used_at is not None)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_posts_are_taken(door: str, method: str) -> None:
    assert requests.request(method, door, timeout=LONG).status_code == 405


def test_another_path_is_not_there(door: str) -> None:
    elsewhere = door.replace(SECRET, "guessed")
    assert requests.post(elsewhere, data={"notifyType": "1"}, timeout=LONG).status_code == 404
