"""What the second lock cloud does when it is told to go wrong."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.fakes.lockcloud import (
    LockCloud,
    LockCloudProcess,
)
from tests.fakes.lockcloud.caller import (
    FAR_ROOM,
    FRONT_DOOR,
    ROOM,
    SHARED,
    Caller,
    errcode,
    log_in,
)


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize(
    ("kind", "aim"),
    [
        ("timeout", {}),
        ("reset", {}),
        ("garbage", {}),
        ("http", {"status": 502}),
        ("errcode", {"errcode": 1}),
        ("errcode", {"errcode": 90000}),
    ],
)
def test_a_fault_hides_whether_it_was_done(
    cloud: LockCloud, ask: Caller, kind: str, aim: Any, applied: bool
) -> None:
    cloud.fault(kind, call="keyboardPwd/add", applied=applied, **aim)
    try:
        code = errcode(ask.add("4821", timeout=0.5))
    except (OSError, ValueError):  # no answer, half of one, or none that is JSON
        code = None
    assert code == aim.get("errcode")
    assert set(cloud.memory(ROOM)) == ({"4821"} if applied else set())
    assert errcode(ask.add("5937")) == 0  # once, and then all is well


@pytest.mark.parametrize("code", [-3002, -3003, 30006, 30007])
def test_any_code_can_be_scripted_for_any_aim(cloud: LockCloud, ask: Caller, code: int) -> None:
    cloud.fault("errcode", errcode=code, gateway=SHARED, after=1, times=2)
    locks = (ROOM, FAR_ROOM, ROOM, FRONT_DOOR, ROOM)
    answers = [errcode(ask("lock/listKeyboardPwd", lockId=lock)) for lock in locks]
    assert answers == [0, 0, code, code, 0]


def test_a_revoked_token_is_told_in_the_middle(cloud: LockCloud, ask: Caller) -> None:
    cloud.fault("revoke", call="keyboardPwd/delete")
    code = ask.add("4821")["keyboardPwdId"]
    assert errcode(ask.delete(code)) == 10004
    assert errcode(ask.delete(code)) == 10004
    assert errcode(Caller(cloud.url).delete(code)) == 0


def test_the_token_call_can_fail_too(cloud: LockCloud) -> None:
    cloud.fault("errcode", call="oauth2/token", errcode=90000)
    assert errcode(log_in(cloud.url)) == 90000
    assert errcode(log_in(cloud.url)) == 0


def test_phantoms_claim_what_is_not_done(cloud: LockCloud, ask: Caller) -> None:
    code = ask.add("4821")["keyboardPwdId"]
    cloud.fault("phantom", call="keyboardPwd/*", times=3, seconds=60)
    assert ask.delete(code)["errcode"] == 0
    assert [row["keyboardPwd"] for row in cloud.listed(ROOM)] == ["4821"]
    assert errcode(ask.change(code, newKeyboardPwd="4822")) == 0
    assert set(cloud.memory(ROOM)) == {"4821"}
    ghost = int(ask.add("5937")["keyboardPwdId"])
    statuses = {row["keyboardPwdId"]: row["status"] for row in cloud.listed(ROOM)}
    assert statuses[ghost] == 4
    cloud.land_pending()
    statuses = {row["keyboardPwdId"]: row["status"] for row in cloud.listed(ROOM)}
    assert statuses[ghost] == 5
    assert set(cloud.memory(ROOM)) == {"4821"}


def test_a_late_add_lands_after_its_time_out(cloud: LockCloud, ask: Caller) -> None:
    cloud.fault("late", call="keyboardPwd/add", lock=ROOM, seconds=60, busy=True)
    with pytest.raises(OSError, match="timed out"):
        ask.add("4821", timeout=0.3)
    assert cloud.memory(ROOM) == {}
    assert errcode(ask.add("5937")) == -3003  # the gateway still has the first in hand
    cloud.land_pending()
    assert set(cloud.memory(ROOM)) == {"4821"}
    assert cloud.commands[0].landed_at is not None


def test_of_two_equal_adds_the_late_one_is_refused(cloud: LockCloud, ask: Caller) -> None:
    cloud.fault("late", call="keyboardPwd/add", seconds=60)
    with pytest.raises(OSError, match="timed out"):
        ask.add("4821", timeout=0.3)
    assert errcode(ask.add("4821")) == 0
    cloud.land_pending()
    assert [each.result for each in cloud.commands] == [-3007, 0]
    assert len(cloud.listed(ROOM)) == 1


def test_rates_repeat_with_their_seed_whatever_other_locks_do() -> None:
    def outcomes(seed: int, *, others: bool) -> list[int]:
        with LockCloud(seed=seed) as cloud:
            ask, told = Caller(cloud.url), []
            cloud.fault("errcode", errcode=90000, rate=0.5, times=None)
            for _ in range(12):
                if others:
                    ask("lock/detail", lockId=FAR_ROOM)
                told.append(errcode(ask("lock/detail", lockId=ROOM)))
            return told

    once = outcomes(4, others=False)
    assert once == outcomes(4, others=True)
    assert once != outcomes(5, others=False)
    assert set(once) == {0, 90000}


def test_a_killed_cloud_comes_back_with_all_it_knew(tmp_path: Path) -> None:
    with LockCloudProcess(state=tmp_path / "cloud.json", gateways={0: 1}) as cloud:
        ask = Caller(cloud.url)
        kept = ask.add("4821")["keyboardPwdId"]
        cloud.fault("late", call="keyboardPwd/add", digits="5937", seconds=60)
        with pytest.raises(OSError, match="timed out"):
            ask.add("5937", timeout=0.5)
        while not cloud.state["pending"]:
            time.sleep(0.01)
        cloud.kill()
        cloud.start()
        assert set(cloud.memory(ROOM)) == {"4821"}
        cloud.land_pending()
        assert set(cloud.memory(ROOM)) == {"4821", "5937"}
        assert errcode(ask.delete(kept)) == 0  # the token, too, is still good
        with urlopen(f"{cloud.url}/_control/state") as told:  # noqa: S310 - loopback
            assert len(json.loads(told.read())["result"]["commands"]) == 3


def test_a_late_command_lands_by_itself_when_due(cloud: LockCloud, ask: Caller) -> None:
    cloud.fault("late", call="keyboardPwd/delete", seconds=0.3)
    code = ask.add("4821")["keyboardPwdId"]
    with pytest.raises(OSError, match="timed out"):
        ask.delete(code, timeout=0.1)
    deadline = time.monotonic() + 20
    while cloud.memory(ROOM) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert cloud.memory(ROOM) == {}
    assert cloud.commands[-1].result == 0
