"""Commands to a lock travel through one gateway, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from apps.locks.simulator import SimulatorServer, SimulatorSettings
from apps.locks.simulator.fault_plan import FaultPlan
from tests.common.errands import wait_until
from tests.locks.simulator.driver import (
    LOCK,
    LOCK_ON_OTHER_GATEWAY,
    NOON,
    OTHER_LOCK_SAME_GATEWAY,
    Caller,
    Clock,
    millis,
)


def busy(caller: Caller) -> list[int]:
    return [row["gateway_id"] for row in caller.state()["gateways"] if row["busy"]]


@pytest.fixture
def slow_server(clock: Clock) -> Iterator[SimulatorServer]:
    """Commands take so long that only the server's end brings their answers."""
    faults = FaultPlan(latency_ms=600_000)
    with SimulatorServer(SimulatorSettings(now=clock, faults=faults)) as server:
        yield server


def test_an_overlapping_command_on_a_gateway_is_turned_away(
    slow_server: SimulatorServer, clock: Clock
) -> None:
    first, second, third = (Caller(slow_server.url, clock) for _ in range(3))
    with ThreadPoolExecutor() as pool:
        running = pool.submit(first.add, "2580")
        wait_until(lambda: busy(second) == [2])
        assert second.add("3691", lock=OTHER_LOCK_SAME_GATEWAY)["errcode"] == -3003
        assert second.add("3691", lock=LOCK)["errcode"] == -3003
        elsewhere = pool.submit(third.add, "3691", lock=LOCK_ON_OTHER_GATEWAY)
        wait_until(lambda: busy(second) == [1, 2])
        slow_server.stop()
        assert "keyboardPwdId" in running.result()
        assert "keyboardPwdId" in elsewhere.result()


def test_calls_that_the_cloud_answers_alone_pass_a_busy_gateway(
    slow_server: SimulatorServer, clock: Clock
) -> None:
    first, second = (Caller(slow_server.url, clock) for _ in range(2))
    with ThreadPoolExecutor() as pool:
        running = pool.submit(first.add, "2580")
        wait_until(lambda: busy(second) == [2])
        assert second.call("lock/listKeyboardPwd", lockId=LOCK)["list"] == []
        assert "keyboardPwd" in second.get_code(NOON, NOON + timedelta(days=1))
        slow_server.stop()
        assert "keyboardPwdId" in running.result()


def test_a_gateway_is_free_again_when_its_command_is_done(caller: Caller) -> None:
    caller.add("2580")
    assert busy(caller) == []
    assert "keyboardPwdId" in caller.add("3691", lock=OTHER_LOCK_SAME_GATEWAY)


def test_a_lock_without_reachable_gateway_refuses_commands(caller: Caller) -> None:
    caller.faults(offline_gateways=[2])
    assert caller.add("2580")["errcode"] == -3002
    assert "keyboardPwdId" in caller.add("2580", lock=LOCK_ON_OTHER_GATEWAY)
    caller.sim("POST", "/locks", {"lock_id": LOCK, "gateway_ids": []})
    assert caller.add("2580")["errcode"] == -2012
    assert caller.memory() == caller.listed() == []


def test_a_lock_is_reached_while_one_of_its_gateways_is_online(caller: Caller) -> None:
    caller.sim("POST", "/locks", {"lock_id": LOCK, "gateway_ids": [1, 2, 7]})
    caller.faults(offline_gateways=[1, 2])
    assert "keyboardPwdId" in caller.add("2580")
    caller.faults(offline_gateways=[1, 2, 7])
    assert caller.add("3691")["errcode"] == -3002


def test_the_cloud_lists_a_lost_gateway_for_half_an_hour(caller: Caller, clock: Clock) -> None:
    caller.add("2580")

    def online() -> dict[int, int]:
        rows = caller.call("gateway/list", pageNo=1, pageSize=20)["list"]
        return {row["gatewayId"]: row["isOnline"] for row in rows}

    def paired() -> list[int]:
        rows = caller.call("gateway/listByLock", lockId=LOCK)["list"]
        return [row["gatewayId"] for row in rows]

    caller.faults(offline_gateways=[2])
    clock.advance(minutes=29)
    assert online() == {1: 1, 2: 1}
    assert paired() == [2]
    clock.advance(minutes=1)
    assert online() == {1: 1, 2: 0}
    assert paired() == []


def test_the_lock_clock_is_read_and_set_through_the_gateway(caller: Caller, clock: Clock) -> None:
    caller.faults(clock_skew_seconds={LOCK: 90})
    ahead = millis(clock.now + timedelta(seconds=90))
    assert caller.call("lock/queryDate", lockId=LOCK) == {"date": ahead}
    assert caller.call("lock/updateDate", lockId=LOCK) == {"date": millis(clock.now)}
    assert caller.call("lock/queryDate", lockId=LOCK) == {"date": millis(clock.now)}
    caller.faults(offline_gateways=[2])
    assert caller.errcode("lock/queryDate", lockId=LOCK) == -3002


def test_a_door_opened_from_afar_locks_itself_again(caller: Caller, clock: Clock) -> None:
    assert caller.call("lock/queryOpenState", lockId=LOCK) == {"state": 0}
    assert caller.call("lock/unlock", lockId=LOCK)["errcode"] == 0
    assert caller.call("lock/queryOpenState", lockId=LOCK) == {"state": 1}
    clock.advance(seconds=5)
    assert caller.call("lock/queryOpenState", lockId=LOCK) == {"state": 0}
    caller.call("lock/unlock", lockId=LOCK)
    assert caller.call("lock/lock", lockId=LOCK)["errcode"] == 0
    assert caller.call("lock/queryOpenState", lockId=LOCK) == {"state": 0}
