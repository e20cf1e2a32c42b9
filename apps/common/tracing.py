"""Spans around what takes time, for whoever collects traces; without a collector, next to nothing.

The library is known to ``backend.telemetry`` alone. Attributes are ids and names from the code: no
values of statements, no bodies, no paths, no text of an exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Final, Literal, Protocol, Self

Value = str | int | float | bool
Attributes = Mapping[str, Value | None]
Kind = Literal["server", "client", "consumer", "internal"]


class Span(Protocol):
    """What is measured, while it goes on."""

    def set(self, attributes: Attributes) -> None:
        """Add what is known by now; None is left out."""

    def fail(self, error_type: str) -> None:
        """Say that it went wrong, by a name from the code."""

    def rename(self, name: str) -> None:
        """Say what it turned out to be."""


class Tracer(Protocol):
    """Makes spans."""

    def span(
        self, name: str, kind: Kind, attributes: Attributes, links: tuple[str, ...]
    ) -> AbstractContextManager[Span]:
        """Begin a span at the block's beginning; ``links`` are values of ``traceparent``."""

    def traceparent(self) -> str | None:
        """Return where this thread or task is, for others to link to. Source: W3C Trace Context."""


class _Nothing:
    """What there is without a collector."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def set(self, attributes: Attributes) -> None:
        pass

    def fail(self, error_type: str) -> None:
        pass

    def rename(self, name: str) -> None:
        pass


NOTHING: Final = _Nothing()
_tracers: list[Tracer] = []


def use(tracer: Tracer | None) -> None:
    """Let ``tracer`` make the spans from now on; None: nobody."""
    _tracers[:] = [tracer] if tracer else []


def span(
    name: str,
    attributes: Attributes | None = None,
    *,
    kind: Kind = "internal",
    links: tuple[str, ...] = (),
) -> AbstractContextManager[Span]:
    """Measure a block. What it raises is told by its type."""
    if not _tracers:
        return NOTHING
    return _tracers[0].span(name, kind, attributes or {}, links)


def carried() -> Mapping[str, str]:
    """Return what a job that is owed now is told, to link to where it was asked for."""
    here = _tracers[0].traceparent() if _tracers else None
    return {"traceparent": here} if here else {}
