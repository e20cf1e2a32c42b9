"""The second lock cloud keeps to the vendor's fact sheet, over real HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.fakes.lockcloud import (
    CLIENT_ID,
    CLIENT_SECRET,
    PASSWORD,
    SECRET_MARK,
    LockCloud,
    RemoteLockCloud,
)
from tests.fakes.lockcloud.caller import (
    END,
    FAR,
    FAR_ROOM,
    FRONT_DOOR,
    HOUR,
    ROOM,
    SHARED,
    START,
    Caller,
    errcode,
    log_in,
    ms,
    send,
)
from tests.fakes.lockcloud.setup import md5_hex


def whats(cloud: LockCloud) -> list[str]:
    return [each.what for each in cloud.complaints]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"clientId": "nobody"}, 10000),
        ({"clientSecret": "wrong"}, 10001),
        ({"password": md5_hex("wrong")}, 10007),
        ({"password": PASSWORD}, 30005),
        ({"password": md5_hex(PASSWORD).upper()}, 30005),
        ({"grant_type": "refresh_token", "refresh_token": "wrong"}, 10011),
    ],
)
def test_login_is_refused_with_the_sheets_code(cloud: LockCloud, wrong: Any, code: int) -> None:
    assert errcode(log_in(cloud.url, **wrong)) == code


def test_refreshing_replaces_both_tokens(cloud: LockCloud) -> None:
    first = log_in(cloud.url, grant_type="password")
    again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = log_in(cloud.url, **again)
    assert "uid" in first
    assert "uid" not in second
    assert errcode(log_in(cloud.url, **again)) == 10011
    ask = Caller(cloud.url)
    assert errcode(ask("lock/list", accessToken=first["access_token"])) == 10004
    assert errcode(ask("lock/list", accessToken=second["access_token"])) == 0


def test_tokens_end_by_age_and_by_revocation(cloud: LockCloud, ask: Caller) -> None:
    cloud.revoke_tokens()
    assert errcode(ask("lock/list")) == 10004
    with LockCloud(token_seconds=0) as brief:
        assert errcode(Caller(brief.url)("lock/list")) == 10004


@pytest.mark.parametrize(
    ("wrong", "code", "complaint"),
    [
        ({"clientId": "nobody"}, 10000, None),
        ({"accessToken": "never-given"}, 10003, None),
        ({"date": None}, 80000, "date"),
        ({"date": 1_000}, 80000, "date"),
        ({"date": int(time.time() * 1000) + 900_000}, 80000, "date"),
        ({"lockId": None}, -3, "without lockId"),
        ({"lockId": -5}, -1003, None),
        ({"colour": "red"}, 0, "unknown field colour"),
        ({"addType": None}, 0, "addType is not 2"),
        ({"startDate": ms(START) // 1000}, -3, "window not in ms"),
        ({"endDate": ms(START)}, -3, "window not in ms"),
        ({"keyboardPwd": "123"}, -3006, None),
        ({"keyboardPwd": "1234567890"}, -3006, None),
        ({"keyboardPwd": "4321"}, -2032, None),
        ({"keyboardPwd": "7777"}, -2032, None),
    ],
)
def test_a_caller_is_held_to_the_sheet(
    cloud: LockCloud, ask: Caller, wrong: Any, code: int, complaint: str | None
) -> None:
    assert errcode(ask.add("4821", **wrong)) == code
    assert [what.startswith(str(complaint)) for what in whats(cloud)] == (
        [True] if complaint else []
    )
    assert cloud.memory(ROOM) == {} or code == 0


def test_odd_envelopes_are_complained_about(cloud: LockCloud, ask: Caller) -> None:
    common = f"clientId={CLIENT_ID}&accessToken={ask.token}&date={int(time.time() * 1000)}"
    write = f"{cloud.url}/v3/keyboardPwd/add?{common}&lockId={ROOM}&keyboardPwd=4821&addType=2"
    window = f"&startDate={ms(START)}&endDate={ms(END)}"
    json_body = Request(  # noqa: S310 - loopback
        f"{cloud.url}/v3/lock/list", b"{}", {"Content-Type": "application/json"}
    )
    for request in (write + window, json_body):
        with urlopen(request):  # noqa: S310 - loopback
            pass
    with pytest.raises(HTTPError, match="404"):
        ask("lock/teleport")
    assert whats(cloud) == [
        "a secret or PIN in the address",
        "a write that is not a POST",
        "not form-encoded",
        "no such call",
    ]


def test_a_write_sent_twice_with_its_old_date_is_noticed(cloud: LockCloud, ask: Caller) -> None:
    date = int(time.time() * 1000)
    ask.add("4821", date=date)
    assert errcode(ask.add("4821", date=date)) == -3007
    assert whats(cloud) == ["the same date and fields twice"]


def test_a_code_lives_from_add_to_delete(cloud: LockCloud, ask: Caller) -> None:
    added = ask.add("0482")
    assert "errcode" not in added
    assert cloud.memory(ROOM) == {"0482": ("BK-1", START, END)}
    assert cloud.enter(ROOM, "0482", at=START)
    assert not cloud.enter(ROOM, "0482", at=END)
    later = END + timedelta(days=1)
    moved = ask.change(added["keyboardPwdId"], startDate=ms(START), endDate=ms(later))
    assert moved["errcode"] == 0
    assert cloud.memory(ROOM)["0482"].end == later
    assert ask.delete(added["keyboardPwdId"])["errcode"] == 0
    assert (cloud.memory(ROOM), cloud.listed(ROOM)) == ({}, [])
    assert not cloud.enter(ROOM, "0482", at=START)
    assert cloud.complaints == []


@pytest.mark.parametrize(
    ("act", "in_memory", "in_list"),
    [
        (lambda ask, code: ask.add("5937", addType=1), {"4821"}, {"4821", "5937"}),
        (lambda ask, code: ask.delete(code, deleteType=1), {"4821"}, set()),
        (
            lambda ask, code: ask.change(code, newKeyboardPwd="5937", changeType=1),
            {"4821"},
            {"5937"},
        ),
    ],
    ids=["add", "delete", "change"],
)
def test_without_type_2_list_and_lock_part_ways(
    cloud: LockCloud,
    ask: Caller,
    act: Callable[[Caller, Any], Any],
    in_memory: set[str],
    in_list: set[str],
) -> None:
    act(ask, ask.add("4821")["keyboardPwdId"])
    assert set(cloud.memory(ROOM)) == in_memory
    assert {row["keyboardPwd"] for row in cloud.listed(ROOM)} == in_list
    assert "Type is not 2" in whats(cloud)[0]


def test_a_window_changes_only_with_both_dates(cloud: LockCloud, ask: Caller) -> None:
    code = ask.add("4821")["keyboardPwdId"]
    assert errcode(ask.change(code, endDate=ms(END) + HOUR)) == 0
    assert cloud.memory(ROOM)["4821"].end == END
    assert "endDate alone" in whats(cloud)[0]


def test_equal_digits_are_refused_whoever_set_them(cloud: LockCloud, ask: Caller) -> None:
    cloud.add_foreign(ROOM, "4821", listed=False)
    assert errcode(ask.add("4821")) == -3007
    assert errcode(ask.add("4821", lock=FRONT_DOOR)) == 0
    other = ask.add("5937")["keyboardPwdId"]
    assert errcode(ask.change(other, newKeyboardPwd="4821")) == -3007
    assert cloud.listed(FRONT_DOOR)[0]["keyboardPwd"] == "4821"


def test_a_full_lock_takes_no_more() -> None:
    with LockCloud(command_seconds=0) as cloud:
        for number in range(250):
            cloud.add_foreign(ROOM, f"{50_000 + number}")
        assert errcode(Caller(cloud.url).add("4821")) == -3009


def test_a_code_that_is_gone_is_deleted_with_either_answer(cloud: LockCloud, ask: Caller) -> None:
    code = ask.add("4821")["keyboardPwdId"]
    assert [errcode(ask.delete(code)) for _ in range(3)] == [0, 0, -2009]
    assert errcode(ask.delete(99)) == -2009


def test_offline_codes_need_no_gateway(cloud: LockCloud, ask: Caller) -> None:
    cloud.set_offline(SHARED)
    code = ask.get(startDate=ms(START) + 20 * 60_000)  # cut to the hour, silently
    digits = code["keyboardPwd"]
    assert ask.get()["keyboardPwd"] == digits  # one code per window
    assert errcode(ask.delete(code["keyboardPwdId"])) == -3008  # not before its first use
    assert not cloud.enter(ROOM, digits, at=START - timedelta(minutes=1))
    assert cloud.enter(ROOM, digits, at=START)
    assert cloud.memory(ROOM) == {}
    assert whats(cloud) == ["an algorithmic code not on whole hours"]
    cloud.set_offline(SHARED, False)
    assert errcode(ask.delete(code["keyboardPwdId"])) == 0
    assert errcode(ask.get()) == -1026


def test_an_offline_code_unused_for_a_day_is_suspended(cloud: LockCloud, ask: Caller) -> None:
    digits = ask.get()["keyboardPwd"]
    assert not cloud.enter(ROOM, digits, at=START + timedelta(hours=24))
    assert cloud.enter(ROOM, digits, at=START + timedelta(hours=23))
    assert cloud.enter(ROOM, digits, at=START + timedelta(hours=30))


def test_one_command_at_a_time_per_gateway(cloud: LockCloud, ask: Caller) -> None:
    cloud.fault("latency", call="keyboardPwd/add", digits="4821", seconds=0.6)
    slow = threading.Thread(target=ask.add, args=("4821",))
    slow.start()
    while not cloud.commands:
        time.sleep(0.01)
    assert errcode(ask.add("5937", lock=FRONT_DOOR)) == -3003
    assert errcode(ask.add("5937", lock=FAR_ROOM)) == 0
    slow.join()
    assert errcode(ask.add("5937", lock=FRONT_DOOR)) == 0
    assert [(each.lock_id, each.result) for each in cloud.overlaps] == [(FRONT_DOOR, -3003)]
    first, second = (
        each for each in cloud.commands if each.gateway_id == SHARED and not each.result
    )
    assert first.ended is not None
    assert first.ended < second.began


def test_gateways_fail_each_on_its_own(cloud: LockCloud, ask: Caller) -> None:
    cloud.set_offline(SHARED)
    assert errcode(ask.add("4821")) == -3002
    assert errcode(ask("lock/queryDate", lockId=ROOM)) == -3002
    assert errcode(ask.add("4821", lock=FAR_ROOM)) == 0
    online = {int(row["gatewayId"]): row["isOnline"] for row in ask("gateway/list")["list"]}
    assert online == {SHARED: 0, FAR: 1}
    assert len(ask("gateway/listByLock", lockId=ROOM)["list"]) == 1  # told for half an hour more
    assert errcode(ask("gateway/listLock", gatewayId=99)) == -4037
    with LockCloud(gateways={}) as bare:
        assert errcode(Caller(bare.url).add("4821")) == -2012


def test_a_second_gateway_steps_in() -> None:
    with LockCloud(gateways=lambda lock: (SHARED, FAR)) as cloud:
        cloud.set_offline(SHARED)
        assert errcode(Caller(cloud.url).add("4821")) == 0
        assert cloud.commands[0].gateway_id == FAR


def test_answers_are_untidy(cloud: LockCloud, ask: Caller) -> None:
    kinds = {type(ask.add(str(5930 + n))["keyboardPwdId"]) for n in range(4)}
    assert kinds == {int, str}
    told = ask("lock/list")
    assert [int(row["lockId"]) for row in told["list"]] == [ROOM]  # others exist, unnamed
    assert "errcode" not in told
    assert SECRET_MARK in ask("lock/detail", lockId=FRONT_DOOR)["adminPwd"]


def test_listing_is_paged_and_searched(cloud: LockCloud, ask: Caller) -> None:
    for number in range(5):
        cloud.add_foreign(ROOM, f"593{number}", name=f"Cleaner {number}")
    page = ask("lock/listKeyboardPwd", lockId=ROOM, pageNo=2, pageSize=2, orderBy=0)
    assert [row["keyboardPwd"] for row in page["list"]] == ["5932", "5933"]
    assert (page["pages"], page["total"]) == (3, 5)
    for text, found in (("5934", 1), ("593", 0), ("Cleaner", 5)):
        told = ask("lock/listKeyboardPwd", lockId=ROOM, searchStr=text)
        assert told["total"] == found
    assert errcode(ask("lock/listKeyboardPwd", lockId=ROOM, pageSize=201)) == -3


def test_the_door_leaves_records(cloud: LockCloud, ask: Caller) -> None:
    ask.add("4821")
    cloud.set_drift(ROOM, 120)
    for digits, at in (("9999", START), ("4821", END), ("4821", START)):
        cloud.enter(ROOM, digits, at=at)
    cloud.record(ROOM, record_type=10, raw_type=27)
    rows = ask("lockRecord/list", lockId=ROOM, recordType=4)["list"]
    told = [(row["recordTypeFromLock"], row["success"], row["username"]) for row in rows]
    assert told == [(4, 1, "BK-1"), (11, 0, "BK-1"), (7, 0, "")]
    assert rows[0]["lockDate"] == ms(START) + 120_000
    assert ask("lockRecord/list", lockId=ROOM)["total"] == 4


def test_the_months_calls_are_counted(cloud: LockCloud, ask: Caller) -> None:
    cloud.set_month_requests(29_999)
    assert ask("app/getMonthRequestCount")["monthRequestCount"] == 30_000
    bare = {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "date": int(time.time() * 1000)}
    assert send(cloud.url, "/app/getMonthRequestCount", bare)["monthRequestCount"] == 30_001
    assert cloud.calls("app/getMonthRequestCount") == 2


def test_control_over_http_says_what_it_does_not_know(cloud: LockCloud) -> None:
    remote = RemoteLockCloud(cloud.url)
    remote.add_foreign(ROOM, "4821", start=START, end=END)
    assert remote.memory(ROOM) == {"4821": ("The cleaner", START, END)}
    remote.wipe(ROOM, rows=False)
    assert (remote.memory(ROOM), len(remote.listed(ROOM))) == ({}, 1)
    for do, fields in (("dance", {}), ("fault", {"kind": "flood"}), ("memory", {"colour": 1})):
        with pytest.raises(ValueError, match=r"no such|unexpected"):
            remote.act(do, **fields)
