"""The shipped proxy configuration, at a real nginx in front of real processes."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from websockets.asyncio.client import connect

from tests.backend.serving import HOST, serving
from tests.common.processes import PATIENCE, ROOT
from tests.services.process import free_port

SHIPPED: Final = ROOT / "deploy" / "nginx" / "doorstep.conf"
NGINX: Final = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
TOKEN: Final = "AnUnguessableKeyToTheStayOfSomebody-0123456789"

pytestmark = [
    pytest.mark.once("embedded"),
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed: proxy not tried"),
]


@pytest.fixture
def proxy(bare: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The address of nginx, with the product's server behind it for both kinds."""
    environ = {**bare, "DEBUG": "true", "TRUSTED_PROXY_COUNT": "1"}
    with serving("--no-proxy-headers", environ=environ, log=tmp_path / "server") as served:
        port = free_port()
        configuration = _configure(tmp_path, port, served.port)
        command = [str(NGINX), "-c", str(configuration), "-p", str(tmp_path), "-g", "daemon off;"]
        with subprocess.Popen(command, stderr=subprocess.PIPE) as running:
            try:
                _wait(port, running)
                yield f"{HOST}:{port}"
            finally:
                running.terminate()


def _configure(room: Path, port: int, behind: int) -> Path:
    """Put the shipped file into an nginx of its own; paths and ports are all that changes."""
    upstreams = room / "upstreams.conf"
    upstreams.write_text(
        f"upstream doorstep_web {{ server {HOST}:{behind}; keepalive 4; }}\n"
        f"upstream doorstep_ws {{ server {HOST}:{behind}; }}\n"
    )
    shipped = SHIPPED.read_text()
    for found, used in (
        ("/etc/nginx/doorstep-upstreams.conf", str(upstreams)),
        ("listen 8080", f"listen {HOST}:{port}"),
        ("/var/log/nginx/doorstep.log", str(room / "access.log")),
        ("/var/log/nginx/doorstep-error.log", str(room / "error.log")),
    ):
        assert found in shipped
        shipped = shipped.replace(found, used)
    (room / "doorstep.conf").write_text(shipped)
    kept = "".join(
        f"{kind}_temp_path {room}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = room / "nginx.conf"
    whole.write_text(
        f"pid {room}/pid;\nerror_log {room}/early.log;\nworker_processes 1;\n"
        f"events {{}}\nhttp {{\n{kept}include {room}/doorstep.conf;\n}}\n"
    )
    return whole


def _wait(port: int, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert running.poll() is None, running.communicate()[1]
        try:
            requests.get(f"http://{HOST}:{port}/healthz", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx did not answer")


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
