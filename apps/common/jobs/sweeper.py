"""The loop in every worker that does what is due but was not heard.

It runs rows itself instead of ringing again, so it works while the queue is down and never
multiplies a backlog.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import structlog
from django.db import close_old_connections, connections
from django.utils import timezone

from apps.common.jobs.leases import due
from apps.common.jobs.registry import JobKind, all_kinds, every_due_row
from apps.common.jobs.rows import WorkRow
from apps.common.jobs.runner import run_job, run_together
from apps.common.metrics import SWEPT
from apps.common.statements import INSTANT, Given, KnownValues

log = structlog.get_logger(__name__)

INTERVAL_SECONDS: Final = 1.0
HEARD_FIRST: Final = timedelta(seconds=1)  # the bell gets this long before the sweep takes over
BATCH: Final = 100
THREADS: Final = 8


class Sweeper:
    """Runs due rows in its own threads until stopped."""

    def __init__(self, *, interval: float = INTERVAL_SECONDS, threads: int = THREADS) -> None:
        self._interval = interval
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="sweep")
        self._own_pools = {
            kind.name: ThreadPoolExecutor(kind.own_threads, thread_name_prefix="sweep-apart")
            for kind in all_kinds()
            if kind.own_threads
        }
        self._running: dict[tuple[str, str], Future[None]] = {}
        self._unprepared = list(all_kinds())
        self._thread = threading.Thread(target=self._loop, name="sweeper", daemon=True)

    def start(self) -> None:
        """Begin to sweep."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the rows in hand and stop. Safe to call twice."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        for pool in (self._pool, *self._own_pools.values()):
            pool.shutdown(wait=True, cancel_futures=True)

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                self._prepare()
                self.sweep()
            except Exception:
                # The database may be away for a while; the next round finds everything again.
                log.exception("sweep.failed")
            finally:
                close_old_connections()
            self._stopping.wait(self._interval)
        connections.close_all()

    def _prepare(self) -> None:
        """Let each kind owe its first work; one that fails is asked again next round."""
        waiting, self._unprepared = self._unprepared, []
        for kind in waiting:
            try:
                kind.at_start()
            except Exception:
                log.exception("sweep.start_failed", kind=kind.name)
                self._unprepared.append(kind)

    def sweep(self) -> None:
        """Hand every due row to a thread, unless one has it already."""
        self._running = {key: job for key, job in self._running.items() if not job.done()}
        now = timezone.now()
        for kind in all_kinds():
            # Nobody rings for a kind with threads of its own.
            found = _due_or_none(kind, now if kind.own_threads else now - HEARD_FIRST)
            waiting = [pk for pk in found if (kind.name, pk) not in self._running]
            for pks in _portions(waiting, kind.together):
                if not self._stopping.is_set():
                    self._hand_over(kind, pks)

    def _hand_over(self, kind: JobKind, pks: Sequence[str]) -> None:
        pool = self._own_pools.get(kind.name)
        if pool is None:
            SWEPT.inc(len(pks))
        job = (pool or self._pool).submit(_run, kind, pks)
        self._running |= {(kind.name, pk): job for pk in pks}


def due_rows(until: datetime) -> Iterator[tuple[str, str]]:
    """Yield (kind name, primary key) of free rows due by ``until``, longest overdue first."""
    for kind in all_kinds():
        yield from ((kind.name, pk) for pk in _due_or_none(kind, until))


def _due_or_none(kind: JobKind, until: datetime) -> list[str]:
    """Return the keys of the kind's rows.

    A kind that can't be read, such as one whose table is yet to be migrated, is logged and left
    out; the others' work goes on.
    """
    try:
        return [str(pk) for pk in _due_of(kind, until)]
    except Exception:
        log.exception("sweep.kind_failed", kind=kind.name)
        return []


def _due_of(kind: JobKind, until: datetime) -> list[Any]:
    if kind.ready is every_due_row:
        return [pk for (pk,) in _every_due(kind.model).all(until=until)]
    rows = due(kind.model._default_manager.all(), until).order_by("due_at")
    return list(kind.ready(rows).values_list("pk", flat=True)[:BATCH])


@cache
def _every_due(model: type[WorkRow]) -> KnownValues:
    """What is asked every second, and mostly in vain."""
    return KnownValues(
        lambda: (
            due(model._default_manager.all(), Given("until", INSTANT))
            .order_by("due_at")
            .values_list("pk")[:BATCH]
        )
    )


def _portions(pks: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (pks[start : start + size] for start in range(0, len(pks), size))


def _run(kind: JobKind, pks: Sequence[str]) -> None:
    close_old_connections()
    try:
        if kind.together > 1:
            run_together(kind.name, pks)
        else:
            run_job(kind.name, pks[0])
    except Exception:
        log.exception("sweep.job_failed", kind=kind.name, pks=pks)
    finally:
        close_old_connections()
