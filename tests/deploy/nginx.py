"""The shipped proxy configuration at a real nginx: paths and ports are all that changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import requests

from tests.backend.serving import HOST
from tests.common.processes import PATIENCE, ROOT
from tests.services.process import free_port

SHIPPED: Final = ROOT / "deploy" / "nginx" / "doorstep.conf"
NGINX: Final = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@contextmanager
def proxying(room: Path, *, web: Sequence[int], ws: int) -> Iterator[str]:
    """Yield the address of nginx before processes on these ports; it writes into ``room``."""
    port = free_port()
    configuration = _configure(room, port, web, ws)
    command = [str(NGINX), "-c", str(configuration), "-p", str(room), "-g", "daemon off;"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as running:
        try:
            _wait(port, running)
            yield f"{HOST}:{port}"
        finally:
            running.terminate()


def _configure(room: Path, port: int, web: Sequence[int], ws: int) -> Path:
    """Put the shipped file into a configuration of its own, and return that."""
    upstreams = room / "upstreams.conf"
    servers = "".join(f" server {HOST}:{behind};" for behind in web)
    upstreams.write_text(
        f"upstream doorstep_web {{ least_conn;{servers} keepalive 4; }}\n"
        f"upstream doorstep_ws {{ server {HOST}:{ws}; }}\n"
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
    user = "user root;\n" if os.geteuid() == 0 else ""  # the directory is its owner's alone
    whole = room / "nginx.conf"
    whole.write_text(
        f"{user}pid {room}/pid;\nerror_log {room}/early.log;\nworker_processes 1;\n"
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
