"""Algorithmic codes: computed without a gateway, bound to whole hours and to first use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.locks.simulator.driver import LOCK, NOON, Caller, millis

END = NOON + timedelta(days=3)


def test_a_code_is_computed_and_opens_with_every_gateway_offline(caller: Caller) -> None:
    caller.faults(offline_gateways=[1, 2])
    code = caller.get_code(NOON, END)["keyboardPwd"]
    assert len(code) == 8
    assert caller.lock_state()["memory"][0]["kind"] == "OFFLINE"
    assert caller.enter(code, at=NOON) == "OPENED"


def test_a_window_loses_its_minutes_without_a_word(caller: Caller) -> None:
    caller.get_code(NOON + timedelta(minutes=20), END + timedelta(minutes=59))
    held = caller.lock_state()["memory"][0]
    assert held["starts_at"] == "2026-06-01T12:00:00+00:00"
    assert held["ends_at"] == "2026-06-04T12:00:00+00:00"


def test_the_same_lock_and_window_give_the_same_digits_in_every_world(caller: Caller) -> None:
    first = caller.get_code(NOON, END)["keyboardPwd"]
    caller.sim("POST", "/reset")
    caller.access_token = ""
    assert caller.get_code(NOON, END)["keyboardPwd"] == first
    assert caller.get_code(NOON, END + timedelta(hours=1))["keyboardPwd"] != first


def test_one_period_code_per_window_even_after_its_deletion(caller: Caller) -> None:
    reply = caller.get_code(NOON, END)
    assert caller.get_code(NOON, END)["errcode"] == -3007
    assert caller.enter(reply["keyboardPwd"], at=NOON) == "OPENED"
    assert caller.delete(reply["keyboardPwdId"]) == 0
    assert caller.get_code(NOON, END)["errcode"] == -1026
    assert "keyboardPwd" in caller.get_code(NOON + timedelta(hours=1), END)


def test_permanent_codes_of_one_start_end_at_twenty(caller: Caller) -> None:
    codes = {caller.get_code(NOON, None, keyboardPwdType=2)["keyboardPwd"] for _ in range(20)}
    assert len(codes) == 20
    assert caller.get_code(NOON, None, keyboardPwdType=2)["errcode"] == -4056


@pytest.mark.parametrize(
    ("fields", "errcode"),
    [
        ({"endDate": millis(NOON + timedelta(days=366))}, 0),
        ({"endDate": millis(NOON + timedelta(days=367))}, -3),
        ({"endDate": millis(NOON + timedelta(minutes=40))}, -3),
        ({"endDate": None}, -3),
        ({"startDate": None}, -3),
        ({"keyboardPwdType": 6}, -3),
        ({"keyboardPwdType": None}, -3),
    ],
)
def test_what_may_be_asked_for(caller: Caller, fields: dict[str, Any], errcode: int) -> None:
    assert caller.get_code(NOON, END, **fields).get("errcode", 0) == errcode


def test_a_code_is_out_of_reach_until_it_was_used(caller: Caller) -> None:
    reply = caller.get_code(NOON, END)
    shorter = {
        "lockId": LOCK,
        "keyboardPwdId": reply["keyboardPwdId"],
        "changeType": 2,
        "startDate": millis(NOON),
        "endDate": millis(NOON + timedelta(days=1)),
    }
    assert caller.errcode("keyboardPwd/change", **shorter) == -3008
    assert caller.delete(reply["keyboardPwdId"]) == -3008
    assert caller.enter(reply["keyboardPwd"], at=NOON) == "OPENED"
    assert caller.errcode("keyboardPwd/change", **shorter) == 0
    assert caller.enter(reply["keyboardPwd"], at=NOON + timedelta(days=1)) == "EXPIRED"
    assert caller.delete(reply["keyboardPwdId"]) == 0
    assert caller.memory() == []


@pytest.mark.parametrize(
    ("pwd_type", "hours"), [(1, 6), (2, 24), (3, 24)], ids=["one-time", "permanent", "period"]
)
def test_a_code_lapses_when_not_used_in_time(caller: Caller, pwd_type: int, hours: int) -> None:
    code = caller.get_code(NOON, END, keyboardPwdType=pwd_type)["keyboardPwd"]
    deadline = NOON + timedelta(hours=hours)
    assert caller.enter(code, at=deadline) == "LAPSED"
    assert caller.enter(code, at=deadline - timedelta(seconds=1)) == "OPENED"


def test_a_used_period_code_opens_to_its_end_and_a_one_time_code_once(caller: Caller) -> None:
    period = caller.get_code(NOON, END)["keyboardPwd"]
    once = caller.get_code(NOON, END, keyboardPwdType=1)["keyboardPwd"]
    at = NOON + timedelta(hours=1)
    assert [caller.enter(period, at=at), caller.enter(once, at=at)] == ["OPENED", "OPENED"]
    assert caller.enter(period, at=END - timedelta(seconds=1)) == "OPENED"
    assert caller.enter(once, at=at) == "USED_UP"
