"""A real uvicorn with the real application, in a process of its own."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.common.processes import PATIENCE, child
from tests.services.process import free_port

HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server that answers; ``said`` is its log so far."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text()

    def stop(self, with_signal: int = signal.SIGTERM) -> int:
        """Ask it to end, and return its exit code when it has."""
        self.process.send_signal(with_signal)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(
    *options: str,
    environ: Mapping[str, str],
    log: Path,
    application: str = "backend.asgi:application",
) -> Iterator[Served]:
    """Serve ``backend.asgi`` as production does, until the block ends."""
    port = free_port()
    arguments = ("-m", "uvicorn", application, "--port", str(port), *options)
    with child(*arguments, environ=environ, log=log) as process:
        _wait_until_it_listens(port, process, log)
        yield Served(port=port, process=process, log=log)


def _wait_until_it_listens(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"it never listened:\n{log.read_text()}")
