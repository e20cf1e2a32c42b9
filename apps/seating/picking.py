"""Which seats are the best to be had, and which choices leave somebody a seat alone. Pure.

The published order. Of all seats in a row that are free, side by side with no aisle between, and of
the category asked for:

1. those that leave no single seat behind; where none do, the rule is waived, and that is said;
2. those within one category before those that mix categories;
3. for a wheelchair, those that take the fewest places which need not be beside one;
4. the row nearest to the stage, then the middle of the house; for an event with a focal point,
   the distance to that point instead of both;
5. the seats that the house lists first.

Places for wheelchairs, and those of their companions, are left out unless such a place is asked
for; a companion's place goes only with a wheelchair's place beside it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

# Seats further apart than this many times the section's closest two have an aisle between them.
AISLE: Final = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A seat, as far as choosing goes. ``id`` is its place in the house's own list."""

    id: int
    label: str
    section: str
    row: str
    number: int
    x: float
    y: float
    category: str
    is_accessible: bool = False
    is_companion: bool = False
    is_free: bool = True

    @property
    def is_for_all(self) -> bool:
        """Answer whether anybody could take it now."""
        return self.is_free and not (self.is_accessible or self.is_companion)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody looks for: ``accessible`` of the seats are for wheelchairs."""

    quantity: int
    category: str | None = None
    accessible: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """The point of the map that everybody wants to be near to."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """The best choice. ``is_gap_waived``: it leaves a seat alone, as every other choice does."""

    places: Sequence[Place]
    is_gap_waived: bool


_Line = list[tuple[float, Place]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """Seats side by side, and those around them."""

    places: Sequence[Place]
    around: Sequence[Place]
    rank: tuple[float, ...]


def pick_best(places: Iterable[Place], wish: Wish, focus: Focus | None = None) -> Pick | None:
    """Return the best seats by the published order, or None where so many are not together."""
    house = sorted(places, key=lambda place: place.id)
    if not house or wish.quantity < 1:
        return None
    choices = sorted(_choices(house, wish, focus), key=lambda choice: choice.rank)
    for choice in choices:
        if not lone_places(choice.around, {place.id for place in choice.places}):
            return Pick(places=choice.places, is_gap_waived=False)
    return Pick(places=choices[0].places, is_gap_waived=True) if choices else None


def lone_places(run: Sequence[Place], chosen: Collection[int]) -> list[Place]:
    """Return the seats that a choice would leave alone: free, with no free seat beside them any
    more because of it.

    ``run``: seats side by side, at least two on either side of ``chosen``, as far as there are.
    """
    return [
        place
        for index, place in enumerate(run)
        if place.is_for_all
        and place.id not in chosen
        and _are_all_chosen([p for p in _beside(run, index) if p.is_for_all], chosen)
    ]


def _are_all_chosen(places: Sequence[Place], chosen: Collection[int]) -> bool:
    return bool(places) and all(place.id in chosen for place in places)


def companions_alone(run: Sequence[Place], chosen: Collection[int]) -> list[Place]:
    """Return the companions' places of a choice that have no chosen wheelchair's place beside."""
    return [
        place
        for index, place in enumerate(run)
        if place.is_companion
        and place.id in chosen
        and not any(p.is_accessible and p.id in chosen for p in _beside(run, index))
    ]


def runs_of(places: Iterable[Place]) -> list[list[Place]]:
    """Return the seats that are side by side: rows, cut at their aisles."""
    rows: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in places:
        rows[place.section, place.row].append(place)
    lines = {(section, row): _line(seats) for (section, row), seats in rows.items()}
    closest: dict[str, float] = {}
    for (section, _), line in lines.items():
        closest[section] = min([closest.get(section, math.inf), *_steps(line)])
    return [
        run
        for (section, _), line in lines.items()
        for run in _cut_at_aisles(line, AISLE * closest[section])
    ]


def _line(row: Sequence[Place]) -> _Line:
    """Return a row in order, with where each seat is: by the map, or else by the numbers."""
    has_map = any(place.x != row[0].x for place in row)
    where = [(place.x if has_map else float(place.number), place) for place in row]
    return sorted(where, key=lambda at: (at[0], at[1].id))


def _steps(line: _Line) -> list[float]:
    """Return how far each seat is from the one before; seats in one spot don't count."""
    steps = (right[0] - left[0] for left, right in pairwise(line))
    return [step for step in steps if step > 0]


def _cut_at_aisles(line: _Line, widest: float) -> Iterator[list[Place]]:
    run: list[Place] = []
    before = line[0][0]
    for at, place in line:
        if at - before > widest:
            yield run
            run = []
        run.append(place)
        before = at
    yield run


def _beside(run: Sequence[Place], index: int) -> Sequence[Place]:
    return [*run[max(index - 1, 0) : index], *run[index + 1 : index + 2]]


# -- choices ---------------------------------------------------------------------------------------


def _choices(house: Sequence[Place], wish: Wish, focus: Focus | None) -> Iterator[_Choice]:
    rank = _Ranking(house, wish, focus)
    for run in runs_of(house):
        for start in range(len(run) - wish.quantity + 1):
            end = start + wish.quantity
            chosen = run[start:end]
            if _fits(chosen, wish):
                yield _Choice(
                    places=chosen, around=run[max(start - 2, 0) : end + 2], rank=rank.of(chosen)
                )


def _fits(chosen: Sequence[Place], wish: Wish) -> bool:
    if not all(
        place.is_free and wish.category in (None, place.category) for place in chosen
    ) or wish.accessible != sum(place.is_accessible for place in chosen):
        return False
    return not companions_alone(chosen, {place.id for place in chosen})


class _Ranking:
    """The published order of choices that fit, smaller first."""

    def __init__(self, house: Sequence[Place], wish: Wish, focus: Focus | None) -> None:
        self._is_for_wheelchairs = wish.accessible > 0
        self._focus = focus
        self._has_map = any(place.y != house[0].y for place in house)
        self._rows: dict[tuple[str, str], float] = {}
        for place in house:
            self._rows.setdefault((place.section, place.row), float(len(self._rows)))
        self._is_drawn = any(place.x != house[0].x for place in house)
        wide = [self._across(place) for place in house]
        self._middle = (min(wide) + max(wide)) / 2

    def of(self, chosen: Sequence[Place]) -> tuple[float, ...]:
        is_mixed = len({place.category for place in chosen}) > 1
        others = sum(place.is_for_all for place in chosen) if self._is_for_wheelchairs else 0
        across = sum(map(self._across, chosen)) / len(chosen)
        away = sum(map(self._away, chosen)) / len(chosen)
        if self._focus is None:
            near = (away, abs(across - self._middle))
        else:
            near = ((across - self._focus.x) ** 2 + (away - self._focus.y) ** 2, 0.0)
        return (is_mixed, others, *near, min(place.id for place in chosen))

    def _across(self, place: Place) -> float:
        return place.x if self._is_drawn else float(place.number)

    def _away(self, place: Place) -> float:
        return place.y if self._has_map else self._rows[place.section, place.row]
