"""The worker lives with the server: it starts, works, and ends with it."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test.utils import override_settings
from huey.contrib.djhuey import HUEY

from apps.common import live
from apps.common.jobs import wake
from backend.lifespan import Lifespan
from backend.worker import Worker
from tests.backend.serving import serving
from tests.common.errands import Errand, do, owe, wait_until, worked_by
from tests.common.processes import environ_on_test_database

WORKER_THREADS = ("Worker-", "Scheduler", "sweeper")

pytestmark = pytest.mark.usefixtures("errand_rows")


def worker_threads() -> list[str]:
    return [
        thread.name for thread in threading.enumerate() if thread.name.startswith(WORKER_THREADS)
    ]


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    HUEY.flush()
    yield
    assert worker_threads() == []


class Server:
    """The half of the lifespan protocol that a server speaks."""

    def __init__(self) -> None:
        self._told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._running = asyncio.create_task(
            Lifespan(self._no_application)({"type": "lifespan"}, self._told.get, self._said.put)
        )

    async def tell(self, event: str) -> str:
        await self._told.put({"type": f"lifespan.{event}"})
        answer = await asyncio.wait_for(self._said.get(), 30)
        return str(answer["type"]).removeprefix("lifespan.")

    async def has_ended(self) -> bool:
        await asyncio.wait_for(self._running, 30)
        return True

    @staticmethod
    async def _no_application(*_: Any) -> None:
        raise AssertionError("nothing but lifespan events is sent")


def is_done(errand: Errand) -> bool:
    errand.refresh_from_db()
    return errand.done == 1


@override_settings(EMBEDDED=True)
async def test_the_worker_starts_and_ends_with_an_embedded_server() -> None:
    server = Server()
    assert await server.tell("startup") == "startup.complete"
    assert live._loop is asyncio.get_running_loop()
    assert len(worker_threads()) == settings.HUEY["consumer"]["workers"] + 2
    assert await server.tell("shutdown") == "shutdown.complete"
    assert worker_threads() == []
    assert live._loop is None
    assert await server.has_ended()


@override_settings(EMBEDDED=False)
async def test_a_server_with_workers_elsewhere_starts_none() -> None:
    server = Server()
    assert await server.tell("startup") == "startup.complete"
    assert worker_threads() == []
    assert await server.tell("shutdown") == "shutdown.complete"
    assert await server.has_ended()


@override_settings(EMBEDDED=True)
async def test_a_worker_that_can_not_start_keeps_the_server_from_starting() -> None:
    HUEY.immediate = True  # in which Huey refuses to run a consumer
    try:
        assert await Server().tell("startup") == "startup.failed"
    finally:
        HUEY.immediate = False
    assert worker_threads() == []


async def test_other_events_reach_the_application() -> None:
    seen = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    await Lifespan(application)({"type": "http"}, None, None)  # type: ignore[arg-type]
    assert seen == [{"type": "http"}]


def test_a_worker_hears_the_bell_and_sweeps_what_was_not_rung_for() -> None:
    rung, unheard = owe(), owe()
    worker = Worker()
    with worked_by(do):
        worker.start()
        wake(rung)
        for errand in (rung, unheard):
            wait_until(lambda errand=errand: is_done(errand))
        worker.stop()


def test_two_stops_do_no_harm_at_once_or_in_turn() -> None:
    worker = Worker()
    worker.start()
    stopping = [threading.Thread(target=worker.stop) for _ in range(2)]
    for thread in stopping:
        thread.start()
    for thread in stopping:
        thread.join()
    assert worker_threads() == []
    worker.stop()


def test_stopping_a_worker_that_was_never_started_does_no_harm() -> None:
    Worker().stop()


def test_worker_threads_that_died_are_replaced() -> None:
    worker = Worker()
    worker.start()
    before = len(worker_threads())
    dead = worker._consumer.worker_threads[0][1]
    ended = threading.Thread(target=lambda: None, name=dead.name)
    ended.start()
    ended.join()
    worker._consumer.worker_threads[0] = (worker._consumer.worker_threads[0][0], ended)
    worker.keep_healthy()
    assert len(worker_threads()) == before + 1
    worker.stop()
    dead.join()


@pytest.mark.parametrize("asked_by", [signal.SIGTERM, signal.SIGINT])
def test_a_real_server_ends_in_order(asked_by: int, tmp_path: Path) -> None:
    with serving(environ=environ_on_test_database(), log=tmp_path / "log") as served:
        served.stop(asked_by)
        assert "level=error" not in served.said
        assert "Traceback" not in served.said
