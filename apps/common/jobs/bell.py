"""Ring for a worker after the commit."""

from __future__ import annotations

from django.db import transaction

from apps.common.jobs.rows import WorkRow
from apps.common.tasks import ring


def wake(row: WorkRow) -> None:
    """Ring for a worker once the surrounding transaction commits.

    A lost ring costs seconds, not work: the sweeper finds the row.
    """
    name, pk = row._meta.label, str(row.pk)
    transaction.on_commit(lambda: _ring(name, pk), robust=True)


def _ring(name: str, pk: str) -> None:
    ring(name, pk)
