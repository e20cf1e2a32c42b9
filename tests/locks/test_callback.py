"""The lock cloud's callback is a hint that anybody could send: what it points at is read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.common.models import Alert
from apps.locks.models import AccessCode, AccessGrant, Lock, LockAccount, LockUse
from apps.locks.services.callbacks import want_records
from tests.background import run_due_jobs
from tests.factories.locks import GatewayFactory, LockFactory
from tests.fakes.lock_cloud import LockCloud
from tests.locks.test_codes import LIST, after, code_on
from tests.locks.test_grants import ask, request_for

pytestmark = pytest.mark.django_db
SECRET = "tests-only-callback-path"
PATH = f"/api/locks/ttlock/callback/{SECRET}/"
RECORDS = "lockRecord/list"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def secret(settings: Settings) -> None:
    settings.TTLOCK_CALLBACK_SECRET = SECRET


@pytest.fixture
def lock(lock_cloud: LockCloud) -> Lock:
    lock: Lock = LockFactory()
    return lock


@pytest.fixture
def grant(lock: Lock) -> AccessGrant:
    grant = ask(request_for([lock]))
    run_due_jobs()
    return grant


Call = Callable[..., HttpResponse]


@pytest.fixture
def call(client: Client) -> Call:
    """Post the vendor's form; it is answered with the bare word whatever it says."""

    def post(**form: Any) -> HttpResponse:
        answer = client.post(PATH, urlencode(form), content_type=FORM)
        assert (answer.status_code, answer.content) == (200, b"success")
        return answer

    return post


def batch(lock: Lock, rows: object) -> dict[str, str]:
    body = rows if isinstance(rows, str) else json.dumps(rows)
    return {"notifyType": "1", "lockId": str(lock.vendor_lock_id), "records": body}


def opening(digits: str, **changes: Any) -> dict[str, Any]:
    """An entry as the vendor sends it: no record id."""
    now = int(timezone.now().timestamp() * 1000)
    entry = {"recordType": 4, "success": 1, "username": "", "keyboardPwd": digits, "lockDate": now}
    return entry | changes


def sent(cloud: LockCloud, lock: Lock) -> list[dict[str, Any]]:
    """What the cloud would send of what happened so far."""
    return [{k: v for k, v in row.items() if k != "recordId"} for row in cloud.records(lock)]


# -- the door ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["wrong", SECRET + "x", SECRET[:-1], "%C3%BC"])
def test_another_path_is_not_there_and_nothing_of_the_body_is_logged(
    client: Client, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    body = urlencode({"notifyType": "1", "lockId": "1000001", "records": "90210"})
    answer = client.post(f"/api/locks/ttlock/callback/{path}/", body, content_type=FORM)

    assert answer.status_code == 404
    assert "90210" not in caplog.text
    assert "1000001" not in caplog.text


def test_without_a_secret_there_is_no_door(client: Client, settings: Settings) -> None:
    settings.TTLOCK_CALLBACK_SECRET = ""

    assert client.post("/api/locks/ttlock/callback//").status_code == 404
    assert client.post(PATH).status_code == 404


def test_the_answer_is_the_bare_word(call: Call, lock: Lock) -> None:
    assert call(**batch(lock, []))["Content-Type"].startswith("text/plain")


def test_nothing_is_asked_of_the_cloud_before_the_answer(
    lock_cloud: LockCloud, call: Call, lock: Lock, grant: AccessGrant
) -> None:
    before = lock_cloud.total_calls()
    call(**batch(lock, [opening(grant.pin)]))

    assert lock_cloud.total_calls() == before


# -- first use -----------------------------------------------------------------------------------


def test_the_first_use_is_noted_when_the_records_say_so(
    lock_cloud: LockCloud, call: Call, lock: Lock, grant: AccessGrant
) -> None:
    lock_cloud.enter(lock, grant.pin)
    call(**batch(lock, sent(lock_cloud, lock)))
    run_due_jobs()

    assert code_on(lock).first_used_at is not None
    assert LockUse.objects.count() == 1
    assert grant.history.filter(event="used").count() == 1


def test_the_same_batch_ten_times_is_one_use_and_one_reading(
    lock_cloud: LockCloud, call: Call, lock: Lock, grant: AccessGrant
) -> None:
    lock_cloud.enter(lock, grant.pin)
    form = batch(lock, sent(lock_cloud, lock))
    reads = lock_cloud.calls(RECORDS)
    for _ in range(5):
        call(**form)
    run_due_jobs()
    for _ in range(5):
        call(**form)
        run_due_jobs()

    assert LockUse.objects.count() == 1
    assert lock_cloud.calls(RECORDS) == reads + 1


def test_a_forged_use_changes_nothing(
    lock_cloud: LockCloud, call: Call, lock: Lock, grant: AccessGrant
) -> None:
    before = AccessCode.objects.filter(lock=lock).values().get()
    call(**batch(lock, [opening(grant.pin)]))
    run_due_jobs()

    assert lock_cloud.calls(RECORDS) == 1
    assert AccessCode.objects.filter(lock=lock).values().get() == before
    assert not LockUse.objects.exists()
    assert not grant.history.filter(event="used").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"success": 0},
        {"recordType": 3},
        {"recordType": 12},
        {"keyboardPwd": "0000"},
        {"keyboardPwd": ""},
        {"keyboardPwd": "\ud800"},
        {"keyboardPwd": {"a": 1}},
        {"lockId": "x", "keyboardPwd": None},
    ],
)
def test_what_can_be_no_first_use_costs_no_call(
    lock_cloud: LockCloud, call: Call, lock: Lock, grant: AccessGrant, changes: dict[str, Any]
) -> None:
    call(**batch(lock, [opening(grant.pin, **changes)]))
    run_due_jobs()

    assert lock_cloud.calls(RECORDS) == 0


@pytest.mark.parametrize(
    "instant", [-(10**15), 0, 1, 10**13, 10**18, 1e308, "soon", None, True, [], "9" * 30]
)
def test_an_absurd_time_reads_neither_the_year_one_nor_for_ever(
    lock_cloud: LockCloud, call: Call, lock: Lock, grant: AccessGrant, instant: object
) -> None:
    lock_cloud.enter(lock, grant.pin)
    call(**batch(lock, [opening(grant.pin, lockDate=instant), opening(grant.pin)]))
    run_due_jobs()

    assert code_on(lock).first_used_at is not None
    assert lock_cloud.calls(RECORDS) == 1


# -- strange posts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        "{",
        "null",
        "7",
        '"[]"',
        "[" * 100_000,
        "[" + "9" * 5_000 + "]",
        '[null, 7, "x", [], {}, {"recordType": {}}]',
        "[NaN, Infinity, -Infinity]",
        "\x00",
        "",
    ],
    ids=[
        "broken",
        "null",
        "number",
        "string",
        "deep",
        "long number",
        "mixed",
        "not numbers",
        "nul",
        "empty",
    ],
)
def test_records_that_are_none_are_ignored(
    call: Call, lock: Lock, rows: str, caplog: pytest.LogCaptureFixture
) -> None:
    call(**batch(lock, rows))

    assert Lock.objects.get().records_wanted_since is None
    assert_no_digits(caplog)


@pytest.mark.parametrize("lock_id", ["", "x", "-1", "1.5", "٣", "9" * 18, "9" * 40, "1 or 1=1"])
def test_unknown_locks_are_ignored_with_a_line_in_the_log(
    call: Call, lock: Lock, lock_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    for kind in ("1", "4"):
        call(notifyType=kind, lockId=lock_id, records=json.dumps([opening("90210")]))

    assert "unknown_lock" in caplog.text
    assert_no_digits(caplog)
    assert Lock.objects.get().due_at is None


@pytest.mark.parametrize(
    "form", [{}, {"notifyType": "90210"}, {"notifyType": "7"}, {"pin": "90210"}]
)
def test_foreign_forms_are_ignored(
    call: Call, form: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    call(**form)

    assert_no_digits(caplog)


def test_a_batch_that_is_larger_than_any_lock_sends_is_cut(
    lock_cloud: LockCloud,
    call: Call,
    lock: Lock,
    grant: AccessGrant,
    queries_of: Callable[[Callable[[], Any]], int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    foreign = [{"recordType": 4, "success": 1, "keyboardPwd": str(1000 + n)} for n in range(5_000)]

    assert queries_of(lambda: call(**batch(lock, foreign))) < 10
    assert "many_records" in caplog.text
    assert_no_digits(caplog)


def test_what_was_cut_off_a_batch_is_read_from_the_records(
    lock_cloud: LockCloud, call: Call, lock: Lock, grant: AccessGrant
) -> None:
    lock_cloud.enter(lock, grant.pin)
    foreign = [opening(str(1000 + n)) for n in range(600)]
    call(**batch(lock, [*foreign, *sent(lock_cloud, lock)]))
    run_due_jobs()

    assert code_on(lock).first_used_at is not None


@pytest.mark.parametrize("rows", ["[" + "1," * 1_000_000 + "1]", "4711 " * 2_000_000])
def test_a_body_of_megabytes_is_answered_unread(
    client: Client, lock: Lock, rows: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = urlencode(batch(lock, rows))
    answer = client.post(PATH, body, content_type=FORM)

    assert (answer.status_code, answer.content) == (200, b"success")
    assert "unreadable" in caplog.text
    assert_no_digits(caplog)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("&".join(f"f{n}=1" for n in range(5_000)), FORM),
        ("no parts here", "multipart/form-data; boundary=x"),
        ("no boundary", "multipart/form-data"),
        ('{"pin": "90210"}', "application/json"),
        (b"notifyType=\xff\xfe&lockId=%ff", FORM),
        (b"", FORM),
    ],
)
def test_bodies_of_other_kinds_are_answered(
    client: Client, body: Any, content_type: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.post(PATH, body, content_type=content_type)

    assert (answer.status_code, answer.content) == (200, b"success")
    assert_no_digits(caplog)


def assert_no_digits(caplog: pytest.LogCaptureFixture) -> None:
    """No line repeats what may be a code."""
    for record in caplog.records:
        line: Any = record.msg if isinstance(record.msg, dict) else {"event": record.getMessage()}
        said = {key: line[key] for key in line if key not in {"timestamp", "request_id"}}
        assert not re.search(r"\d{4,}", str(said)), said


# -- other events --------------------------------------------------------------------------------


def test_a_gateway_that_came_or_went_leads_to_a_look_at_the_account(
    lock_cloud: LockCloud, call: Call, lock: Lock
) -> None:
    GatewayFactory(account=lock.account, vendor_gateway_id=1)
    call(notifyType="2", gatewayId="1", isOnline="0")
    run_due_jobs()

    assert lock_cloud.calls("gateway/list") == 1
    assert LockAccount.objects.get().due_at is not None


def test_a_wifi_lock_that_came_or_went_leads_to_a_look_at_the_account(
    lock_cloud: LockCloud, call: Call, lock: Lock
) -> None:
    call(notifyType="3", lockId=str(lock.vendor_lock_id), isOnline="0")
    run_due_jobs()

    assert lock_cloud.calls("lock/list") == 1


@pytest.mark.parametrize("gateway_id", ["", "x", "77", "9" * 40])
def test_an_unknown_gateway_leads_nowhere(
    lock_cloud: LockCloud, call: Call, lock: Lock, gateway_id: str
) -> None:
    call(notifyType="2", gatewayId=gateway_id, isOnline="0")
    run_due_jobs()

    assert lock_cloud.total_calls() == 0


def test_a_command_that_failed_later_is_looked_up_and_mended(
    lock_cloud: LockCloud, call: Call, lock: Lock, grant: AccessGrant
) -> None:
    lock_cloud.remove_behind_our_back(lock)
    code = code_on(lock)
    with after(seconds=1):
        call(
            notifyType="4",
            lockId=str(lock.vendor_lock_id),
            objectType="2",
            objectId=str(code.vendor_code_id),
            errcode="-3002",
        )
        run_due_jobs()

    assert lock_cloud.codes_on(lock) == [grant.pin]


def test_a_forged_failure_leaves_a_code_that_is_there_alone(
    lock_cloud: LockCloud, call: Call, lock: Lock, grant: AccessGrant
) -> None:
    code = code_on(lock)
    call(notifyType="4", lockId=str(lock.vendor_lock_id), objectId=str(code.vendor_code_id))
    run_due_jobs()

    assert code_on(lock).state == code.state
    assert lock_cloud.calls(LIST) == 1
    assert lock_cloud.calls("keyboardPwd/add") == 1


def test_a_tamper_alarm_reaches_staff_when_the_records_say_so(
    lock_cloud: LockCloud, call: Call, lock: Lock, grant: AccessGrant
) -> None:
    now = int(timezone.now().timestamp() * 1000)
    alarm = {"recordType": 44, "success": 1, "lockDate": now}
    call(**batch(lock, [alarm]))
    run_due_jobs()
    assert not Alert.objects.exists()

    lock_cloud.tamper(lock)
    call(**batch(lock, [alarm]))
    run_due_jobs()
    assert [alert.kind for alert in Alert.objects.all()] == ["tamper_alarm"]


def test_an_alarm_is_shown_for_a_day_and_the_next_one_is_news(
    lock_cloud: LockCloud, lock: Lock
) -> None:
    """Records are read again and again: yesterday's alarm does not come back with them."""
    lock_cloud.tamper(lock)
    day_before = timezone.now() - timedelta(minutes=5)
    want_records(lock, since=day_before)
    run_due_jobs()
    with after(hours=23):
        run_due_jobs()
        assert open_alarms() == ["tamper_alarm"]
    with after(hours=26):
        run_due_jobs()
        want_records(lock, since=day_before)
        run_due_jobs()
        assert open_alarms() == []

        lock_cloud.tamper(lock)
        want_records(lock, since=day_before)
        run_due_jobs()
        assert open_alarms() == ["tamper_alarm"]


def open_alarms() -> list[str]:
    return [alert.kind for alert in Alert.objects.filter(closed_at__isnull=True)]
