"""One process of the deployment: it can be killed, stopped and started again on the same port."""

from __future__ import annotations

import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from tests.common.processes import ROOT
from tests.services.process import free_port

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 120.0
STOP_SECONDS: Final = 60.0
CLOCKS: Final = Path(__file__).resolve().parent / "clock"


class NodeError(Exception):
    """A process did not start, or did not end when it was asked to."""


class Node:
    """A Python process of the product. Its output is kept in one log over all its lives."""

    def __init__(
        self, name: str, command: Sequence[str], *, environ: Mapping[str, str], logs: Path
    ) -> None:
        """``command``: the arguments of Python; ``{port}`` in it becomes the process's port."""
        self.name = name
        self.port = free_port() if any("{port}" in part for part in command) else 0
        self.unexpected_ends: list[str] = []
        self._command = [part.format(port=self.port) for part in command]
        self._clock = logs / f"{name}.clock"
        self._log = logs / f"{name}.log"
        self._environ = {**environ, "PYTHONPATH": str(CLOCKS), "CHAOS_CLOCK": str(self._clock)}
        self._process: subprocess.Popen[bytes] | None = None
        self._is_told_to_end = False
        self._turn = threading.RLock()  # faults overlap

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def launch(self) -> None:
        """Start without waiting; a process that runs is left alone."""
        with self._turn:
            if self.is_running:
                return
            self._note_end()
            self._process = subprocess.Popen(
                [sys.executable, *self._command],
                cwd=ROOT,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            self._is_told_to_end = False
            # By way of this process: a limit on the sizes of its files must not end its log.
            said = self._process.stdout
            threading.Thread(target=self._keep, args=(said,), daemon=True).start()

    def bring_up(self) -> None:
        """Return when the process listens, however often it ends meanwhile. Raises NodeError."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.launch()
            if not self.port or _listens(self.port):
                return
            time.sleep(0.1)
        raise NodeError(f"{self.name} never listened; see {self._log}")

    def kill(self) -> None:
        """End without warning, as a crash or a machine's end would."""
        with self._turn:
            self._note_end()
            self._is_told_to_end = True
            if self._process is not None:
                self._process.kill()
                self._process.wait()

    def stop(self) -> None:
        """Ask to end, and wait until the work in hand is done."""
        with self._turn:
            self._note_end()
            self._is_told_to_end = True
            if self._process is None or not self.is_running:
                return
            self._process.send_signal(signal.SIGTERM)
            try:
                code = self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                self.unexpected_ends.append(f"did not end {STOP_SECONDS:.0f} s after SIGTERM")
                return
            if code not in {0, -signal.SIGTERM}:
                self.unexpected_ends.append(f"ended with {code} after SIGTERM")

    def step_clock(self, seconds: float) -> None:
        """Let the process believe that it is so much later; 0: as it really is."""
        self._clock.write_text(str(seconds))

    def limit_files(self, most_bytes: int | None) -> None:
        """Let the process write no file beyond so many bytes, as a full disk would; None: any."""
        limit = resource.RLIM_INFINITY if most_bytes is None else most_bytes
        if self._process is not None and self.is_running:
            # The soft limit alone, so that it can be lifted again.
            hard = resource.RLIM_INFINITY
            resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (limit, hard))

    def _note_end(self) -> None:
        if self._process is None or self._is_told_to_end or self.is_running:
            return
        self.unexpected_ends.append(f"ended by itself with {self._process.returncode}")

    def _keep(self, said: IO[bytes]) -> None:
        with self._log.open("ab", buffering=0) as log, said:
            for line in said:
                log.write(line)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
