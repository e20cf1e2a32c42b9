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
class Report:
    """What a bench has to say. Every floor is a row of the table as well."""

    bench: str
    title: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()
