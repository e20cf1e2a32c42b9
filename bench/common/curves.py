"""What one operation costs while one dimension grows, and whether that stays flat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.common.figures import Figure, Table, said

FLAT: Final = 1.2  # the dearest over the cheapest size


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The cost of one operation at each size, the smallest size first.

    ``costs`` are in ``unit``; ``said_of_it`` is one more thing that is counted, such as statements;
    ``of_postgres`` is what PostgreSQL has of each cost, where that is told apart.
    """

    name: str
    costs: Sequence[float]
    unit: str = "s"
    said_of_it: str = ""
    of_postgres: Sequence[float] = ()

    @property
    def ratios(self) -> Sequence[float]:
        """Each cost over that at the smallest size."""
        return [cost / self.costs[0] if self.costs[0] else 1.0 for cost in self.costs]

    @property
    def worst(self) -> float:
        """The highest of the ratios: cheaper is no worse."""
        return max(self.ratios)

    @property
    def is_flat(self) -> bool:
        """Whether no size costs much more than the smallest."""
        return self.worst <= FLAT

    @property
    def figure(self) -> Figure:
        """The line for the table of all benches."""
        beside = f"smallest {said(self.costs[0], self.unit)}{self._part(0)}"
        return Figure(name=self.name, value=self.worst, unit="×", aim=FLAT, beside=beside)

    def shown(self, place: int) -> str:
        """Return the cost at a size, for people."""
        return said(self.costs[place], self.unit) + self._part(place)

    def _part(self, place: int) -> str:
        return f" (PostgreSQL {said(self.of_postgres[place], 's')})" if self.of_postgres else ""


def table_of(title: str, sizes: Sequence[str], curves: Sequence[Curve]) -> Table:
    """Return a table with a line for each curve."""
    return Table(
        title=title,
        headings=["", *sizes, *(f"{size} ÷ {sizes[0]}" for size in sizes[1:]), "statements", ""],
        lines=[
            [
                curve.name,
                *(curve.shown(place) for place in range(len(sizes))),
                *(f"{ratio:.2f}" for ratio in curve.ratios[1:]),
                curve.said_of_it,
                "flat" if curve.is_flat else "NOT FLAT",
            ]
            for curve in curves
        ],
    )
