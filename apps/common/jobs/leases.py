"""Claim a row, work on it under a fence, settle it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.common.jobs.rows import WorkRow
from apps.common.queries import the_one

LEASE: Final = timedelta(seconds=20)

R = TypeVar("R", bound=WorkRow)


@dataclass(slots=True)
class Lease(Generic[R]):
    """The right to work on ``row`` until the lease ends; ``fence`` proves it at every write.

    ``row`` is as it was when claimed: read it again under ``lock`` before deciding what to store.
    ``may_be_due`` tells whether it is worth looking if more is owed by now.
    """

    row: R
    fence: int
    claimed_due: datetime
    may_be_due: bool = True

    def _held(self) -> models.QuerySet[R]:
        rows: models.QuerySet[R] = type(self.row)._default_manager.filter(
            pk=self.row.pk, fence=self.fence
        )
        return rows

    def renew(self) -> bool:
        """Begin the lease anew, before a slow step. False: another worker has taken over."""
        return self._held().update(leased_until=timezone.now() + LEASE) == 1

    def lock(self) -> R | None:
        """Return the row locked and fresh, or None when the lease was lost.

        The caller holds a transaction; the row stays locked until it ends.
        """
        return the_one(self._held().select_for_update())

    def settle(self, *, due_at: datetime | None = None, **fields: Any) -> bool:
        """End the lease, storing ``fields``; ``due_at`` None means that nothing is owed any more.

        Work that was asked for meanwhile stays owed: whoever asked moved the row's own ``due_at``.
        False: the lease was lost and nothing was stored.
        """
        if due_at is None:
            fields.setdefault("attempts", 0)
        as_claimed = self._held().filter(due_at=self.claimed_due)
        if as_claimed.update(leased_until=None, due_at=due_at, **fields):
            self.may_be_due = due_at is not None and due_at <= timezone.now()
            return True
        return self._held().update(leased_until=None, **fields) == 1


def claim(
    model: type[R],
    pk: Any,
    *,
    now: datetime | None = None,
    load: Callable[[models.QuerySet[R]], models.QuerySet[R]] | None = None,
) -> Lease[R] | None:
    """Take the row if its work is due and nobody works on it; exactly one caller wins.

    ``load`` says what the row comes with.
    """
    now = now or timezone.now()
    won = due(model._default_manager.filter(pk=pk), now).update(
        leased_until=now + LEASE, fence=F("fence") + 1, attempts=F("attempts") + 1
    )
    if not won:
        return None
    rows: models.QuerySet[R] = model._default_manager.all()
    row = (load(rows) if load else rows).get(pk=pk)
    assert row.due_at is not None  # noqa: S101  # the update above matched on it
    return Lease(row=row, fence=row.fence, claimed_due=row.due_at)


def is_due(row: WorkRow) -> bool:
    """Answer whether the row, as the database has it now, owes work and is free."""
    return due(type(row)._default_manager.filter(pk=row.pk), timezone.now()).exists()


def due(rows: models.QuerySet[R], until: datetime) -> models.QuerySet[R]:
    """Narrow ``rows`` to the free ones that are due by ``until``."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=until)
    return rows.filter(free, due_at__lte=until)
