"""The shipped proxy configuration, at a real nginx in front of real processes."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from websockets.asyncio.client import connect

from tests.backend.serving import serving
from tests.common.processes import PATIENCE
from tests.deploy.nginx import NGINX, proxying

TOKEN: Final = "AnUnguessableKeyToTheStayOfSomebody-0123456789"

pytestmark = [
    pytest.mark.once("embedded"),
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed: proxy not tried"),
]


@pytest.fixture
def proxy(bare: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The address of nginx, with the product's server behind it for both kinds."""
    environ = {**bare, "DEBUG": "true", "TRUSTED_PROXY_COUNT": "1"}
    with (
        serving("--no-proxy-headers", environ=environ, log=tmp_path / "server") as served,
        proxying(tmp_path, web=[served.port], ws=served.port) as address,
    ):
        yield address


def test_requests_and_sockets_go_through_and_no_key_is_written_down(
    proxy: str, tmp_path: Path
) -> None:
    assert requests.get(f"http://{proxy}/healthz", timeout=PATIENCE).json() == {"status": "ok"}
    assert asyncio.run(_greet(f"ws://{proxy}/graphql/?token={TOKEN}")) == "connection_ack"
    for door in ("checkin", "stays", "seating/orders", "seating/waiting-list"):
        requests.get(f"http://{proxy}/api/{door}/{TOKEN}/?key={TOKEN}", timeout=PATIENCE)

    written = _log(tmp_path, lines=7)

    assert TOKEN not in written
    assert "/api/stays/[hidden]/" in written
    assert '"GET /healthz HTTP/1.1" 200' in written


async def _greet(address: str) -> Any:
    async with connect(address, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        await socket.send('{"type": "connection_init"}')
        return json.loads(await socket.recv())["type"]


def _log(room: Path, *, lines: int) -> str:
    """Return the access log; nginx writes a line when a request is over."""
    deadline = time.monotonic() + PATIENCE
    while (text := (room / "access.log").read_text()).count("\n") < lines:
        assert time.monotonic() < deadline, text
        time.sleep(0.05)
    return text


def test_what_callers_say_of_their_address_is_not_believed(proxy: str) -> None:
    """Two tries by one caller count as one caller's, whatever addresses the caller invents."""
    codes = [
        requests.post(
            f"http://{proxy}/api/checkin/start/",
            json={"booking_reference": "NO-SUCH"},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
            timeout=PATIENCE,
        ).status_code
        for number in range(15)
    ]

    assert codes[-1] == 429, codes


def test_metrics_are_not_for_the_world(proxy: str) -> None:
    assert requests.get(f"http://{proxy}/metrics", timeout=PATIENCE).status_code == 404
    assert requests.get(f"http://{proxy}/readyz", timeout=PATIENCE).status_code in {200, 503}
