"""Lists, their pages, and the ways in which real callers send their fields."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests

from apps.locks.simulator import SimulatorServer, SimulatorSettings
from tests.locks.simulator.driver import LOCK, NOON, PASSWORD_MD5, Caller, Clock, millis


def test_codes_are_listed_in_pages_newest_first(caller: Caller) -> None:
    for code in ("2580", "3691", "1470"):
        caller.add(code)
    reply = caller.call("lock/listKeyboardPwd", lockId=LOCK, pageNo=2, pageSize=2)
    assert [row["keyboardPwd"] for row in reply.pop("list")] == ["2580"]
    assert reply == {"pageNo": 2, "pageSize": 2, "pages": 2, "total": 3}


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"searchStr": "2580"}, ["2580"]),
        ({"searchStr": "258"}, []),
        ({"searchStr": "bk-"}, ["3691", "2580"]),
        ({"orderBy": 0}, ["2580", "3691", "1470"]),
        ({"orderBy": 1}, ["1470", "3691", "2580"]),
        ({"orderBy": 2}, ["1470", "3691", "2580"]),
    ],
)
def test_codes_are_searched_exactly_and_names_loosely(
    caller: Caller, fields: dict[str, Any], codes: list[str]
) -> None:
    for code, name in (("2580", "BK-1"), ("3691", "BK-2"), ("1470", "cleaner")):
        caller.add(code, keyboardPwdName=name)
    rows = caller.call("lock/listKeyboardPwd", lockId=LOCK, **fields)["list"]
    assert [row["keyboardPwd"] for row in rows] == codes


@pytest.mark.parametrize("fields", [{"pageNo": 0}, {"pageSize": 0}, {"pageSize": 201}])
def test_a_page_no_cloud_would_give_is_refused(caller: Caller, fields: dict[str, int]) -> None:
    assert caller.errcode("lock/listKeyboardPwd", lockId=LOCK, **fields) == -3


def test_a_listed_code_shows_what_it_is(caller: Caller) -> None:
    caller.add("2580", keyboardPwdName="BK-1")
    caller.get_code(NOON, NOON + timedelta(days=1))
    rows = caller.call("lock/listKeyboardPwd", lockId=LOCK)["list"]
    assert [row["isCustom"] for row in rows] == [0, 1]
    row = rows[1]
    assert row["keyboardPwdName"] == "BK-1"
    assert (row["startDate"], row["endDate"]) == (millis(NOON), millis(NOON + timedelta(days=2)))


def test_records_are_filtered_by_time_type_and_code(caller: Caller) -> None:
    caller.enter("9999", at=NOON - timedelta(hours=2))
    caller.enter("8888", at=NOON - timedelta(hours=1))
    caller.call("lock/unlock", lockId=LOCK)

    def codes(**fields: Any) -> list[str]:
        rows = caller.call("lockRecord/list", lockId=LOCK, **fields)["list"]
        return [row["keyboardPwd"] for row in rows]

    assert codes(startDate=0, endDate=0) == ["", "8888", "9999"]
    assert codes(recordType=4) == ["8888", "9999"]
    assert codes(searchStr="9999") == ["9999"]
    assert codes(startDate=millis(NOON - timedelta(minutes=61))) == ["", "8888"]
    assert codes(endDate=millis(NOON - timedelta(minutes=61))) == ["9999"]
    assert codes(startDate=millis(NOON - timedelta(days=400))) == ["", "8888", "9999"]


def test_locks_and_gateways_know_each_other(caller: Caller) -> None:
    caller.sim(
        "POST",
        "/locks",
        [
            {"lock_id": 11, "alias": "Front door", "gateway_ids": [1, 5], "battery": 40},
            {"lock_id": 12, "alias": "Room 101", "gateway_ids": []},
        ],
    )
    rows = caller.call("lock/list", pageNo=1, pageSize=20)["list"]
    assert [(row["lockId"], row["lockAlias"], row["hasGateway"]) for row in rows] == [
        (11, "Front door", 1),
        (12, "Room 101", 0),
    ]
    assert caller.call("lock/list", lockAlias="front")["total"] == 1
    assert caller.call("lock/detail", lockId=11)["keyboardPwdVersion"] == 4
    gateways = caller.call("gateway/list", pageNo=1, pageSize=20)["list"]
    assert [(row["gatewayId"], row["lockNum"]) for row in gateways] == [(1, 1), (2, 0), (5, 1)]
    on_five = caller.call("gateway/listLock", gatewayId=5)["list"]
    assert [row["lockId"] for row in on_five] == [11]
    of_lock = caller.call("gateway/listByLock", lockId=11)["list"]
    assert [row["gatewayId"] for row in of_lock] == [1, 5]
    assert caller.errcode("gateway/listLock", gatewayId=6) == -4037


def test_provisioning_again_changes_what_is_given_and_keeps_the_codes(caller: Caller) -> None:
    caller.sim("POST", "/locks", {"lock_id": 11, "alias": "Door", "gateway_ids": [1]})
    caller.add("2580", lock=11)
    caller.sim("POST", "/locks", {"lock_id": 11, "battery": 12})
    lock = caller.lock_state(11)
    assert (lock["alias"], lock["battery"], lock["gateway_ids"]) == ("Door", 12, [1])
    assert caller.memory(11) == ["2580"]


def test_a_strict_simulator_has_no_lock_that_was_not_provisioned(clock: Clock) -> None:
    with SimulatorServer(SimulatorSettings(now=clock, strict=True)) as server:
        caller = Caller(server.url, clock)
        assert caller.add("2580")["errcode"] == -1003
        caller.sim("POST", "/locks", {"lock_id": LOCK})
        assert "keyboardPwdId" in caller.add("2580")


@pytest.mark.parametrize("style", ["all in a GET", "auth in the query of a POST", "all in a POST"])
def test_fields_count_wherever_the_caller_puts_them(caller: Caller, style: str) -> None:
    auth = caller.auth()
    fields = {
        "lockId": LOCK,
        "keyboardPwd": "0580",
        "addType": 2,
        "startDate": millis(NOON),
        "endDate": millis(NOON + timedelta(days=1)),
    }
    url = caller.url + "/v3/keyboardPwd/add"
    if style == "all in a GET":
        reply = requests.get(url, params=auth | fields, timeout=20)
    elif style == "all in a POST":
        reply = requests.post(url, data=auth | fields, timeout=20)
    else:
        reply = requests.post(url, params=auth, data=fields, timeout=20)
    assert "keyboardPwdId" in reply.json()
    assert caller.memory() == ["0580"]


def test_a_login_may_come_in_the_query_of_a_post(caller: Caller) -> None:
    query = (
        "/oauth2/token?client_id=app&client_secret=x&username=hotel"
        f"&password={PASSWORD_MD5}&grant_type=password&redirect_uri="
    )
    assert "access_token" in requests.post(caller.url + query, timeout=20).json()


@pytest.mark.parametrize("prefix", ["", "/v3"])
def test_the_calls_of_a_month_are_counted_until_it_turns_in_beijing(
    caller: Caller, clock: Clock, prefix: str
) -> None:
    caller.log_in()
    path = prefix + "/app/getMonthRequestCount"
    credentials = {"clientId": "app", "clientSecret": "app-secret"}
    assert caller.post(path, credentials) == {"monthRequestCount": 2}
    clock.advance(days=29, hours=4)
    assert caller.post(path, credentials) == {"monthRequestCount": 1}


def test_the_state_counts_calls_by_name(caller: Caller) -> None:
    caller.add("2580")
    caller.add("2580")
    assert caller.state()["calls"] == {"oauth2/token": 1, "keyboardPwd/add": 2}
