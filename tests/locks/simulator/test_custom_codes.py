"""Chosen codes: which digits are taken, and what lands in the cloud and in the lock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.locks.simulator.driver import LOCK, LOCK_ON_OTHER_GATEWAY, NOON, Caller, millis


@pytest.mark.parametrize("add_type", [None, 1])
def test_without_add_type_two_only_the_cloud_knows_the_code(
    caller: Caller, add_type: int | None
) -> None:
    reply = caller.add("2580", addType=add_type)
    assert "errcode" not in reply
    assert caller.listed() == ["2580"]
    assert caller.memory() == []
    assert caller.enter("2580", at=NOON + timedelta(hours=1)) == "UNKNOWN_CODE"


def test_add_type_two_writes_the_cloud_and_the_lock(caller: Caller) -> None:
    reply = caller.add("0258", keyboardPwdName="BK-1")
    assert set(reply) == {"keyboardPwdId"}
    assert caller.listed() == caller.memory() == ["0258"]
    held = caller.lock_state()["memory"][0]
    assert held["kind"] == "CUSTOM"
    assert held["name"] == "BK-1"
    assert held["keyboard_pwd_id"] == reply["keyboardPwdId"]
    assert held["starts_at"] == "2026-06-01T12:00:00+00:00"
    assert held["ends_at"] == "2026-06-03T12:00:00+00:00"


@pytest.mark.parametrize(
    ("fields", "errcode"),
    [
        ({"keyboardPwd": "258"}, -3006),
        ({"keyboardPwd": "2580258025"}, -3006),
        ({"keyboardPwd": "258025802"}, 0),
        ({"keyboardPwd": "25a0"}, -3),
        ({"keyboardPwd": None}, -3),
        ({"keyboardPwd": "1234"}, -2032),
        ({"keyboardPwd": "98765"}, -2032),
        ({"keyboardPwd": "7777"}, -2032),
        ({"keyboardPwd": "1212"}, 0),
        ({"startDate": None}, -3),
        ({"endDate": None}, -3),
        ({"endDate": millis(NOON)}, -3),
        ({"startDate": "noon"}, -3),
        ({"keyboardPwdType": 2, "startDate": None, "endDate": None}, 0),
        ({"keyboardPwdType": 6}, -3),
        ({"addType": 3}, -4067),
        ({"addType": 4}, -3034),
        ({"addType": 9}, -3),
        ({"lockId": 77}, -1003),
        ({"lockId": None}, -3),
    ],
)
def test_what_an_added_code_may_be(caller: Caller, fields: dict[str, Any], errcode: int) -> None:
    reply = caller.add("2580", **fields)
    assert reply.get("errcode", 0) == errcode


def test_a_window_keeps_whole_minutes(caller: Caller) -> None:
    caller.add("2580", startDate=millis(NOON) + 59_999, endDate=millis(NOON) + 180_001)
    held = caller.lock_state()["memory"][0]
    assert held["starts_at"] == "2026-06-01T12:00:00+00:00"
    assert held["ends_at"] == "2026-06-01T12:03:00+00:00"


def test_the_same_digits_are_refused_on_one_lock_whatever_their_windows(caller: Caller) -> None:
    caller.add("2580")
    later = millis(NOON + timedelta(days=30))
    much_later = millis(NOON + timedelta(days=31))
    assert caller.add("2580", startDate=later, endDate=much_later)["errcode"] == -3007
    assert "keyboardPwdId" in caller.add("2580", lock=LOCK_ON_OTHER_GATEWAY)


def test_digits_left_in_the_lock_are_refused_although_no_list_shows_them(caller: Caller) -> None:
    code_id = caller.add("2580")["keyboardPwdId"]
    assert caller.delete(code_id, way=1) == 0
    assert caller.listed() == []
    assert caller.add("2580")["errcode"] == -3007


def test_a_keypad_takes_only_the_digits_it_has(caller: Caller) -> None:
    caller.sim("POST", "/locks", {"lock_id": LOCK, "digits": "123456"})
    assert caller.add("2580")["errcode"] == -3
    assert "keyboardPwdId" in caller.add("2536")


def test_a_full_memory_refuses_custom_codes_and_still_has_offline_ones(caller: Caller) -> None:
    for number in range(250):
        assert "keyboardPwdId" in caller.add(f"5{number:03d}9")
    assert caller.add("2580")["errcode"] == -3009
    reply = caller.get_code(NOON, NOON + timedelta(days=1))
    assert len(reply["keyboardPwd"]) == 8


@pytest.mark.parametrize("way", [None, 1])
def test_without_delete_type_two_the_lock_still_opens(caller: Caller, way: int | None) -> None:
    code_id = caller.add("2580")["keyboardPwdId"]
    assert caller.delete(code_id, way=way) == 0
    assert caller.listed() == []
    assert caller.enter("2580", at=NOON + timedelta(hours=1)) == "OPENED"


def test_delete_type_two_takes_the_code_off_cloud_and_lock(caller: Caller) -> None:
    code_id = caller.add("2580")["keyboardPwdId"]
    assert caller.delete(code_id) == 0
    assert caller.listed() == caller.memory() == []
    assert "keyboardPwdId" in caller.add("2580")


def test_a_code_can_be_deleted_by_its_digits(caller: Caller) -> None:
    caller.add("2580")
    fields = {"lockId": LOCK, "keyboardPwd": "2580", "deleteType": 2}
    assert caller.errcode("keyboardPwd/deleteByCode", **fields) == 0
    assert caller.memory() == []
    assert caller.errcode("keyboardPwd/deleteByCode", **fields) == -2009


def test_deleting_an_unknown_code_answers_as_the_fault_switch_says(caller: Caller) -> None:
    code_id = caller.add("2580")["keyboardPwdId"]
    assert caller.delete(code_id, lock=LOCK_ON_OTHER_GATEWAY) == -2009
    assert caller.delete(code_id) == 0
    assert caller.delete(code_id) == -2009
    caller.faults(delete_unknown_ok=True)
    assert caller.delete(code_id) == 0


def change(caller: Caller, code_id: int, **fields: Any) -> int:
    wanted = {"lockId": LOCK, "keyboardPwdId": code_id, "changeType": 2}
    return caller.errcode("keyboardPwd/change", **(wanted | fields))


def test_a_change_with_both_dates_moves_the_window_in_the_lock(caller: Caller) -> None:
    code_id = caller.add("2580")["keyboardPwdId"]
    start, end = NOON + timedelta(days=5), NOON + timedelta(days=6)
    assert change(caller, code_id, startDate=millis(start), endDate=millis(end)) == 0
    assert caller.enter("2580", at=NOON + timedelta(hours=1)) == "NOT_YET_VALID"
    assert caller.enter("2580", at=start) == "OPENED"


@pytest.mark.parametrize("only", ["startDate", "endDate"])
def test_a_change_with_one_date_succeeds_and_changes_nothing(caller: Caller, only: str) -> None:
    code_id = caller.add("2580")["keyboardPwdId"]
    before = caller.lock_state()
    assert change(caller, code_id, **{only: millis(NOON + timedelta(days=1))}) == 0
    assert caller.lock_state() == before


def test_a_change_without_change_type_two_leaves_the_lock_as_it_was(caller: Caller) -> None:
    code_id = caller.add("2580")["keyboardPwdId"]
    assert change(caller, code_id, newKeyboardPwd="3691", changeType=None) == 0
    assert caller.listed() == ["3691"]
    assert caller.memory() == ["2580"]


def test_new_digits_follow_the_rules_of_added_ones(caller: Caller) -> None:
    code_id = caller.add("2580")["keyboardPwdId"]
    caller.add("3691")
    assert change(caller, code_id, newKeyboardPwd="3691") == -3007
    assert change(caller, code_id, newKeyboardPwd="123") == -3006
    assert change(caller, code_id, newKeyboardPwd="4321") == -2032
    assert change(caller, code_id, newKeyboardPwd="2580") == 0
    assert change(caller, 12, newKeyboardPwd="2581") == -2009
    assert change(caller, code_id, newKeyboardPwd="2581") == 0
    assert caller.memory() == ["2581", "3691"]


def test_a_new_name_needs_no_gateway(caller: Caller) -> None:
    code_id = caller.add("2580", keyboardPwdName="old")["keyboardPwdId"]
    caller.faults(offline_gateways=[1, 2])
    assert change(caller, code_id, keyboardPwdName="new", changeType=None) == 0
    assert caller.lock_state()["cloud"][0]["name"] == "new"


def test_a_code_that_only_the_cloud_knows_cannot_be_changed_in_the_lock(caller: Caller) -> None:
    code_id = caller.add("2580", addType=1)["keyboardPwdId"]
    assert change(caller, code_id, newKeyboardPwd="2581") == -2009
    assert caller.listed() == ["2580"]
