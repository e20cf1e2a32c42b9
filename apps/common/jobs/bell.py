"""Ring for a worker after the commit."""

from __future__ import annotations

from django.db import transaction

from apps.common import tracing
from apps.common.jobs.rows import WorkRow
from apps.common.log_context import carried
from apps.common.tasks import ring


def wake(row: WorkRow) -> None:
    """Ring for a worker once the surrounding transaction commits.

    A lost ring costs seconds, not work: the sweeper finds the row.
    """
    name, pk, ids = row._meta.label, str(row.pk), {**carried(), **tracing.carried()}
    transaction.on_commit(lambda: _ring(name, pk, ids), robust=True)


def _ring(name: str, pk: str, ids: dict[str, str]) -> None:
    if ids:
        ring(name, pk, ids)
    else:
        ring(name, pk)
