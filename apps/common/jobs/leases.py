"""Claim a row, work on it under a fence, settle it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, Generic, TypeVar, cast

from django.db import models, transaction
from django.db.models import F, Field, Q
from django.utils import timezone

from apps.common.jobs.rows import WorkRow
from apps.common.statements import INSTANT, Given, KnownRead, KnownUpdate

LEASE: Final = timedelta(seconds=20)
AS_GOOD_AS_NEW: Final = timedelta(seconds=1)

R = TypeVar("R", bound=WorkRow)
Load = Callable[[models.QuerySet[R]], models.QuerySet[R]]


@dataclass(slots=True)
class Lease(Generic[R]):
    """The right to work on ``row`` until the lease ends; ``fence`` proves it at every write.

    ``row`` is as it was when claimed: read it again under ``lock`` before deciding what to store.
    ``may_be_due`` tells whether it is worth looking if more is owed by now.
    """

    row: R
    fence: int
    claimed_due: datetime
    began_at: datetime
    may_be_due: bool = True

    def renew(self) -> bool:
        """Begin the lease anew, before a slow step. False: another worker has taken over.

        One that has only begun has its time before it still.
        """
        now = timezone.now()
        if self.began_at <= now < self.began_at + AS_GOOD_AS_NEW:
            return True
        is_held = _storing(type(self.row), ("leased_until",)).run(
            pk=self.row.pk, fence=self.fence, leased_until=now + LEASE
        )
        self.began_at = now
        return is_held == 1

    def lock(self) -> R | None:
        """Return the row locked and fresh, or None when the lease was lost.

        The caller holds a transaction; the row stays locked until it ends.
        """
        return _held_for_update(type(self.row)).one(pk=self.row.pk, fence=self.fence)

    def settle(self, *, due_at: datetime | None = None, **fields: Any) -> bool:
        """End the lease, storing ``fields`` (values); ``due_at`` None: nothing is owed any more.

        Work that was asked for meanwhile stays owed: whoever asked moved the row's own ``due_at``.
        False: the lease was lost and nothing was stored.
        """
        if due_at is None:
            fields.setdefault("attempts", 0)
        fields["leased_until"] = None
        if self._store({**fields, "due_at": due_at}, is_as_claimed=True):
            self.may_be_due = due_at is not None and due_at <= timezone.now()
            return True
        return self._store(fields)

    def give_back(self) -> bool:
        """End the lease with nothing done: the work is owed as before. False: it was lost."""
        return self._store({"leased_until": None, "attempts": self.row.attempts - 1})

    def _store(self, fields: dict[str, Any], *, is_as_claimed: bool = False) -> bool:
        store = _storing(type(self.row), tuple(fields), is_as_claimed=is_as_claimed)
        held = {"pk": self.row.pk, "fence": self.fence, "claimed_due": self.claimed_due}
        return store.run(**fields, **held) == 1


def claim(
    model: type[R],
    pk: Any,
    *,
    now: datetime | None = None,
    load: Load[R] | None = None,
) -> Lease[R] | None:
    """Take the row if its work is due and nobody works on it; exactly one caller wins.

    ``load`` says what the row comes with.
    """
    now = now or timezone.now()
    if not _claiming(model).run(pk=pk, now=now, leased_until=now + LEASE):
        return None
    row = _loaded(model, load).one(pk=pk)
    if row is None:  # somebody deleted it in this moment
        return None
    assert row.due_at is not None  # noqa: S101  # the update above matched on it
    return Lease(row=row, fence=row.fence, claimed_due=row.due_at, began_at=now)


@transaction.atomic
def claim_many(
    model: type[R],
    pks: Collection[Any],
    *,
    now: datetime | None = None,
    load: Load[R] | None = None,
) -> list[Lease[R]]:
    """Take those of the rows whose work is due and that nobody works on, in three statements.

    A row that another worker is about to take is left to it.
    """
    now = now or timezone.now()
    free = due(model._default_manager.filter(pk__in=pks), now).order_by("due_at")
    rows = (load or models.QuerySet.all)(free)
    taken = list(rows.select_for_update(skip_locked=True, of=("self",)))
    model._default_manager.filter(pk__in=[row.pk for row in taken]).update(
        leased_until=now + LEASE, fence=F("fence") + 1, attempts=F("attempts") + 1
    )
    return [_lease_of_taken(row, now) for row in taken]


def _lease_of_taken(row: R, now: datetime) -> Lease[R]:
    row.leased_until = now + LEASE
    row.fence += 1
    row.attempts += 1
    assert row.due_at is not None  # noqa: S101  # the rows taken are those that are due
    return Lease(row=row, fence=row.fence, claimed_due=row.due_at, began_at=now)


def is_due(row: WorkRow) -> bool:
    """Answer whether the row, as the database has it now, owes work and is free."""
    return _if_due(type(row)).one(pk=row.pk, now=timezone.now()) is not None


def due(rows: models.QuerySet[R], until: datetime | Given) -> models.QuerySet[R]:
    """Narrow ``rows`` to the free ones that are due by ``until``."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=until)
    return rows.filter(free, due_at__lte=until)


# -- what every job asks ---------------------------------------------------------------------------


def _pk_of(model: type[R]) -> Given:
    return Given("pk", model._meta.pk)


@cache
def _claiming(model: type[R]) -> KnownUpdate:
    return KnownUpdate(
        lambda: due(model._default_manager.filter(pk=_pk_of(model)), Given("now", INSTANT)),
        leased_until=Given("leased_until", INSTANT),
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
    )


@cache
def _loaded(model: type[R], load: Load[R] | None) -> KnownRead[R]:
    rows = load or models.QuerySet.all
    return KnownRead(lambda: rows(model._default_manager.filter(pk=_pk_of(model))))


@cache
def _if_due(model: type[R]) -> KnownRead[R]:
    return KnownRead(
        lambda: due(model._default_manager.filter(pk=_pk_of(model)), Given("now", INSTANT)).only(
            "pk"
        )
    )


def _held(model: type[R]) -> models.QuerySet[R]:
    rows: models.QuerySet[R] = model._default_manager.filter(pk=_pk_of(model), fence=Given("fence"))
    return rows


@cache
def _held_for_update(model: type[R]) -> KnownRead[R]:
    return KnownRead(lambda: _held(model).select_for_update())


@cache
def _storing(model: type[R], columns: Sequence[str], *, is_as_claimed: bool = False) -> KnownUpdate:
    still = {"due_at": Given("claimed_due", INSTANT)} if is_as_claimed else {}
    stored = {name: Given(name, _field(model, name)) for name in columns}
    return KnownUpdate(lambda: _held(model).filter(**still), **stored)


def _field(model: type[R], name: str) -> Field[Any, Any]:
    return cast("Field[Any, Any]", model._meta.get_field(name))
