"""``manage.py ttlock_simulator``: its flags, its end, and what it keeps."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apps.locks.simulator.simulator import utc_now
from tests.locks.simulator.driver import LOCK, Caller

ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "manage.py", "ttlock_simulator", "--port", "0"]


@contextmanager
def running(*flags: str) -> Iterator[Caller]:
    """The command in a process of its own, ended by an interrupt as from the keyboard."""
    process = subprocess.Popen(
        [*COMMAND, *flags],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield Caller(process.stdout.readline().split()[-1], utc_now)
    finally:
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in complaints


def test_flags_become_faults_and_settings() -> None:
    flags = "--latency-ms 5 --jitter-ms 4 --fail-rate 0.25 --timeout-rate 0.5 --offline 1 3"
    rest = "--seed 9 --gateways 3 --strict --state :memory: --client-id app"
    with running(*flags.split(), *rest.split()) as caller:
        state = caller.state()
        faults = state["faults"]
        assert (faults["latency_ms"], faults["jitter_ms"], faults["seed"]) == (5, 4, 9)
        assert faults["fail_rate"] == 0.25
        assert faults["timeout_before_rate"] == faults["timeout_after_rate"] == 0.25
        online = {row["gateway_id"]: row["online"] for row in state["gateways"]}
        assert online == {1: False, 2: True, 3: False}
        caller.faults(fail_rate=0, timeout_before_rate=0, timeout_after_rate=0)
        assert caller.errcode("lock/detail", lockId=LOCK) == -1003
        assert caller.log_in(client_id="other")["errcode"] == 10000


def test_the_state_outlives_the_command_until_it_is_told_to_forget(tmp_path: Path) -> None:
    state = str(tmp_path / "simulator.sqlite3")
    with running("--state", state) as caller:
        caller.add("2580")
    with running("--state", state) as caller:
        assert caller.memory() == ["2580"]
    with running("--state", state, "--reset") as caller:
        assert caller.state()["locks"] == []


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--fail-rate", "2"], "fail_rate"),
        (["--latency-ms", "-1"], "latency_ms"),
        (["--callback-url", "ftp://example.com/"], "callback URL"),
    ],
)
def test_a_wrong_flag_ends_the_command_with_one_clear_line(flags: list[str], named: str) -> None:
    ended = subprocess.run(
        [*COMMAND, "--state", ":memory:", *flags],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert named in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
