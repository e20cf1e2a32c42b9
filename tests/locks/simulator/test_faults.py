"""Faults ordered at run time: what the caller sees, and what happened in truth."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from apps.locks.simulator import SimulatorServer, SimulatorSettings
from apps.locks.simulator.fault_plan import FaultPlan
from apps.locks.simulator.faults import Faults
from tests.common.errands import wait_until
from tests.locks.simulator.driver import (
    LOCK,
    LOCK_ON_OTHER_GATEWAY,
    NOON,
    Caller,
    Clock,
)


def test_a_command_that_timed_out_before_applying_leaves_no_trace(caller: Caller) -> None:
    caller.auth()
    caller.faults(timeout_before_rate=1, hang_seconds=0.01)
    with pytest.raises(requests.ConnectionError):
        caller.add("2580")
    assert caller.memory() == caller.listed() == []


def test_a_command_that_timed_out_after_applying_is_in_the_lock(caller: Caller) -> None:
    caller.auth()
    caller.faults(timeout_after_rate=1, hang_seconds=0.01)
    with pytest.raises(requests.ConnectionError):
        caller.add("2580")
    assert caller.memory() == caller.listed() == ["2580"]


def test_a_command_can_land_after_its_caller_gave_up(caller: Caller) -> None:
    caller.auth()
    caller.faults(timeout_before_rate=1, hang_seconds=0.01, late_apply=0.5)
    with pytest.raises(requests.ConnectionError):
        caller.add("2580")
    assert caller.memory() == []
    wait_until(lambda: caller.memory() == ["2580"])


def test_a_hanging_answer_outlasts_the_caller_and_frees_the_gateway(caller: Caller) -> None:
    caller.auth()
    caller.faults(timeout_after_rate=1, hang_seconds=60)
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            caller.url + "/v3/lock/unlock", data=caller.auth() | {"lockId": LOCK}, timeout=0.3
        )
    caller.faults(timeout_after_rate=0)
    assert caller.errcode("lock/unlock", lockId=LOCK) == 0


def test_a_failed_command_answers_one_of_the_generic_errors_and_does_nothing(
    caller: Caller,
) -> None:
    caller.faults(fail_rate=1)
    seen = {caller.add("2580")["errcode"] for _ in range(40)}
    assert seen == {1, 90000}
    assert caller.memory() == caller.listed() == []
    assert {caller.errcode("lock/list") for _ in range(20)} == {90000}


def test_a_gateway_can_be_busy_with_something_else(caller: Caller) -> None:
    caller.faults(busy_rate=1)
    assert caller.add("2580")["errcode"] == -3003
    assert "keyboardPwd" in caller.get_code(NOON, NOON + timedelta(days=1))


def test_rates_can_be_kept_to_some_calls_and_locks(caller: Caller) -> None:
    caller.faults(fail_rate=1, only_calls=["keyboardPwd/add"], only_lock_ids=[LOCK])
    assert caller.add("2580")["errcode"] in (1, 90000)
    assert "keyboardPwdId" in caller.add("2580", lock=LOCK_ON_OTHER_GATEWAY)
    assert caller.errcode("lock/listKeyboardPwd", lockId=LOCK) == 0


def test_an_error_is_forced_as_often_as_ordered(caller: Caller) -> None:
    caller.faults(error_codes={"keyboardPwd/add": {"errcode": -3007, "count": 2}})
    assert [caller.add("2580").get("errcode") for _ in range(3)] == [-3007, -3007, None]
    caller.faults(error_codes={"lock/list": 30001, "oauth2/token": 10007})
    assert [caller.errcode("lock/list") for _ in range(3)] == [30001] * 3
    assert caller.log_in()["errcode"] == 10007


def test_an_error_can_be_forced_on_one_lock_and_hide_a_success(caller: Caller) -> None:
    forced = {"errcode": 1, "lock_ids": [LOCK], "applied": True}
    caller.faults(error_codes={"keyboardPwd/add": forced})
    assert caller.add("2580")["errcode"] == 1
    assert caller.memory() == ["2580"]
    assert "keyboardPwdId" in caller.add("2580", lock=LOCK_ON_OTHER_GATEWAY)


@pytest.mark.parametrize(("fault", "errcode"), [("rate_limit", 30006), ("quota", 30007)])
def test_the_account_can_be_out_of_calls(caller: Caller, fault: str, errcode: int) -> None:
    caller.faults(**{fault: True})
    assert caller.errcode("lock/list") == errcode
    caller.faults(**{fault: False})
    assert caller.errcode("lock/list") == 0


def test_a_memory_can_be_declared_full(caller: Caller) -> None:
    caller.faults(full_memory=[LOCK])
    assert caller.add("2580")["errcode"] == -3009
    assert caller.listed() == []
    assert "keyboardPwdId" in caller.add("2580", lock=LOCK_ON_OTHER_GATEWAY)


def test_faults_merge_and_a_reset_returns_to_those_of_the_start(clock: Clock) -> None:
    start = FaultPlan(latency_ms=3)
    with SimulatorServer(SimulatorSettings(now=clock, faults=start)) as server:
        caller = Caller(server.url, clock)
        caller.faults(jitter_ms=2)
        caller.faults(fail_rate=0.5)
        faults = caller.sim("GET", "/faults").json()
        assert (faults["latency_ms"], faults["jitter_ms"], faults["fail_rate"]) == (3, 2, 0.5)
        faults = caller.sim("DELETE", "/faults").json()
        assert (faults["latency_ms"], faults["jitter_ms"], faults["fail_rate"]) == (3, 0, 0)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"fail_rat": 1}, {"fail_rat"}),
        ({"fail_rate": 2, "latency_ms": "slow", "jitter_ms": 5}, {"fail_rate", "latency_ms"}),
        ({"fail_rate": True}, {"fail_rate"}),
        ({"offline_gateways": 2}, {"offline_gateways"}),
        ({"offline_gateways": ["2"]}, {"offline_gateways"}),
        ({"error_codes": {"keyboardPwd/add": "busy"}}, {"error_codes"}),
        ({"error_codes": {"keyboardPwd/add": {"code": 1}}}, {"error_codes"}),
        ({"clock_skew_seconds": {"door": 1}}, {"clock_skew_seconds"}),
        ({"only_calls": [1]}, {"only_calls"}),
        ({"only_calls": ["keyboardPwd/ad"]}, {"only_calls"}),
        ({"error_codes": {"lock/lists": 1}}, {"error_codes"}),
        ({"quota": 1}, {"quota"}),
        ({"revoke_tokens": "yes"}, {"revoke_tokens"}),
        ([], {"body"}),
    ],
)
def test_a_wrong_plan_names_its_wrong_keys_and_changes_nothing(
    caller: Caller, body: Any, named: set[str]
) -> None:
    before = caller.sim("GET", "/faults").json()
    answer = caller.sim("POST", "/faults", body)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == named
    assert caller.sim("GET", "/faults").json() == before


def test_jitter_spreads_the_time_of_commands_around_their_latency() -> None:
    faults = Faults(FaultPlan(latency_ms=100, jitter_ms=40), calls=frozenset())
    delays = [faults.draw("lock/unlock", LOCK).delay_ms for _ in range(200)]
    assert 60 <= min(delays) < 70
    assert 130 < max(delays) <= 140


def test_a_command_takes_no_time_below_zero() -> None:
    faults = Faults(FaultPlan(latency_ms=1, jitter_ms=500), calls=frozenset())
    assert min(faults.draw("lock/unlock", LOCK).delay_ms for _ in range(50)) == 0


def test_the_same_seed_gives_the_same_run(caller: Caller) -> None:
    def run(seed: int) -> list[int]:
        caller.faults(seed=seed, fail_rate=0.4, busy_rate=0.2)
        return [caller.errcode("lock/queryOpenState", lockId=LOCK) for _ in range(30)]

    first = run(7)
    assert set(first) == {0, 1, -3003, 90000}
    assert run(7) == first
    assert run(8) != first


def test_a_caller_that_dies_in_the_middle_of_its_request_is_no_error(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    place = urlsplit(caller.url)
    with socket.create_connection((place.hostname, place.port)) as connection:
        head = "POST /v3/keyboardPwd/add HTTP/1.1\r\nHost: lock-cloud\r\nContent-Length: 99\r\n\r\n"
        connection.sendall(head.encode() + b"lockId=")
        wait_until(lambda: caller.state() is not None)  # the head has been taken up by now

    caller.state()
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []
