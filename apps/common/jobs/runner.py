"""Run one job: claim the row, do the work, and see to it that a failure is tried again."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

import structlog
from django.utils import timezone

from apps.common import tracing
from apps.common.jobs import here
from apps.common.jobs.leases import Lease, claim, claim_many, due, is_due
from apps.common.jobs.registry import JobKind, every_due_row, kind_named
from apps.common.log_context import about, note
from apps.common.metrics import JOBS

log = structlog.get_logger(__name__)
done_log = structlog.get_logger("access.jobs")

FIRST_PAUSE: Final = timedelta(seconds=2)
LONGEST_PAUSE: Final = timedelta(minutes=5)
ROUNDS: Final = 50  # then other rows get their turn in this thread


def run_job(name: str, pk: str, ids: Mapping[str, str] | None = None) -> bool:
    """Work on the row until nothing is due. Safe to call any number of times.

    ``ids`` go into the lines that are logged meanwhile. Returns whether this call did any work.
    """
    ids = dict(ids or {})
    asked_at = ids.pop("traceparent", None)
    with about(**ids, kind=name, job=pk, worker=here.name()):
        return _run(name, pk, (asked_at,) if asked_at else ())


def _run(name: str, pk: str, links: tuple[str, ...]) -> bool:
    kind = kind_named(name)
    if kind is None:
        log.warning("job.unknown_kind", kind=name)
        return False
    worked = False
    current: str | None = pk
    for rounds_done in range(ROUNDS):
        # What comes after the first one was found by looking.
        if current is None or not (rounds_done or _can_begin(kind, current)):
            break
        lease = claim(kind.model, current, load=kind.load)
        if lease is None:
            break
        worked = True
        note(job=current)
        _work(kind, lease, links)
        links = ()  # what comes next was not asked for there
        # Work asked for meanwhile is done at once, then what waited behind this row.
        is_due_again = lease.may_be_due and is_due(lease.row)
        current = current if is_due_again else kind.next_after(lease.row)
        if here.is_ending():
            break  # fifty slow calls to locks would outlast any patience with a worker that ends
    return worked


def run_together(name: str, pks: Collection[str]) -> None:
    """Claim these rows at once, then work on each. Safe to call any number of times.

    What such work owes again, it owes later: nothing looks whether more is due by now.
    """
    kind = kind_named(name)
    if kind is None:
        log.warning("job.unknown_kind", kind=name)
        return
    for lease in claim_many(kind.model, pks, load=kind.load):
        if here.is_ending():
            lease.give_back()
            continue
        with about(kind=name, job=str(lease.row.pk), worker=here.name()):
            _work(kind, lease)


def _can_begin(kind: JobKind, pk: str) -> bool:
    """Look before writing: a row that must wait is left to whoever makes it wait, or the sweeper.

    The claim decides; this spares the write lock a visit in vain, where visits are often in vain.
    """
    if kind.ready is every_due_row:
        return True
    if kind.is_ready is not None:
        return kind.is_ready(pk)
    rows = kind.model._default_manager.filter(pk=pk)
    return kind.ready(due(rows, timezone.now())).exists()


def _work(kind: JobKind, lease: Lease[Any], links: tuple[str, ...] = ()) -> None:
    ids = {"doorstep.job": str(lease.row.pk), "doorstep.worker": here.name()}
    with tracing.span(f"job {kind.name}", ids, kind="consumer", links=links) as span:
        _measured(kind, lease, span)


def _measured(kind: JobKind, lease: Lease[Any], span: tracing.Span) -> None:
    began, outcome = time.perf_counter(), "done"
    try:
        kind.work(lease)
    except Exception as error:
        outcome = "failed"
        span.fail(type(error).__name__)
        # The work's own refusals settle the row; what arrives here is a bug or a lost database.
        log.exception(
            "job.failed", kind=kind.name, pk=str(lease.row.pk), attempts=lease.row.attempts
        )
        _try_again(lease)
    finally:
        seconds = time.perf_counter() - began
        JOBS.labels(kind=kind.name, outcome=outcome).observe(seconds)
        if done_log.isEnabledFor(logging.INFO):
            done_log.info("job.done", outcome=outcome, ms=round(seconds * 1000, 1))


def _try_again(lease: Lease[Any]) -> None:
    lease.settle(due_at=timezone.now() + pause_after(lease.row.attempts))


def pause_after(
    attempts: int, *, first: timedelta = FIRST_PAUSE, longest: timedelta = LONGEST_PAUSE
) -> timedelta:
    """Return how long to wait after the nth failed attempt: doubling, with jitter, bounded."""
    doublings = min(max(attempts - 1, 0), 16)
    spread: float = random.uniform(0.75, 1.25)  # noqa: S311  # spreads load only
    return min(first * (1 << doublings), longest) * spread
