"""Codes, tokens and keys stay out of reprs, error texts, tracebacks and log lines."""

import json
import logging
import traceback
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.locks.ttlock.answers import LockInfo
from apps.locks.ttlock.client import TTLockClient
from apps.locks.ttlock.errors import LockCloudError
from apps.locks.ttlock.masking import LONGEST_SENTENCE, mask
from tests.locks.ttlock.conftest import signed_in
from tests.locks.ttlock.scripted_cloud import Scripted, ScriptedCloud

STAY: dict[str, Any] = {
    "starts_at": datetime(2026, 6, 1, 14, tzinfo=UTC),
    "ends_at": datetime(2026, 6, 3, 10, tzinfo=UTC),
}
CODE = "482613"
SECRETS = [
    CODE,
    "access-1",
    "refresh-1",
    "application-secret",
    "desk@example.com",
    "correct horse",
    "3cb4e732631f47e6eb961f34554b7cde",
]

FAILING: dict[str, Scripted] = {
    "an errmsg that quotes the request": Scripted(
        body=json.dumps(
            {
                "errcode": -3007,
                "errmsg": f"{CODE} of access-1",
                "description": f"密码{CODE}已存在",
            }
        ).encode()
    ),
    "a broken connection": Scripted(fault="reset"),
    "garbage that quotes the request": Scripted(body=f"<p>{CODE} access-1</p>".encode()),
    "a status with a body that quotes": Scripted(status=500, body=f"{CODE} access-1".encode()),
}


@pytest.mark.parametrize("name", FAILING)
def test_failures_show_no_secret_in_texts_tracebacks_and_logs(
    name: str, client: TTLockClient, cloud: ScriptedCloud, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cloud.script(FAILING[name], FAILING[name])
    shown = []
    with pytest.raises(LockCloudError) as caught:
        client.add_passcode(lock_id=7, code=CODE, name="BK-1", **STAY)
    shown += traceback.format_exception(caught.value)
    with pytest.raises(LockCloudError) as caught:
        list(client.list_passcodes(lock_id=7, search=CODE))
    shown += traceback.format_exception(caught.value)
    shown += [str(caught.value), repr(caught.value), caplog.text]
    text = "".join(shown)
    assert "keyboardPwd/add" in text
    assert [secret for secret in SECRETS if secret in text] == []


def test_no_library_exception_hangs_behind_an_error(
    make_client: Callable[..., TTLockClient], cloud: ScriptedCloud
) -> None:
    """The HTTP library's exceptions quote the URL, and with it the token and the code."""
    client = make_client(tokens=signed_in())
    cloud.script(Scripted(fault="reset"))
    with pytest.raises(LockCloudError) as caught:
        client.battery(lock_id=7)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_successes_show_no_secret_in_logs(
    client: TTLockClient, cloud: ScriptedCloud, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cloud.say(
        {"keyboardPwdId": 5}, {"list": [{"keyboardPwdId": 5, "keyboardPwd": CODE}], "pages": 1}
    )
    client.add_passcode(lock_id=7, code=CODE, name="BK-1", **STAY)
    list(client.list_passcodes(lock_id=7, search=CODE))
    assert "lock/listKeyboardPwd" in caplog.text
    assert [secret for secret in SECRETS if secret in caplog.text] == []


def test_what_holds_a_code_does_not_show_it(client: TTLockClient, cloud: ScriptedCloud) -> None:
    cloud.say(
        {"list": [{"keyboardPwdId": 5, "keyboardPwd": CODE}], "pages": 1},
        {"list": [{"keyboardPwd": CODE, "username": "desk@example.com"}], "pages": 1},
        {"keyboardPwd": CODE},
    )
    shown: list[Any] = [
        *client.list_passcodes(lock_id=7),
        *client.list_records(lock_id=7, since=STAY["starts_at"], until=STAY["ends_at"]),
        client.offline_passcode(lock_id=7, name="BK-1", **STAY),
    ]
    assert [value.code for value in shown] == [CODE] * 3
    assert [secret for secret in SECRETS if secret in repr(shown)] == []


def test_the_keys_of_the_door_are_dropped_when_read(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    keys = ("adminPwd", "noKeyPwd", "deletePwd", "aesKeyStr", "lockKey", "lockData")
    cloud.say({"lockId": 7, "lockAlias": "Room 101", **dict.fromkeys(keys, "door-key")})
    lock = client.lock_detail(lock_id=7)
    assert "door-key" not in [getattr(lock, column.name) for column in fields(LockInfo)]


def test_a_vendors_sentence_is_one_short_line() -> None:
    said = mask("first\nsecond\x1b[31m" + "x" * 1000, fields={})
    assert said.startswith("first second [31m")
    assert len(said) == LONGEST_SENTENCE


def test_code_like_digits_are_masked_though_nobody_sent_them() -> None:
    assert mask("conflicts with 004217 on 3 locks", fields={}) == "conflicts with *** on 3 locks"
