"""Samples, what is made of them, and what they are held against."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")


def timed(action: Callable[[], T]) -> tuple[T, float]:
    """Return what ``action`` returns, and the seconds it took."""
    started = time.perf_counter()
    result = action()
    return result, time.perf_counter() - started


def percentile(samples: Sequence[float], percent: float) -> float:
    """Return the smallest sample that at least ``percent`` of the samples do not exceed."""
    place = math.ceil(len(samples) * percent / 100)
    return sorted(samples)[max(place, 1) - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """The most seconds that a row's 95th percentile may be."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The least that the same machine could do in the same minutes: samples in seconds."""

    name: str
    samples: Sequence[float]

    @property
    def seconds(self) -> float:
        """The middle one, so that one bad moment does not flatter every ratio."""
        return median(self.samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing measured: samples in seconds, and what they are divided by."""

    name: str
    samples: Sequence[float]
    floor: Floor | None = None
    aim: Aim | None = None

    @property
    def middle(self) -> float:
        """The median in seconds."""
        return median(self.samples)

    @property
    def p95(self) -> float:
        """The 95th percentile in seconds."""
        return percentile(self.samples, 95)

    @property
    def is_within_aim(self) -> bool | None:
        """None where nothing is aimed at."""
        return None if self.aim is None else self.p95 <= self.aim.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number for the table of all benches. ``aim`` is the most it may be, or the least.

    ``value`` and ``aim`` are in ``unit``; those in "s" are shown in the unit that suits them.
    ``beside`` names what stands beside it: the floor or the peer of the same run.
    """

    name: str
    value: float
    unit: str = "s"
    aim: float | None = None
    is_least: bool = False
    beside: str = ""

    @property
    def is_met(self) -> bool | None:
        """None where nothing is aimed at."""
        if self.aim is None:
            return None
        return self.value >= self.aim if self.is_least else self.value <= self.aim


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Numbers that are no samples, such as the points of a curve."""

    title: str
    headings: Sequence[str]
    lines: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a bench has to say. Every floor is a row of the table as well.

    Rows that have an aim are figures of their own, before those that are named here.
    """

    bench: str
    title: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()

    @property
    def all_figures(self) -> Sequence[Figure]:
        """What the table of all benches says of this one."""
        return [*(_figure(row) for row in self.rows if row.aim), *self.figures]


def said(value: float, unit: str) -> str:
    """Return a number with three digits that say something, and its unit."""
    if unit == "s" and value < 10:
        value, unit = (value * 1e3, "ms") if value >= 1e-4 else (value * 1e6, "µs")
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()


def _figure(row: Row) -> Figure:
    beside = f"floor {said(row.floor.seconds, 's')}" if row.floor else ""
    aim = row.aim.seconds if row.aim else None
    return Figure(name=f"{row.name}, p95", value=row.p95, aim=aim, beside=beside)
