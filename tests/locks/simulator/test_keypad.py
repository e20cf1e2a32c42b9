"""The keypad opens or refuses by memory, window and clock; the application hears of it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from apps.locks.simulator import SimulatorServer
from tests.common.errands import wait_until
from tests.locks.simulator.driver import LOCK, NOON, Caller, Clock, millis


class Receiver:
    """A callback URL that answers as told and keeps the forms it was sent."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.answers: list[tuple[int, bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, answer = receiver.answers.pop(0) if receiver.answers else (200, b"success")
                receiver.forms.append({key: value[0] for key, value in parse_qs(body).items()})
                self.send_response(status)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/callback/s3cret/"

    def records(self) -> list[dict[str, Any]]:
        return [record for form in self.forms for record in json.loads(form["records"])]


@pytest.fixture
def receiver(caller: Caller) -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, args=(0.01,))
    thread.start()
    caller.sim("POST", "/callback", {"url": receiver.url})
    yield receiver
    receiver.server.shutdown()
    thread.join()
    receiver.server.server_close()


@pytest.mark.parametrize(
    ("minutes", "reason"),
    [(-1, "NOT_YET_VALID"), (0, "OPENED"), (2879, "OPENED"), (2880, "EXPIRED")],
)
def test_a_code_opens_from_its_start_until_its_end(
    caller: Caller, minutes: int, reason: str
) -> None:
    caller.add("2580")
    assert caller.enter("2580", at=NOON + timedelta(minutes=minutes)) == reason


def test_a_permanent_code_opens_for_ever(caller: Caller) -> None:
    caller.add("2580", keyboardPwdType=2, startDate=None, endDate=None)
    assert caller.enter("2580", at=NOON + timedelta(days=4000)) == "OPENED"


@pytest.mark.parametrize("skew", [3600, {str(LOCK): 3600}])
def test_the_lock_judges_by_its_own_clock(caller: Caller, skew: Any) -> None:
    caller.add("2580")
    caller.faults(clock_skew_seconds=skew)
    assert caller.enter("2580", at=NOON - timedelta(hours=1)) == "OPENED"
    assert caller.enter("2580", at=NOON + timedelta(hours=47)) == "EXPIRED"
    caller.call("lock/updateDate", lockId=LOCK)
    assert caller.enter("2580", at=NOON + timedelta(hours=47)) == "OPENED"


def test_the_first_use_is_remembered(caller: Caller) -> None:
    caller.add("2580")
    assert caller.lock_state()["memory"][0]["used_at"] is None
    caller.enter("2580", at=NOON + timedelta(hours=1))
    caller.enter("2580", at=NOON + timedelta(hours=2))
    assert caller.lock_state()["memory"][0]["used_at"] == "2026-06-01T13:00:00+00:00"


def test_every_entry_becomes_a_record_with_its_raw_type(caller: Caller) -> None:
    caller.add("2580", keyboardPwdName="BK-1")
    caller.enter("9999", at=NOON)
    caller.enter("2580", at=NOON - timedelta(hours=1))
    caller.enter("2580", at=NOON + timedelta(hours=1))
    rows = caller.call("lockRecord/list", lockId=LOCK, pageNo=1, pageSize=20)["list"]
    seen = [
        (row["recordType"], row["recordTypeFromLock"], row["success"], row["username"])
        for row in rows
    ]
    assert seen == [(4, 4, 1, "BK-1"), (4, 11, 0, "BK-1"), (4, 7, 0, "")]
    assert rows[0]["keyboardPwd"] == "2580"
    assert rows[0]["lockDate"] == millis(NOON + timedelta(hours=1))
    assert caller.lock_state()["records"] == 3


def test_an_entry_reaches_the_application_as_the_vendor_tells_it(
    caller: Caller, receiver: Receiver
) -> None:
    caller.add("2580", keyboardPwdName="BK-1")
    caller.enter("2580", at=NOON)
    wait_until(lambda: len(receiver.forms) == 1)
    form = receiver.forms[0]
    assert form["notifyType"] == "1"
    assert form["lockId"] == str(LOCK)
    assert form["lockMac"] == caller.lock_state()["mac"]
    assert "admin" in form
    record = receiver.records()[0]
    assert "recordId" not in record
    assert record["recordType"] == record["recordTypeFromLock"] == 4
    assert (record["success"], record["keyboardPwd"], record["username"]) == (1, "2580", "BK-1")
    assert record["electricQuantity"] == 90


@pytest.mark.parametrize("first", [(500, b"success"), (200, b"thanks")])
def test_a_callback_is_sent_again_until_it_is_accepted(
    caller: Caller, receiver: Receiver, first: tuple[int, bytes]
) -> None:
    receiver.answers = [first]
    caller.enter("9999")
    wait_until(lambda: len(receiver.forms) == 2)
    assert receiver.forms[0] == receiver.forms[1]


def test_records_of_an_unreachable_lock_arrive_together_when_it_is_back(
    caller: Caller, receiver: Receiver, clock: Clock
) -> None:
    caller.faults(offline_gateways=[2])
    caller.enter("9999", at=NOON)
    caller.enter("8888", at=NOON)
    assert caller.call("lockRecord/list", lockId=LOCK)["total"] == 0
    assert receiver.forms == []
    clock.advance(hours=1)
    caller.faults(offline_gateways=[])
    wait_until(lambda: len(receiver.forms) == 1)
    assert [record["keyboardPwd"] for record in receiver.records()] == ["9999", "8888"]
    assert {record["serverDate"] for record in receiver.records()} == {millis(clock.now)}
    assert caller.call("lockRecord/list", lockId=LOCK)["total"] == 2


def test_callbacks_can_get_lost_or_come_twice(caller: Caller, receiver: Receiver) -> None:
    caller.faults(callback_drop_rate=1)
    caller.enter("9999")
    caller.faults(callback_drop_rate=0, callback_repeat=2)
    caller.enter("8888")
    wait_until(lambda: len(receiver.forms) == 2)
    assert [record["keyboardPwd"] for record in receiver.records()] == ["8888", "8888"]


def test_battery_tamper_and_gateway_events_can_be_sent(caller: Caller, receiver: Receiver) -> None:
    caller.sim("POST", "/notify", {"event": "battery", "lock_id": LOCK, "battery": 8})
    wait_until(lambda: len(receiver.forms) == 1)
    assert receiver.records()[-1]["electricQuantity"] == 8
    assert caller.call("lock/queryElectricQuantity", lockId=LOCK) == {"electricQuantity": 8}
    caller.sim("POST", "/notify", {"event": "tamper", "lock_id": LOCK})
    wait_until(lambda: len(receiver.forms) == 2)
    assert receiver.records()[-1]["recordType"] == 44
    caller.sim("POST", "/notify", {"event": "gateway_offline", "gateway_id": 2})
    wait_until(lambda: len(receiver.forms) == 3)
    form = receiver.forms[-1]
    assert (form["notifyType"], form["gatewayId"], form["isOnline"]) == ("2", "2", "0")


def test_logs_hold_neither_codes_nor_tokens_nor_the_secret_path(
    caller: Caller, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="apps")
    caplog.set_level("DEBUG", logger="uvicorn")
    fields = {"lockId": LOCK, "keyboardPwd": "2580", "addType": 2, "keyboardPwdType": 2}
    url = caller.url + "/v3/keyboardPwd/add"
    assert "keyboardPwdId" in requests.get(url, params=caller.auth() | fields, timeout=20).json()
    caller.enter("2580", at=NOON)
    wait_until(lambda: "callback of type 1 delivered" in caplog.text)
    own = " ".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(("apps.", "uvicorn"))
    )
    for secret in ("2580", caller.access_token, "s3cret"):
        assert secret not in own


def test_a_simulator_leaves_the_logging_of_its_process_alone() -> None:
    access_log = logging.getLogger("uvicorn.access")
    kept = logging.NullHandler()
    access_log.addHandler(kept)
    before = (list(access_log.handlers), access_log.propagate, access_log.level)
    try:
        with SimulatorServer():
            assert (list(access_log.handlers), access_log.propagate, access_log.level) == before
    finally:
        access_log.removeHandler(kept)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/enter", {"lock_id": LOCK}, 400),
        ("/enter", {"lock_id": LOCK, "code": 2580}, 400),
        ("/enter", {"lock_id": LOCK, "code": "2580", "at": "noon"}, 400),
        ("/enter", {"lock_id": LOCK, "code": "2580", "at": "2026-06-01T12:00:00"}, 400),
        ("/enter", {"lock_id": LOCK, "code": "2580", "when": 1}, 400),
        ("/enter", {"lock_id": "x", "code": "2580"}, 400),
        ("/enter", {"lock_id": 77, "code": "2580"}, 404),
        ("/notify", {"event": "flood", "lock_id": LOCK}, 400),
        ("/notify", {"event": "battery", "lock_id": LOCK, "battery": 101}, 400),
        ("/notify", {"event": "gateway_offline", "gateway_id": 99}, 404),
        ("/callback", {"url": "ftp://example.com/"}, 400),
        ("/locks", {"lock_id": LOCK, "colour": "red"}, 400),
        ("/locks", [{"lock_id": LOCK}, {"lock_id": 0}], 400),
        ("/locks", {"lock_id": LOCK, "battery": "full"}, 400),
    ],
)
def test_a_wrong_control_request_is_refused_with_the_reason(
    caller: Caller, path: str, body: Any, status: int
) -> None:
    answer = caller.sim("POST", path, body)
    assert answer.status_code == status
    assert answer.json()["errors"]
    assert caller.state()["locks"] == [] or caller.lock_state()["records"] == 0
