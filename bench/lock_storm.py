"""Hundreds of guests at once, locks that misbehave, and workers that are killed all the time."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

import django
import requests
from django.core.management import call_command

from bench.common import (
    BenchFailed,
    Figure,
    Floor,
    Report,
    Row,
    new_directory,
    said,
)
from bench.common.processes import KEPT_VARIABLES, ROOT, START_SECONDS, Process
from tests.services import PostgresServer, ValkeyServer

GUESTS: Final = 500
WORKERS: Final = 2
MOST_OF_FAIR: Final = 3.0
MOST_CALLS_EACH: Final = 2.02  # two, and the list calls that guests share
LATENCY_MS: Final = 200
TIMEOUT_SECONDS: Final = 1.0  # five commands long, as ten seconds are at a real lock
HANG_SECONDS: Final = 1.5  # longer than a worker waits
KILL_EVERY_SECONDS: Final = 4.0  # after the other one is at work again
PATIENCE_SECONDS: Final = 400.0  # bounds each part of a run; a quiet machine needs a fifth
STORM: Final[Mapping[str, Any]] = {
    "busy_rate": 0.2,
    "timeout_after_rate": 0.1,
    "timeout_before_rate": 0.05,
    "fail_rate": 0.05,
    "hang_seconds": HANG_SECONDS,
}


def measure(count: int | None) -> Report:
    """Set and remove the codes of many guests in fair weather, then in the storm."""
    guests = count or GUESTS
    with ExitStack() as stack:
        directory = stack.enter_context(new_directory())
        postgres = stack.enter_context(PostgresServer())
        valkey = stack.enter_context(ValkeyServer())
        environ = _environ(directory, postgres.url, valkey.url)
        cloud = stack.enter_context(_cloud(directory, environ))
        environ["TTLOCK_API_URL"] = cloud.url
        _set_django_up(environ)
        return _Storm(cloud.url, environ, directory, guests).report()


def _environ(directory: Path, database_url: str, redis_url: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "backend.settings",
        "DOORSTEP_VAR_DIR": str(directory / "var"),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": secrets.token_hex(32),
        "FIELD_ENCRYPTION_KEY": secrets.token_hex(32),
        "TTLOCK_CLIENT_ID": "bench",
        "TTLOCK_CLIENT_SECRET": "bench",
        "TTLOCK_USERNAME": "bench",
        "TTLOCK_PASSWORD": "bench",
        "TTLOCK_TIMEOUT_SECONDS": str(TIMEOUT_SECONDS),
        "PYTHONUNBUFFERED": "1",
    }


def _cloud(directory: Path, environ: Mapping[str, str]) -> Process:
    return Process(
        *("ttlock_simulator", "--port", "0", "--state", ":memory:", "--gateways", "8"),
        *("--latency-ms", str(LATENCY_MS), "--jitter-ms", str(LATENCY_MS // 3)),
        environ={**environ, "DEBUG": "true"},
        log=directory / "lock-cloud.log",
        url=r"simulator on (http://\S+)",
    )


def _set_django_up(environ: Mapping[str, str]) -> None:
    os.environ.update(environ)
    django.setup()
    call_command("migrate", verbosity=0)


class _Storm:
    """One run."""

    def __init__(
        self, cloud_url: str, environ: Mapping[str, str], directory: Path, guests: int
    ) -> None:
        # Importable only once Django is set up.
        from bench import storm_house

        self._house = storm_house
        self._cloud_url, self._environ, self._directory = cloud_url, environ, directory
        self._guests = guests
        self._session = requests.Session()
        self._session.trust_env = False
        self._houses = storm_house.build_houses()
        self._sim("POST", "/locks", storm_house.doors_of(self._houses))

    def report(self) -> Report:
        """Play both weathers and hold the end against the rows."""
        with self._workers(kills=False):
            fair, calls, fair_removal = self._play("fair")
        self._sim("POST", "/faults", STORM)
        with self._workers(kills=True) as deaths:
            rough, storm_calls, rough_removal = self._play("storm")
        floor = Floor(name="time to SET without faults", samples=fair)
        each = sum(calls.values()) / self._guests
        return Report(
            bench="lock_storm",
            title=f"{self._guests} guests at once, two codes each, over eight gateways",
            rows=[
                Row(name="time to SET in the storm", samples=rough, floor=floor),
                Row(name=f"floor: {floor.name}", samples=fair, floor=floor),
                Row(name="all codes off again in the storm", samples=[rough_removal]),
                Row(name="all codes off again without faults", samples=[fair_removal]),
            ],
            figures=[
                Figure(
                    name="time to SET in the storm ÷ without faults, median",
                    value=median(rough) / floor.seconds,
                    unit="×",
                    aim=MOST_OF_FAIR,
                    beside=f"without faults {said(floor.seconds, 's')}",
                ),
                Figure(
                    name="calls for a guest's two codes", value=each, unit="", aim=MOST_CALLS_EACH
                ),
                # Anything of these that is left fails the bench.
                Figure(name="guests without codes, doubles, orphans", value=0, unit="", aim=0),
            ],
            notes=[
                "The storm: 20 % busy, 10 % time-outs after and 5 % before a command was carried "
                "out, 5 % generic errors, and one of two workers killed every "
                f"{KILL_EVERY_SECONDS:g} s, {len(deaths)} in all.",
                "At the end: 0 guests without codes, 0 doubles, 0 codes in lock memories that no "
                "row knows or the other way round; after the departures every memory is empty.",
                f"Calls for a guest's two codes without faults: {each:.2f} "
                f"({_counted(calls)}); in the storm {sum(storm_calls.values()) / self._guests:.2f} "
                f"({_counted(storm_calls)}).",
            ],
        )

    def _play(self, party: str) -> tuple[list[float], Counter[str], float]:
        """Return each code's seconds to SET, the calls until then, and the seconds to empty."""
        house, before = self._house, self._calls()
        house.invite(self._houses, guests=self._guests, party=party)
        self._wait(lambda: house.waiting_for_ready(party), "guests without codes")
        self._wait(lambda: house.waiting_for_setting(party), "codes not on their locks")
        seconds, calls = house.seconds_to_set(party), self._calls() - before
        self._expect_none("doubles", house.doubles())
        self._wait(lambda: house.orphans(self._memories()), "codes in memories unlike the rows")
        started = time.perf_counter()
        house.send_home(guests=self._guests, party=party)
        self._wait(lambda: house.waiting_for_removal(party), "codes not removed")
        removal = time.perf_counter() - started
        self._wait(
            lambda: sum(map(len, self._memories().values())), "codes left in the locks' memories"
        )
        return seconds, calls, removal

    def _wait(self, count: Callable[[], int], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while left := count():
            if time.monotonic() > deadline:
                raise BenchFailed(f"{left} {what} after {PATIENCE_SECONDS:g} s.")
            time.sleep(0.5)

    def _expect_none(self, what: str, count: int) -> None:
        if count:
            raise BenchFailed(f"{count} {what}.")

    def _sim(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(
            method, f"{self._cloud_url}/_sim{path}", json=body, timeout=30
        )
        answer.raise_for_status()
        return answer.json()

    def _calls(self) -> Counter[str]:
        return Counter(self._sim("GET", "/state?lock_id=1")["calls"])

    def _memories(self) -> dict[int, list[str]]:
        return {
            lock["lock_id"]: [held["code"] for held in lock["memory"] if held["kind"] == "CUSTOM"]
            for lock in self._sim("GET", "/state")["locks"]
        }

    @contextmanager
    def _workers(self, *, kills: bool) -> Iterator[list[float]]:
        """Keep two workers running; yields when each kill happened."""
        running = [_WorkerProcess(self._environ, self._directory) for _ in range(WORKERS)]
        for worker in running:
            worker.wait_until_at_work()
        over, deaths = threading.Event(), list[float]()

        def kill_in_turn() -> None:
            while not over.wait(KILL_EVERY_SECONDS):
                place = len(deaths) % WORKERS
                running[place].kill()
                deaths.append(time.monotonic())
                running[place] = _WorkerProcess(self._environ, self._directory)
                running[place].wait_until_at_work()

        killer = threading.Thread(target=kill_in_turn, daemon=True)
        if kills:
            killer.start()
        try:
            yield deaths
        finally:
            over.set()
            if kills:
                killer.join()
            for worker in running:
                worker.kill()


class _WorkerProcess:
    """One worker, from its start to its violent end."""

    def __init__(self, environ: Mapping[str, str], directory: Path) -> None:
        self._mark = directory / f"at-work-{secrets.token_hex(4)}"
        with (directory / "worker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bench.storm_worker", str(self._mark)],
                cwd=ROOT,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait_until_at_work(self) -> None:
        """Return once it works: one that dies while it starts would be no storm, only a pause."""
        deadline = time.monotonic() + START_SECONDS
        while not self._mark.exists():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise BenchFailed("A worker did not start.")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()


def _counted(calls: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(calls.items()))
