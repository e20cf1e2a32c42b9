"""A lock cloud as a child process that can be killed and started again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.fakes.lockcloud.inspection import RemoteLockCloud

_ROOT: Final = Path(__file__).resolve().parents[3]


class LockCloudProcess(RemoteLockCloud):
    """A cloud of its own that ends with the tests, however they end.

    Keywords besides ``state`` are those of ``Setup`` that JSON can carry.
    """

    def __init__(self, *, state: Path, port: int = 0, **setup: Any) -> None:
        super().__init__("")
        self._port = port
        self._options = ["--with-owner", "--state", str(state)]
        for name, value in setup.items():
            self._options += [f"--{name.replace('_', '-')}", json.dumps(value)]
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the process, on the same port as before; returns once it listens."""
        command = [sys.executable, "-m", "tests.fakes.lockcloud", "--port", str(self._port)]
        self._process = subprocess.Popen(
            [*command, *self._options],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._process.stdout is None:
            raise OSError("the cloud's process has no output to read")
        self.url = json.loads(self._process.stdout.readline())["url"]
        self._port = int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
