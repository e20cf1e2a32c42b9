"""The product and its lock cloud as processes of their own, with nothing of this machine's."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, cast

import requests

from bench.common.errors import BenchFailed
from bench.common.processor import processor_seconds

ROOT: Final = Path(__file__).resolve().parents[2]
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 20.0
QUIET_SECONDS: Final = 3.0
LAST_WORDS: Final = 15  # lines of a log
KEPT_VARIABLES: Final = ("PATH", "HOME", "TMPDIR", "LANG", "SYSTEMROOT")


def free_port() -> int:
    """Return a loopback port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run_program(environ: Mapping[str, str], *program: str) -> str:
    """Run a Python program of this project; return what it printed. Raises BenchFailed."""
    done = subprocess.run(
        [sys.executable, *program],
        cwd=ROOT,
        env={"PYTHONPATH": os.fspath(ROOT), **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BenchFailed(f"{' '.join(program)}: {done.stderr[-2000:]}")
    return done.stdout


class Process:
    """A ``manage.py`` command that says its address on standard output. Use it by ``with``."""

    def __init__(
        self,
        *command: str,
        environ: Mapping[str, str],
        log: Path,
        url: str = "",
        port: int | None = None,
        program: Sequence[str] = ("manage.py",),
        interpreter: str = sys.executable,
    ) -> None:
        """``url``: a pattern whose first group is the address, looked for in ``log``.

        ``port``: where the process will listen, if it is told. Neither: it listens nowhere.
        ``program``: what Python runs instead of ``manage.py``; or another ``interpreter``.
        """
        self._command = (interpreter, *program, *command)
        self._name = command[0]
        self._environ = environ
        self._log = log
        self._pattern = re.compile(url) if url else None
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=dict(self._environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self.url = self._wait_for_address(self._process)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()
        complaints = [line for line in self._words() if re.search(r"error|Traceback", line)]
        if complaints and kind is None:
            raise BenchFailed(f"{self._name} logged: {complaints[0]}")

    @property
    def pid(self) -> int:
        """The process id, for a profiler."""
        return self._process.pid if self._process else 0

    def processor_seconds(self) -> float | None:
        """Return the processor time used so far, which busy neighbours change little.

        None where the system does not tell (it is read from Linux's ``/proc``).
        """
        return processor_seconds(self.pid)

    def _wait_for_address(self, process: subprocess.Popen[bytes]) -> str:
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            address = self._address()
            if address is not None:
                return address
            time.sleep(0.05)
        raise BenchFailed("did not start:\n" + "\n".join(self._words()[-LAST_WORDS:]))

    def _address(self) -> str | None:
        """Return where the process listens by now; None: not yet."""
        if self._pattern is not None:
            found = self._pattern.search("\n".join(self._words()))
            return found[1] if found else None
        if self._port is None:
            return ""
        with socket.socket() as probe:
            is_open = probe.connect_ex(("127.0.0.1", self._port)) == 0
        return f"http://127.0.0.1:{self._port}" if is_open else None

    def _words(self) -> list[str]:
        return self._log.read_text(errors="replace").splitlines()

    def _stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class LockCloud(Process):
    """The lock simulator: ``latency_ms`` for each command, one at a time through a gateway."""

    def __init__(
        self, directory: Path, *, latency_ms: int, jitter_ms: int = 0, gateways: int = 2
    ) -> None:
        super().__init__(
            *("ttlock_simulator", "--port", "0", "--state", ":memory:"),
            *("--latency-ms", str(latency_ms), "--jitter-ms", str(jitter_ms)),
            *("--gateways", str(gateways)),
            environ=bare_environ(directory),
            log=directory / "lock-cloud.log",
            url=r"simulator on (http://\S+)",
        )

    def take(self, latency_ms: int) -> None:
        """Let the next commands take so long."""
        with requests.Session() as session:
            session.trust_env = False
            change = {"latency_ms": latency_ms}
            session.post(f"{self.url}/_sim/faults", json=change, timeout=10).raise_for_status()

    def wait_until_quiet(self) -> None:
        """Return when no call has come in for a while: the demo's guests in house have codes."""
        session = requests.Session()
        session.trust_env = False  # a server on this machine is not behind a proxy
        calls, quiet_since = None, time.monotonic()
        while time.monotonic() < quiet_since + QUIET_SECONDS:
            now = session.get(f"{self.url}/_sim/state", timeout=10).json()["calls"]
            if now != calls:
                calls, quiet_since = now, time.monotonic()
            time.sleep(0.1)


class EmbeddedHouse(Process):
    """The embedded default: server, worker and demo data in one process, in a new directory."""

    def __init__(self, directory: Path, lock_cloud_url: str, **variables: str) -> None:
        """``variables`` are added to the environment of the server."""
        self._directory = directory
        environ = bare_environ(directory) | {
            "TTLOCK_API_URL": lock_cloud_url,
            "RATE_LIMIT_CHECKIN": "0",  # one address plays all the guests
        }
        super().__init__(
            *("dev", "--port", "0"),
            environ=environ | variables,
            log=directory / "server.log",
            url=r"(http://127\.0\.0\.1:\d+)/graphql/",
        )

    def seed(self, *, bookings: int) -> dict[str, Any]:
        """Make demo data with so many arrivals and return its summary. Before or while it runs."""
        summary = self.run_for_json("manage.py", "seed_demo", "--json", "--bookings", str(bookings))
        return cast(dict[str, Any], summary)

    def run_for_json(self, *program: str) -> Any:
        """Run a Python program on the house's data; return the JSON value that it printed."""
        return json.loads(run_program(self._environ, *program))


@contextmanager
def new_directory() -> Iterator[Path]:
    """Give a directory for one run; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as path:
        yield Path(path)


def bare_environ(directory: Path) -> dict[str, str]:
    """Return what a process needs of this one's environment, and a place for its data."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return kept | {"DOORSTEP_VAR_DIR": str(directory / "var"), "PYTHONUNBUFFERED": "1"}
