"""Which models owe work, and who does it. Rooms register when Django starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from apps.common.jobs.rows import WorkRow


def every_due_row(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Leave out none: what is due can be worked on."""
    return rows


def _nothing(_row: WorkRow) -> str | None:
    return None


def _nothing_at_start() -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """A model that owes work and the function that does it.

    ``work`` gets a ``Lease`` and must settle it; what it raises is logged and tried again later.
    ``ready`` narrows due rows to those that can be worked on now; the sweeper asks it, so that
    rows which wait for something busy are not claimed in vain; ``is_ready`` answers the same about
    one row that is due, by its key. ``next_after`` names a row that
    waited for the one just worked on, so that a queue behind a busy thing moves without a pause.
    ``load`` says what a claimed row comes with. ``at_start`` runs once when a worker starts, to owe
    what nothing that happens would. ``own_threads``: so many threads of each worker's sweeper do
    this kind's work and no other, for work that waits for strangers and may not make others wait;
    nobody rings for it. ``together``: one of them takes so many rows at a time, in one claim.
    ``is_always_due``: ``ready`` alone tells whether there is work, so a row that is due is none.
    """

    model: type[WorkRow]
    work: Callable[[Any], None]
    at_start: Callable[[], None] = _nothing_at_start
    ready: Callable[[QuerySet[Any]], QuerySet[Any]] = every_due_row
    is_ready: Callable[[Any], bool] | None = None
    load: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None
    next_after: Callable[[Any], str | None] = _nothing
    own_threads: int = 0
    together: int = 1
    is_always_due: bool = False

    @property
    def name(self) -> str:
        """The name that wake-up calls carry."""
        return self.model._meta.label


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Make ``kind`` known to workers. Registering it again replaces it."""
    _kinds[kind.name] = kind


def all_kinds() -> Iterable[JobKind]:
    """Return every registered kind."""
    return tuple(_kinds.values())


def kind_named(name: str) -> JobKind | None:
    """Return the kind of that name; None when an older or newer release knew it."""
    return _kinds.get(name)


def kind_of(model: type[WorkRow]) -> JobKind:
    """Return the kind that works on ``model``. Raises KeyError when nobody does."""
    return _kinds[model._meta.label]
