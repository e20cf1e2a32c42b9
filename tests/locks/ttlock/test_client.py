"""Each call: the exact fields that go out, and what is made of the answer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from apps.locks.ttlock.answers import OpenState, PasscodeKind, PasscodeStatus, RecordType
from apps.locks.ttlock.client import TTLockClient
from apps.locks.ttlock.errors import CloudUnavailable, OutcomeUnknown
from apps.locks.ttlock.paging import MAX_PAGES
from tests.locks.ttlock.conftest import NOW
from tests.locks.ttlock.scripted_cloud import ScriptedCloud

ARRIVAL = datetime(2026, 6, 1, 14, 0, tzinfo=UTC)
DEPARTURE = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)
STAY: dict[str, Any] = {"starts_at": ARRIVAL, "ends_at": DEPARTURE}
STAY_ON_THE_WIRE = {"startDate": "1780322400000", "endDate": "1780480800000"}
SIGNED = {"clientId": "application-1", "accessToken": "access-1", "date": "1780315200000"}

READS: dict[str, tuple[Callable[[TTLockClient], Any], dict[str, str], dict[str, Any]]] = {
    "lock/list": (
        lambda client: list(client.list_locks()),
        {"pageNo": "1", "pageSize": "200"},
        {"list": []},
    ),
    "lock/detail": (
        lambda client: client.lock_detail(lock_id=7),
        {"lockId": "7"},
        {"lockId": 7},
    ),
    "lock/queryOpenState": (
        lambda client: client.open_state(lock_id=7),
        {"lockId": "7"},
        {"state": 0},
    ),
    "lock/queryElectricQuantity": (
        lambda client: client.battery(lock_id=7),
        {"lockId": "7"},
        {"electricQuantity": 80},
    ),
    "lock/queryDate": (
        lambda client: client.lock_clock(lock_id=7),
        {"lockId": "7"},
        {"date": 1780315200000},
    ),
    "gateway/list": (
        lambda client: list(client.list_gateways()),
        {"pageNo": "1", "pageSize": "100", "orderBy": "1"},
        {"list": []},
    ),
    "gateway/listByLock": (
        lambda client: client.gateways_of_lock(lock_id=7),
        {"lockId": "7"},
        {"list": []},
    ),
    "gateway/listLock": (
        lambda client: client.locks_of_gateway(gateway_id=9),
        {"gatewayId": "9"},
        {"list": []},
    ),
    "lock/listKeyboardPwd": (
        lambda client: list(client.list_passcodes(lock_id=7, search="0042")),
        {"lockId": "7", "searchStr": "0042", "orderBy": "1", "pageNo": "1", "pageSize": "100"},
        {"list": []},
    ),
    "lockRecord/list": (
        lambda client: list(
            client.list_records(
                lock_id=7,
                since=ARRIVAL,
                until=DEPARTURE,
                record_type=RecordType.PASSCODE_UNLOCK,
            )
        ),
        {"lockId": "7", "recordType": "4", "pageNo": "1", "pageSize": "100", **STAY_ON_THE_WIRE},
        {"list": []},
    ),
}

WRITES: dict[str, tuple[Callable[[TTLockClient], Any], dict[str, str], dict[str, Any]]] = {
    "keyboardPwd/add": (
        lambda client: client.add_passcode(lock_id=7, code="0042", name="BK-1", **STAY),
        {
            "lockId": "7",
            "keyboardPwd": "0042",
            "keyboardPwdName": "BK-1",
            "keyboardPwdType": "3",
            "addType": "2",
            **STAY_ON_THE_WIRE,
        },
        {"keyboardPwdId": 5},
    ),
    "keyboardPwd/change": (
        lambda client: client.change_passcode(lock_id=7, passcode_id=5, **STAY),
        {"lockId": "7", "keyboardPwdId": "5", "changeType": "2", **STAY_ON_THE_WIRE},
        {"errcode": 0, "errmsg": "none error message"},
    ),
    "keyboardPwd/delete": (
        lambda client: client.delete_passcode(lock_id=7, passcode_id=5),
        {"lockId": "7", "keyboardPwdId": "5", "deleteType": "2"},
        {"errcode": 0},
    ),
    "keyboardPwd/get": (
        lambda client: client.offline_passcode(lock_id=7, name="BK-1", **STAY),
        {
            "lockId": "7",
            "keyboardPwdVersion": "4",
            "keyboardPwdType": "3",
            "keyboardPwdName": "BK-1",
            **STAY_ON_THE_WIRE,
        },
        {"keyboardPwd": "0731942", "keyboardPwdId": 6},
    ),
    "lock/updateDate": (
        lambda client: client.set_lock_clock(lock_id=7),
        {"lockId": "7"},
        {"date": 1780315200000},
    ),
}


@pytest.mark.parametrize("name", READS)
def test_reads_go_out_as_documented(name: str, client: TTLockClient, cloud: ScriptedCloud) -> None:
    call, fields, answer = READS[name]
    cloud.say(answer)
    call(client)
    [heard] = cloud.calls
    assert (heard.verb, heard.path) == ("GET", f"/v3/{name}")
    assert heard.query == {**SIGNED, **fields}
    assert heard.form == {}


@pytest.mark.parametrize("name", WRITES)
def test_writes_go_out_as_forms_and_through_the_gateway(
    name: str, client: TTLockClient, cloud: ScriptedCloud
) -> None:
    call, fields, answer = WRITES[name]
    cloud.say(answer)
    call(client)
    [heard] = cloud.calls
    assert (heard.verb, heard.path) == ("POST", f"/v3/{name}")
    assert heard.form == {**SIGNED, **fields}
    assert heard.query == {}
    assert heard.headers["content-type"] == "application/x-www-form-urlencoded"


def test_the_months_calls_are_asked_for_outside_v3_with_the_applications_secret(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.say({"monthRequestCount": 23423})
    assert client.month_request_count() == 23423
    [heard] = cloud.calls
    assert (heard.verb, heard.path, heard.query) == ("POST", "/app/getMonthRequestCount", {})
    assert heard.form == {**SIGNED, "clientSecret": "application-secret"}


def test_a_change_can_carry_new_digits_and_a_new_name(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.say({"errcode": 0})
    client.change_passcode(lock_id=7, passcode_id=5, code="0815", name="BK-2", **STAY)
    assert cloud.calls[0].form == {
        **SIGNED,
        **STAY_ON_THE_WIRE,
        "lockId": "7",
        "keyboardPwdId": "5",
        "changeType": "2",
        "newKeyboardPwd": "0815",
        "keyboardPwdName": "BK-2",
    }


def test_a_custom_codes_window_is_widened_to_whole_minutes(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.say({"keyboardPwdId": 5})
    client.add_passcode(
        lock_id=7,
        code="4826",
        name="BK-1",
        starts_at=ARRIVAL + timedelta(seconds=59, microseconds=999),
        ends_at=DEPARTURE - timedelta(seconds=59),
    )
    sent = cloud.calls[0].form
    assert {name: sent[name] for name in STAY_ON_THE_WIRE} == STAY_ON_THE_WIRE


@pytest.mark.parametrize("code", ["", "123", "1234567890", "12a4", "１２３４", " 1234", "1234\n"])
def test_a_code_that_no_lock_takes_is_not_sent(
    code: str, client: TTLockClient, cloud: ScriptedCloud
) -> None:
    with pytest.raises(ValueError, match="4 to 9 digits"):
        client.add_passcode(lock_id=7, code=code, name="BK-1", **STAY)
    with pytest.raises(ValueError, match="4 to 9 digits"):
        client.change_passcode(lock_id=7, passcode_id=5, code=code, **STAY)
    assert cloud.heard == []


def test_an_empty_window_is_not_sent(client: TTLockClient, cloud: ScriptedCloud) -> None:
    empty: dict[str, Any] = {"starts_at": ARRIVAL, "ends_at": ARRIVAL}
    with pytest.raises(ValueError, match="empty"):
        client.add_passcode(lock_id=7, code="4826", name="BK-1", **empty)
    with pytest.raises(ValueError, match="empty"):
        client.change_passcode(lock_id=7, passcode_id=5, **empty)
    with pytest.raises(ValueError, match="empty"):
        client.offline_passcode(lock_id=7, name="BK-1", **empty)
    assert cloud.heard == []


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [
        (ARRIVAL + timedelta(minutes=20), DEPARTURE),
        (ARRIVAL, DEPARTURE + timedelta(seconds=1)),
        (ARRIVAL, DEPARTURE + timedelta(microseconds=1)),
        (ARRIVAL, ARRIVAL + timedelta(days=366, hours=1)),
    ],
)
def test_an_offline_code_is_not_asked_for_hours_that_the_cloud_would_shift(
    starts_at: datetime, ends_at: datetime, client: TTLockClient, cloud: ScriptedCloud
) -> None:
    with pytest.raises(ValueError, match="offline code"):
        client.offline_passcode(lock_id=7, starts_at=starts_at, ends_at=ends_at, name="BK-1")
    assert cloud.heard == []


def test_an_offline_codes_hours_are_those_of_the_locks_zone(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    cloud.say({"keyboardPwd": "731942"})
    client.offline_passcode(
        lock_id=7,
        starts_at=datetime(2026, 6, 1, 14, 0, tzinfo=kolkata),
        ends_at=datetime(2026, 6, 3, 10, 0, tzinfo=kolkata),
        name="BK-1",
    )
    assert cloud.calls[0].form["startDate"] == "1780302600000"


def test_an_added_code_is_known_by_its_id(client: TTLockClient, cloud: ScriptedCloud) -> None:
    cloud.say({"keyboardPwdId": 5}, {"keyboardPwdId": "6"}, {"errcode": 0, "keyboardPwdId": 7})
    added = [client.add_passcode(lock_id=7, code="0042", name="BK-1", **STAY) for _ in range(3)]
    assert added == [5, 6, 7]


def test_an_add_without_an_id_in_its_answer_has_an_unknown_outcome(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.say({"errcode": 0, "errmsg": "none error message"})
    with pytest.raises(OutcomeUnknown):
        client.add_passcode(lock_id=7, code="0042", name="BK-1", **STAY)


def test_an_offline_code_keeps_its_leading_zero_and_may_lack_an_id(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.say({"keyboardPwd": "0731942"})
    passcode = client.offline_passcode(lock_id=7, name="BK-1", **STAY)
    assert (passcode.code, passcode.passcode_id) == ("0731942", None)


def test_a_listed_code_is_read_whole(client: TTLockClient, cloud: ScriptedCloud) -> None:
    row = {
        "keyboardPwdId": "5",
        "lockId": 7,
        "keyboardPwd": "0042",
        "keyboardPwdName": "BK-1",
        "keyboardPwdType": 3,
        "startDate": 1780322400000,
        "endDate": "1780480800000",
        "sendDate": 1780315200000,
        "isCustom": 1,
        "status": "1",
        "senderUsername": "desk@example.com",
    }
    cloud.say({"list": [row], "pageNo": 1, "pageSize": 100, "pages": 1, "total": 1})
    [passcode] = client.list_passcodes(lock_id=7)
    assert (passcode.passcode_id, passcode.lock_id, passcode.code) == (5, 7, "0042")
    assert (passcode.starts_at, passcode.ends_at) == (ARRIVAL, DEPARTURE)
    assert passcode.sent_at == NOW
    assert (passcode.kind, passcode.status) == (PasscodeKind.PERIOD, PasscodeStatus.NORMAL)
    assert (passcode.name, passcode.is_custom) == ("BK-1", True)
    assert "searchStr" not in cloud.calls[0].query


def test_a_listed_code_may_lack_all_but_its_id(client: TTLockClient, cloud: ScriptedCloud) -> None:
    cloud.say({"list": [{"keyboardPwdId": 5}], "pages": 1})
    [passcode] = client.list_passcodes(lock_id=7)
    assert (passcode.lock_id, passcode.code, passcode.ends_at) == (7, "", None)


def test_a_record_tells_cloud_numbers_from_raw_ones(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    row = {
        "recordId": 9_000_000_000_001,
        "lockId": 7,
        "recordType": 4,
        "recordTypeFromLock": 7,
        "success": 0,
        "username": "BK-1",
        "keyboardPwd": "0042",
        "lockDate": 1780322400000,
        "serverDate": 1780322405000,
    }
    cloud.say({"list": [row, {"recordType": "12"}], "pages": 1})
    keypad, sparse = client.list_records(lock_id=7, since=ARRIVAL, until=DEPARTURE)
    assert (keypad.record_id, keypad.record_type, keypad.raw_record_type) == (
        9_000_000_000_001,
        4,
        7,
    )
    assert (keypad.success, keypad.name, keypad.code) == (False, "BK-1", "0042")
    assert keypad.happened_at == ARRIVAL
    assert keypad.uploaded_at == ARRIVAL + timedelta(seconds=5)
    assert (sparse.record_id, sparse.lock_id, sparse.success) == (None, 7, None)


def test_locks_and_gateways_are_read(client: TTLockClient, cloud: ScriptedCloud) -> None:
    cloud.say(
        {
            "list": [
                {
                    "lockId": 7,
                    "lockName": "M302_aa",
                    "lockAlias": "Room 101",
                    "lockMac": "AA:BB",
                    "electricQuantity": 80,
                    "hasGateway": 1,
                }
            ],
            "pages": 1,
        },
        {
            "list": [{"gatewayId": "9", "gatewayName": "Hall", "isOnline": 0, "lockNum": 3}],
            "pages": 1,
        },
        {"list": [{"gatewayId": 9, "rssi": -71}]},
        {"list": [{"lockId": 7, "rssi": "-88"}]},
    )
    [lock] = client.list_locks()
    assert (lock.lock_id, lock.alias, lock.has_gateway, lock.battery_percent) == (
        7,
        "Room 101",
        True,
        80,
    )
    [gateway] = client.list_gateways()
    assert (gateway.gateway_id, gateway.name, gateway.is_online) == (9, "Hall", False)
    [near] = client.gateways_of_lock(lock_id=7)
    [far] = client.locks_of_gateway(gateway_id=9)
    assert (near.lock_id, near.gateway_id, near.rssi) == (7, 9, -71)
    assert (far.lock_id, far.gateway_id, far.rssi) == (7, 9, -88)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (0, OpenState.LOCKED),
        (1, OpenState.UNLOCKED),
        (2, OpenState.UNKNOWN),
        (9, OpenState.UNKNOWN),
    ],
)
def test_the_bolt_is_out_in_or_unknown(
    state: int, expected: OpenState, client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.say({"state": state})
    assert client.open_state(lock_id=7) is expected


def test_battery_and_clock_are_read(client: TTLockClient, cloud: ScriptedCloud) -> None:
    cloud.say({"electricQuantity": "80"}, {"date": 1780315200000}, {"errcode": 0})
    assert client.battery(lock_id=7) == 80
    assert client.lock_clock(lock_id=7) == NOW
    assert client.set_lock_clock(lock_id=7) is None


def test_pages_are_fetched_one_by_one_and_only_when_wanted(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.say(
        {"list": [{"keyboardPwdId": 1}, {"keyboardPwdId": 2}], "pageNo": 1, "pages": 2},
        {"list": [{"keyboardPwdId": 3}], "pageNo": 2, "pages": 2},
    )
    rows = client.list_passcodes(lock_id=7)
    assert cloud.calls == []
    assert [next(rows).passcode_id, next(rows).passcode_id] == [1, 2]
    assert len(cloud.calls) == 1
    assert [row.passcode_id for row in rows] == [3]
    assert [heard.query["pageNo"] for heard in cloud.calls] == ["1", "2"]


def test_without_a_count_of_pages_the_walk_ends_at_an_empty_one(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.say({"list": [{"keyboardPwdId": 1}]}, {"list": []})
    assert [row.passcode_id for row in client.list_passcodes(lock_id=7)] == [1]


def test_a_list_without_end_is_an_error_and_not_a_short_list(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.say(*[{"list": [{"keyboardPwdId": 1}]}] * (MAX_PAGES + 1))
    with pytest.raises(CloudUnavailable, match="pages"):
        list(client.list_passcodes(lock_id=7))
    assert len(cloud.calls) == MAX_PAGES


@pytest.mark.parametrize("url", ["euapi.ttlock.com", "ftp://euapi.ttlock.com", "https://h/v3", ""])
def test_a_base_url_is_a_scheme_and_a_host(
    url: str, make_client: Callable[..., TTLockClient]
) -> None:
    with pytest.raises(ValueError, match="base_url"):
        make_client(base_url=url)


def test_a_trailing_slash_of_the_base_url_does_no_harm(
    make_client: Callable[..., TTLockClient], cloud: ScriptedCloud
) -> None:
    cloud.say({"electricQuantity": 80})
    make_client(base_url=f"{cloud.base_url}/").battery(lock_id=7)
    assert cloud.calls[0].path == "/v3/lock/queryElectricQuantity"
