"""A model that owes work and belongs to no room, for the tests of the shared mechanism.

Its label names no installed app, so migrations, flushes and other tests never see it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from django.db import connection, models
from django.utils import timezone

from apps.common.jobs import JobKind, Lease, WorkRow, register, registry

DUE_LONG_AGO = timedelta(hours=1)
# Where a worker in another process finds its gate and leaves its marks.
MARKS = "DOORSTEP_TEST_MARKS"


class Errand(WorkRow):
    """Work whose result is a count of how often it was done."""

    done = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "tests_common"

    def __str__(self) -> str:
        return f"Errand {self.pk}"


class _CarelessRows(models.QuerySet["CarelessErrand"]):
    """Looks rows up by their key alone: whoever claims one gets it."""

    def filter(self, *_conditions: Any, **wanted: Any) -> _CarelessRows:
        return super().filter(**{name: wanted[name] for name in wanted if name == "pk"})


class CarelessErrand(Errand):
    """The same rows with the condition of a claim taken away: the twin of every race test."""

    objects: ClassVar[Any] = _CarelessRows.as_manager()

    class Meta:
        app_label = "tests_common"
        proxy = True
        default_manager_name = "objects"


def owe(*, due_at: datetime | None = None, **fields: Any) -> Errand:
    """Create an errand that is due, by default since an hour."""
    return Errand.objects.create(due_at=due_at or timezone.now() - DUE_LONG_AGO, **fields)


def do(lease: Lease[Any]) -> None:
    """Do the errand."""
    lease.settle(done=lease.row.done + 1)


@contextlib.contextmanager
def worked_by(
    work: Callable[[Lease[Any]], None], model: type[Errand] = Errand, **options: Any
) -> Iterator[str]:
    """Let ``work`` be done on errands meanwhile; yields the kind's name."""
    kind = JobKind(model=model, work=work, **options)
    register(kind)
    try:
        yield kind.name
    finally:
        del registry._kinds[kind.name]


def create_table() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Errand)


def drop_table() -> None:
    with connection.schema_editor() as editor:
        editor.delete_model(Errand)


def wait_until(is_so: Callable[[], object]) -> None:
    """Wait for something another thread or process does; a generous end, never an expectation.

    On a crowded machine a worker's process alone may take half a minute to begin.
    """
    deadline = time.monotonic() + 100
    while not is_so():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.01)


def do_behind_the_gate(lease: Lease[Any]) -> None:
    """Leave a mark, wait while the gate is shut, then do the errand."""
    marks = Path(os.environ[MARKS])
    (marks / f"begun-{lease.row.pk}-{lease.fence}").touch()
    while (marks / "gate").exists():
        time.sleep(0.01)
    do(lease)


def do_duty_behind_the_gate(_now: datetime) -> bool:
    """Leave a mark with the process's id, and wait while the gate is shut."""
    marks = Path(os.environ[MARKS])
    (marks / f"guarded-{os.getpid()}").touch()
    while (marks / "gate").exists():
        time.sleep(0.01)
    return False


def count_duty(_now: datetime) -> bool:
    """Leave a mark for each run, with the process's id."""
    marks = Path(os.environ[MARKS])
    (marks / f"counted-{os.getpid()}-{time.monotonic_ns()}").touch()
    return False


DUTIES: dict[str, Callable[[datetime], bool]] = {
    "tests.guarded": do_duty_behind_the_gate,
    "tests.counted": count_duty,
}
