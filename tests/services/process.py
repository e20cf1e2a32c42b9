"""What every server out of a wheel shares: its directory, its process, and its certain end."""

import atexit
import os
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.services import watchdog
from tests.services.account import Account, new_directory

READY_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0
# A start can fail for a passing reason: somebody took the port, or the children of a killed
# PostgreSQL still hold its shared memory.
START_ATTEMPTS: Final = 20
PAUSE_SECONDS: Final = 0.01
LOG_TAIL_LINES: Final = 15


class ServerError(Exception):
    """A server did not start; the message ends with the tail of its log."""


class Server(ABC):
    """A real server in a child process, on a loopback port that it keeps over restarts.

    ``stop`` and ``kill`` keep the data directory, ``close`` (also called at exit and by ``with``)
    removes it. A watchdog process does the same when the owner dies without a chance to tidy up.
    """

    name: str

    def __init__(self, account: Account) -> None:
        self._account = account
        self._owner = os.getpid()
        self._directory: Path | None = None
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._port: int | None = None

    # -- for callers -------------------------------------------------------------------------

    @property
    @abstractmethod
    def url(self) -> str:
        """The address for a client, with its password."""

    @property
    def port(self) -> int:
        """The loopback port. Raises ServerError before the first start."""
        if self._port is None:
            raise ServerError(f"{self.name} has not been started.")
        return self._port

    @property
    def directory(self) -> Path:
        """The private directory with data and log. Raises ServerError when there is none."""
        if self._directory is None:
            raise ServerError(f"{self.name} has not been started.")
        return self._directory

    @property
    def pid(self) -> int | None:
        """The process id while the server runs, else None."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> Self:
        """Start and wait until the server answers; a running one is left alone.

        Raises ServerError, BinariesNotFound.
        """
        if self.pid is not None:
            return self
        if self._directory is None:
            self._set_up()
        known_port = self._port
        for _attempt in range(START_ATTEMPTS):
            self._port = known_port or free_port()
            self._process = self._spawn(self._command())
            if self._wait_until_ready(self._process):
                return self
            time.sleep(PAUSE_SECONDS * 20)
        self._port = known_port
        raise ServerError(f"{self.name} did not start:\n{self._log_tail()}")

    def stop(self) -> None:
        """Stop in an orderly way, cutting off clients; the data stays."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(watchdog.STOP_SIGNAL)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill without warning (SIGKILL), as a crash would; the data stays."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def restart(self) -> Self:
        """Stop and start again on the same port."""
        self.stop()
        return self.start()

    def close(self) -> None:
        """Stop and remove everything. A forked child that calls this changes nothing."""
        if self._watchdog is None or os.getpid() != self._owner:
            return
        atexit.unregister(self.close)
        self.stop()
        if self._watchdog.stdin is not None:
            self._watchdog.stdin.close()
        self._watchdog.wait()
        self._watchdog = self._process = self._directory = self._port = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- for the kinds of server -------------------------------------------------------------

    @abstractmethod
    def _prepare(self) -> None:
        """Fill the new directory, once."""

    @abstractmethod
    def _command(self) -> list[str]:
        """Return the command line for the present port."""

    @abstractmethod
    def _is_ready(self, pid: int) -> bool:
        """Tell whether the server with this process id answers clients."""

    @property
    @abstractmethod
    def _pid_file(self) -> Path:
        """The file that the server removes at the end of an orderly stop."""

    def _log_tail(self) -> str:
        log = self.directory / "server.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        return "\n".join(lines[-LOG_TAIL_LINES:])

    # -- inside ------------------------------------------------------------------------------

    def _set_up(self) -> None:
        self._directory = new_directory(f"doorstep-{self.name.lower()}-")
        self._account.own(self._directory)
        self._owner = os.getpid()
        self._watchdog = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", watchdog.__file__),
                *(str(self._owner), str(self._directory), str(self._pid_file)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            cwd="/",
            process_group=0,  # so that Ctrl-C in a terminal does not reach it
        )
        atexit.register(self.close)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        if self._watchdog is None:
            raise ServerError(f"{self.name} has been closed.")
        with (self.directory / "server.log").open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                umask=0o077,
                process_group=self._watchdog.pid,
                **self._account.popen_options(),
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait until ``process`` answers (True) or has ended (False). Raises ServerError."""
        deadline = time.monotonic() + READY_SECONDS
        while process.poll() is None:
            if self._is_ready(process.pid):
                return True
            if time.monotonic() > deadline:
                self.kill()
                raise ServerError(f"{self.name} does not answer:\n{self._log_tail()}")
            time.sleep(PAUSE_SECONDS)
        return False


def free_port() -> int:
    """Return a loopback TCP port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
