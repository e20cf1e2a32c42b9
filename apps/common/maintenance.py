"""Periodic duties: what has to be done every so often, by one process at a time.

A duty is a function that a room registers when Django starts, and a row that owes the next run.
The rows are worked on like all owed work: under a lease, again later after a failure, once after
a long standstill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.apps import AppConfig
from django.apps import apps as all_apps
from django.apps.registry import Apps
from django.db.models import QuerySet
from django.db.models.signals import post_migrate
from django.utils import timezone

from apps.common.jobs import JobKind, Lease, register
from apps.common.models import Duty


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodicDuty:
    """What to do, and how long to wait between the end of one run and the next.

    ``do`` gets the present instant, does a portion that takes seconds at most, and returns
    whether anything is left: then its next portion is due at once. It must be safe to repeat.
    """

    name: str
    every: timedelta
    do: Callable[[datetime], bool]


PORTION: Final = 500

_duties: dict[str, PeriodicDuty] = {}


def register_duty(duty: PeriodicDuty) -> None:
    """Make ``duty`` known. Registering its name again replaces it."""
    _duties[duty.name] = duty


def all_duties() -> Iterable[PeriodicDuty]:
    """Return every registered duty."""
    return tuple(_duties.values())


def register_all(config: AppConfig) -> None:
    """Let workers do the duties, and let every migration see to it that each has its row."""
    register(JobKind(model=Duty, work=work_on_duty, ready=_known_here))
    post_migrate.connect(_after_migration, sender=config, dispatch_uid="common.owe_duties")


def _known_here(rows: QuerySet[Duty]) -> QuerySet[Duty]:
    """Leave duties of another release to its workers."""
    return rows.filter(name__in=_duties)


def delete_portion(rows: QuerySet[Any], *, oldest_by: str) -> bool:
    """Delete some of ``rows``, and what hangs on them; return whether any may be left.

    For duties: no transaction grows with what has piled up. ``oldest_by`` is the column that says
    how old a row is, and has an index: in any other order, the database may go through all rows
    that are to stay.
    """
    keys = list(rows.order_by(oldest_by).values_list("pk", flat=True)[:PORTION])
    rows.model._default_manager.filter(pk__in=keys).delete()
    return len(keys) == PORTION


def work_on_duty(lease: Lease[Duty]) -> None:
    """Do one portion of the duty and owe the next one, or the next run."""
    duty = _duties[lease.row.name]
    is_more_left = duty.do(timezone.now())
    now = timezone.now()
    if is_more_left:
        lease.settle(due_at=now, attempts=0)
    else:
        lease.settle(due_at=now + duty.every, attempts=0, done_at=now)


def _after_migration(*, using: str, apps: Apps = all_apps, **_: Any) -> None:
    # A migration back to before the table leaves nothing to write to. A flush names no apps.
    if "duty" in apps.all_models["common"]:
        owe_duties(using=using)


def owe_duties(*, using: str | None = None) -> None:
    """Give every duty its row; one that has it keeps its time."""
    now = timezone.now()
    rows = [Duty(name=duty.name, due_at=now + duty.every) for duty in _duties.values()]
    Duty.objects.using(using).bulk_create(rows, ignore_conflicts=True)
