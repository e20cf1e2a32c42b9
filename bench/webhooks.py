"""Webhooks by the thousand to a receiver that refuses some at first; a worker is killed."""

from __future__ import annotations

import os
import secrets
import signal
import time
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import django
from django.core.management import call_command

from bench.common import (
    BenchFailed,
    Figure,
    Floor,
    Report,
    Row,
    new_directory,
    said,
    timed,
)
from bench.common.processes import START_SECONDS, Process, bare_environ
from tests.partners.receiver import Heard, Receiver, Reply
from tests.services import PostgresServer, ValkeyServer

DELIVERIES: Final = 10_000
ENDPOINTS: Final = 8
REFUSED_AT_FIRST: Final = 5  # one in so many
BARE_POSTS: Final = 300
PATIENCE_SECONDS: Final = 900.0
Log = dict[str, list[float]]  # by message: when it came


def measure(count: int | None) -> Report:
    """Deliver, with the worker killed half-way, and hold what came against what happened."""
    wanted = max((count or DELIVERIES) // ENDPOINTS, 1) * ENDPOINTS
    with ExitStack() as stack:
        directory = stack.enter_context(new_directory())
        postgres = stack.enter_context(PostgresServer())
        valkey = stack.enter_context(ValkeyServer())
        environ = bare_environ(directory) | {
            "DJANGO_SETTINGS_MODULE": "backend.settings",
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "SECRET_KEY": secrets.token_hex(32),
            "FIELD_ENCRYPTION_KEY": secrets.token_hex(32),
            "WEBHOOK_ALLOW_PRIVATE": "true",
        }
        os.environ.update(environ)
        django.setup()
        call_command("migrate", verbosity=0)
        partner = stack.enter_context(_Partner())
        return _Run(partner, environ, directory, wanted).report()


class _Partner(Receiver):
    """Refuses a fifth of the messages when it first sees them; notes when which was taken."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.taken: Log = {}
        self._seen: Counter[str] = Counter()

    def _answer(self, heard: Heard) -> Reply:
        message = f"{heard.path} {heard.headers['webhook-id']}"
        self._seen[message] += 1
        is_unlucky = zlib.crc32(message.encode()) % REFUSED_AT_FIRST == 0
        if is_unlucky and self._seen[message] == 1:
            return Reply(status=503)
        self.taken.setdefault(message, []).append(time.time())
        return Reply(status=204)

    @property
    def requests(self) -> int:
        """How many came, the refused ones too."""
        return self._seen.total()

    @property
    def duplicates(self) -> int:
        """How many were taken again."""
        return sum(len(times) - 1 for times in self.taken.values())


class _Run:
    """One run."""

    def __init__(
        self, partner: _Partner, environ: dict[str, str], directory: Path, wanted: int
    ) -> None:
        # Importable only once Django is set up.
        from bench import webhook_house

        self._house = webhook_house
        self._partner, self._environ, self._directory = partner, environ, directory
        self._wanted = wanted

    def report(self) -> Report:
        """Play it and hold the end against the log."""
        paths = [f"/{number}" for number in range(ENDPOINTS)]
        hotels = self._house.build([self._partner.url(path=path) for path in paths])
        floor = self._bare_posts()
        happened = self._house.happen(hotels, each=self._wanted // ENDPOINTS)
        _, seconds = timed(self._deliver)
        expected = {f"/{number} {message}": at for (number, message), at in happened.items()}
        missing, unknown = (
            len(expected.keys() - self._partner.taken.keys()),
            len(self._partner.taken.keys() - expected.keys()),
        )
        if missing or unknown:
            raise BenchFailed(f"{missing} messages were lost, {unknown} never happened.")
        waits = [self._partner.taken[name][0] - at for name, at in expected.items()]
        return Report(
            bench="webhooks",
            title=f"{self._wanted} webhooks to {ENDPOINTS} endpoints of one receiver",
            rows=[
                Row(name="from the commit to the receiver", samples=waits),
                Row(name="a delivery, of all together", samples=[seconds / self._wanted]),
                Row(name=f"floor: {floor.name}", samples=floor.samples, floor=floor),
            ],
            figures=[
                Figure(
                    name="a delivery, of all together",
                    value=seconds / self._wanted,
                    beside=f"a bare POST {said(floor.seconds, 's')}",
                ),
                Figure(name="messages lost", value=missing, unit="", aim=0),
            ],
            notes=[
                f"All that happened was committed at once, in {ENDPOINTS} hotels; the receiver "
                "refused a fifth when it first saw them, and the one worker was killed with -9 "
                "half-way and another started.",
                f"{self._partner.requests} requests; every one of the {self._wanted} messages was "
                f"taken, none lost, {self._partner.duplicates} taken twice.",
            ],
        )

    def _bare_posts(self) -> Floor:
        with Receiver() as bare:
            samples = [timed(lambda: self._house.post(bare.url()))[1] for _ in range(BARE_POSTS)]
        return Floor(name="one bare POST by the same client", samples=samples)

    def _deliver(self) -> None:
        with self._worker() as first:
            self._wait(lambda: len(self._partner.taken) >= self._wanted // 2, "half")
            os.kill(first.pid, signal.SIGKILL)
        with self._worker():
            self._wait(lambda: self._house.pending() == 0, "all")

    def _worker(self) -> Process:
        mark = self._directory / f"at-work-{secrets.token_hex(4)}"
        return _AtWork(mark, self._environ, self._directory / f"{mark.name}.log")

    def _wait(self, is_so: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            if time.monotonic() > deadline:
                raise BenchFailed(f"not {what} delivered after {PATIENCE_SECONDS:g} s.")
            time.sleep(0.2)


class _AtWork(Process):
    """A worker; entered once it is at work."""

    def __init__(self, mark: Path, environ: dict[str, str], log: Path) -> None:
        program = ("-m", "bench.storm_worker")
        super().__init__(str(mark), environ=environ, log=log, program=program)
        self._mark = mark

    def __enter__(self) -> _AtWork:
        super().__enter__()
        deadline = time.monotonic() + START_SECONDS
        while not self._mark.exists():
            if time.monotonic() > deadline:
                raise BenchFailed("A worker did not start.")
            time.sleep(0.05)
        return self
