"""Do in the test what workers do beside it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.utils import timezone

from apps.common.jobs.runner import run_job
from apps.common.jobs.sweeper import due_rows

ROUNDS = 100


def run_due_jobs() -> None:
    """Do all committed work that is due, and what that makes due, until nothing is.

    Work that is owed later stays owed. A job that fails for an unexpected reason fails the test.
    """
    with _no_unexpected_failures():
        for _ in range(ROUNDS):
            due = list(due_rows(timezone.now()))
            if not due:
                return
            for name, pk in due:
                run_job(name, pk)
    raise AssertionError(f"still due after {ROUNDS} rounds: {due}")


@contextmanager
def _no_unexpected_failures() -> Iterator[None]:
    """The runner logs such a failure and tries again later; here it has to be seen."""
    seen: list[str] = []

    class Noting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(self.format(record))

    noting = Noting(level=logging.ERROR)
    log = logging.getLogger("apps.common.jobs.runner")
    log.addHandler(noting)
    try:
        yield
    finally:
        log.removeHandler(noting)
    assert not seen, "\n".join(seen)


def at_once(*calls: Callable[[], Any], timeout: float = 60.0) -> list[Any]:
    """Run the calls in threads that start together, each with connections of its own.

    Returns, in the order of the calls, what each returned or the exception that it raised.
    """
    gate = threading.Barrier(len(calls))
    results: list[Any] = [TimeoutError("did not end")] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout)
            results[place] = call()
        except Exception as error:  # the test judges it
            results[place] = error
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(place, call), daemon=True)
        for place, call in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout)
    return results
