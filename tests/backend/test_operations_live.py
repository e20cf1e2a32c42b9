"""Real processes: what goes away is said within seconds, and what is counted adds up."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
from websockets.sync.client import connect

from tests.backend.serving import HOST, serving
from tests.common.errands import wait_until
from tests.services import ValkeyServer

pytestmark = pytest.mark.once("embedded")


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    with closing(ValkeyServer().start()) as running:
        yield running


def checks_of(port: int) -> tuple[int, dict[str, str]]:
    """What /readyz says of each check."""
    answer = requests.get(f"http://{HOST}:{port}/readyz", timeout=20)
    return answer.status_code, {
        name: check["status"] for name, check in answer.json()["checks"].items()
    }


def test_redis_that_goes_is_said_and_so_is_its_return(
    bare: dict[str, str], valkey: ValkeyServer, tmp_path: Path
) -> None:
    environ = {**bare, "DEBUG": "true", "REDIS_URL": valkey.url}
    well, gone = ("ok", "ok"), ("degraded", "degraded")

    def live_parts(port: int) -> Any:
        status, checks = checks_of(port)
        assert status == 200, "guests are still served"
        return checks["redis"], checks["channel_layer"]

    with serving(environ=environ, log=tmp_path / "log") as served:
        wait_until(lambda: live_parts(served.port) == well)
        valkey.kill()
        wait_until(lambda: live_parts(served.port) == gone)
        valkey.start()
        wait_until(lambda: live_parts(served.port) == well)


def sum_of(port: int, name: str, **labels: str) -> float:
    """The sum of a figure's values with these labels, as one process tells it."""
    text = requests.get(f"http://{HOST}:{port}/metrics", timeout=20).text
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    lines = [line for line in text.splitlines() if line.startswith(f"{name}{{")]
    return sum(
        float(line.rsplit(" ", 1)[1]) for line in lines if all(part in line for part in wanted)
    )


def test_processes_of_one_machine_tell_the_same_and_forget_who_was_killed(
    bare: dict[str, str], tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    environ = {**bare, "DEBUG": "true", "PROMETHEUS_MULTIPROC_DIR": str(shared)}
    logs = (tmp_path / "first.log", tmp_path / "second.log")
    with (
        serving(environ=environ, log=logs[0]) as first,
        serving(environ=environ, log=logs[1]) as second,
        contextlib.ExitStack() as sockets,
    ):
        for port, times in ((first.port, 2), (second.port, 3)):
            for _ in range(times):
                requests.get(f"http://{HOST}:{port}/no/such/page/", timeout=20)
            address = f"ws://{HOST}:{port}/graphql/"
            protocols: Any = ["graphql-transport-ws"]
            sockets.enter_context(connect(address, subprotocols=protocols))

        for port in (first.port, second.port):
            asked = {"status": "404", "route": "none"}
            wait_until(
                lambda port=port, asked=asked: (
                    sum_of(port, "doorstep_request_seconds_count", **asked) == 5
                )
            )
            wait_until(lambda port=port: sum_of(port, "doorstep_sockets") == 2)

        second.process.kill()
        second.process.wait()
        wait_until(lambda: sum_of(first.port, "doorstep_sockets") == 1)
        assert sum_of(first.port, "doorstep_request_seconds_count", **asked) == 5
