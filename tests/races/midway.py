"""What somebody does while somebody else's command is half done, at real server processes.

With Redis there are two web processes: the held request is at one, whoever comes is at the other.
In embedded mode there is one process, as there always is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import requests
from django.conf import settings
from django.db import connections
from django.utils import timezone
from huey.contrib.djhuey import HUEY

from tests.backend.serving import HOST, serving
from tests.common.errands import wait_until
from tests.common.processes import PATIENCE, environ_on_test_database
from tests.races.gates import GATES, HEADER

WITH_LOCKS: Final = "tests.races.holding:application"
WITHOUT_LOCKS: Final = "tests.races.lockless:application"
# Whoever has not been answered by then waits for a lock. Where none is taken by reading, they may
# still wait for what the held command has written.
WAITS_FOR_LOCK_SECONDS: Final = 0.5
NO_LOCK_SECONDS: Final = 3.0
TRIES: Final = 5
# What a server says when two commands break each other.
BROKEN: Final = frozenset({"INTERNAL_ERROR", "UNAVAILABLE"})

Deed = Callable[[str], str]  # done at an address; returns a code, or "" for a success


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request; called with a server's address, it returns the code of its refusal, or ""."""

    path: str
    body: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    hold: str = ""
    method: str = "POST"
    file: bytes | None = None

    def __call__(self, address: str) -> str:
        headers = {"Connection": "close"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.hold:
            headers[HEADER.decode()] = self.hold
        with requests.Session() as session:
            session.trust_env = False  # a server on this machine is not behind a proxy
            answer = session.request(
                self.method,
                f"{address}{self.path}",
                json=self.body if self.file is None else None,
                files=None if self.file is None else {"file": self.file},
                headers=headers,
                timeout=2 * PATIENCE,
            )
        if not answer.content:
            return ""
        said = answer.json()
        return str(said["error"]["code"]) if isinstance(said.get("error"), dict) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Where the servers are, and the directory of the gates that held requests stand at.

    ``patience`` is how long others may take before they are taken to wait for the held request.
    """

    addresses: Sequence[str]
    gates: Path
    patience: float

    def midway(
        self, held: Call, *others: Deed, at: str, not_before: datetime | None = None
    ) -> list[str]:
        """Hold a call once it has read the table ``at``, and let the others come one by one.

        The gate opens when they are done, or when it is clear that they wait for a lock. Returns
        the answers, that of the held call first.
        """
        name = uuid4().hex
        asked = replace(held, hold=f"{name} {at}")
        first = _Doing(lambda: [asked(self.addresses[0])])
        wait_until(lambda: (self.gates / f"{name}.held").exists() or first.is_done)
        if not_before is not None:
            wait_until(lambda: timezone.now() >= not_before)
        rest = _Doing(lambda: [call(self.addresses[-1]) for call in others])
        rest.join(self.patience)
        (self.gates / f"{name}.open").touch()
        return [*first.answers(), *rest.answers()]


def ever_goes_wrong(scene: Callable[[Doors], list[str]], doors: Doors) -> bool:
    """Play a scene until something is wrong afterwards, a few times at most."""
    return any(scene(doors) for _ in range(TRIES))


class _Doing:
    """A thread, and what comes of it."""

    def __init__(self, call: Callable[[], list[str]]) -> None:
        self._call = call
        self._answers: list[str] = []
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._answers = self._call()
        except Exception as error:  # raised where the answers are asked for
            self._error = error
        finally:
            connections.close_all()

    @property
    def is_done(self) -> bool:
        return not self._thread.is_alive()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def answers(self) -> list[str]:
        self._thread.join(3 * PATIENCE)
        assert self.is_done, "it was never answered"
        if self._error is not None:
            raise self._error
        return self._answers


@contextmanager
def doors_to(application: str, directory: Path, **environ: str) -> Iterator[Doors]:
    """Serve the application on this run's database, until the block ends."""
    gates = directory / "gates"
    gates.mkdir()
    surroundings = {
        **environ_on_test_database(),
        "DOORSTEP_VAR_DIR": str(directory / "var"),
        GATES: str(gates),
        **environ,
    }
    with ExitStack() as running:
        addresses = []
        for place in range(1 if settings.EMBEDDED else 2):
            served = running.enter_context(
                serving(
                    environ=surroundings,
                    log=directory / f"server-{place}.log",
                    application=application,
                )
            )
            addresses.append(f"http://{HOST}:{served.port}")
        patience = WAITS_FOR_LOCK_SECONDS if application == WITH_LOCKS else NO_LOCK_SECONDS
        yield Doors(addresses=addresses, gates=gates, patience=patience)
    HUEY.flush()  # nobody is left to be woken
