"""What a real lock would remember outlives the simulator's process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from apps.locks.simulator import SimulatorServer, SimulatorSettings
from apps.locks.simulator.simulator import utc_now
from apps.locks.simulator.store import StoreInUseError
from tests.common.errands import wait_until
from tests.locks.simulator.driver import LOCK, NOON, Caller, Clock

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys, threading
from pathlib import Path
from apps.locks.simulator import SimulatorServer, SimulatorSettings
server = SimulatorServer(SimulatorSettings(state_path=Path(sys.argv[1]))).start()
print(server.url, flush=True)
threading.Event().wait()
"""


@contextmanager
def killed_in_the_end(state: Path) -> Iterator[Caller]:
    """A simulator in a process of its own, ended by SIGKILL."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(state)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield Caller(process.stdout.readline().strip(), utc_now)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_hard_stop_forgets_nothing(tmp_path: Path) -> None:
    state = tmp_path / "state" / "simulator.sqlite3"
    with killed_in_the_end(state) as caller:
        caller.sim("POST", "/locks", {"lock_id": 55, "alias": "Side door", "gateway_ids": [9]})
        caller.add("2580")
        caller.add("3691", addType=1)
        removed = caller.add("1470")["keyboardPwdId"]
        caller.delete(removed)
        caller.enter("2580", at=NOON)
        window = (NOON, NOON + timedelta(days=1))
        code = caller.get_code(*window)["keyboardPwd"]
        caller.sim("DELETE", "/locks/1000009")
        before = caller.state()
        token = caller.access_token
    with SimulatorServer(SimulatorSettings(state_path=state)) as server:
        caller = Caller(server.url, utc_now)
        caller.access_token = token
        after = caller.state()
        assert after["locks"] == before["locks"]
        assert caller.memory() == ["2580", code]
        assert caller.get_code(*window)["errcode"] == -3007
        assert caller.add("7412")["keyboardPwdId"] > removed
        assert caller.call("lockRecord/list", lockId=LOCK)["total"] == 1


def test_a_change_is_kept_while_its_caller_still_waits_for_the_answer(tmp_path: Path) -> None:
    state = tmp_path / "simulator.sqlite3"
    with ThreadPoolExecutor() as pool:
        with killed_in_the_end(state) as caller:
            waiting = Caller(caller.url, utc_now)
            waiting.auth()
            caller.sim("POST", "/locks", {"lock_id": LOCK})
            # The caller gives up after 20 seconds at most; the answer would come after 60.
            caller.faults(timeout_after_rate=1, hang_seconds=60, only_calls=["keyboardPwd/add"])
            unheard = pool.submit(waiting.add, "2580")
            wait_until(lambda: caller.memory() == ["2580"])
        assert unheard.exception() is not None
    with SimulatorServer(SimulatorSettings(state_path=state)) as server:
        assert Caller(server.url, utc_now).memory() == ["2580"]


def test_a_removed_lock_stays_gone_and_a_reset_forgets_everything(
    tmp_path: Path, clock: Clock
) -> None:
    settings = SimulatorSettings(state_path=tmp_path / "simulator.sqlite3", now=clock)
    with SimulatorServer(settings) as server:
        caller = Caller(server.url, clock)
        caller.add("2580")
        caller.sim("DELETE", f"/locks/{LOCK}")
    with SimulatorServer(settings) as server:
        caller = Caller(server.url, clock)
        assert caller.add("2580")["errcode"] == -1003
        caller.sim("POST", "/locks", {"lock_id": LOCK})
        assert "keyboardPwdId" in caller.add("2580")
        caller.sim("POST", "/reset")
    with SimulatorServer(settings) as server:
        caller = Caller(server.url, clock)
        assert caller.state()["locks"] == []


def test_the_file_is_for_its_owner_and_for_one_simulator_at_a_time(tmp_path: Path) -> None:
    settings = SimulatorSettings(state_path=tmp_path / "simulator.sqlite3")
    with SimulatorServer(settings):
        assert settings.state_path is not None
        assert settings.state_path.stat().st_mode & 0o777 == 0o600
        with pytest.raises(StoreInUseError):
            SimulatorServer(settings)
