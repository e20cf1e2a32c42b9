"""Which models owe work, and who does it. Rooms register when Django starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from apps.common.jobs.rows import WorkRow


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """A model that owes work and the function that does it.

    ``work`` gets a ``Lease`` and must settle it; what it raises is logged and tried again later.
    """

    model: type[WorkRow]
    work: Callable[[Any], None]

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
