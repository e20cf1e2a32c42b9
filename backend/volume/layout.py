"""Which stay has which room when: one after the other, most of them over. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto
from random import Random
from typing import Final

PAST: Final = 0.92  # the share of a house's bookings that are over; the others are yet to come
CANCELLED: Final = 0.05
NEVER_CAME: Final = 0.01
IN_HOUSE: Final = 0.8
LONGEST: Final = 4
BOOKED_AHEAD: Final = 60


class Kind(Enum):
    """What has become of a booking."""

    LEFT = auto()
    CANCELLED = auto()
    NO_SHOW = auto()
    IN_HOUSE = auto()
    ARRIVING = auto()
    EXPECTED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """Nights from ``begins`` until ``ends``, which is not slept in."""

    kind: Kind
    begins: date
    ends: date
    booked_on: date


def stays_of_room(count: int, today: date, random: Random) -> Iterator[Stay]:
    """Yield so many stays in one room, none of which touch another's nights, oldest last."""
    ahead = max(1, round(count * (1 - PAST)))
    first = _stay_of_today(today, random)
    day = first.ends
    for _ in range(ahead - 1):
        begins = day + timedelta(days=random.choice((0, 0, 1)))
        day = begins + timedelta(days=random.randint(1, LONGEST))
        booked = today - timedelta(days=random.randrange(1, BOOKED_AHEAD))
        yield Stay(kind=Kind.EXPECTED, begins=begins, ends=day, booked_on=booked)
    yield first
    # Whoever arrives today may do so before the day's departures: the last one left yesterday.
    day = first.begins - timedelta(days=1)
    for _ in range(count - ahead):
        ends = day - timedelta(days=random.choice((0, 0, 1)))
        day = ends - timedelta(days=random.randint(1, LONGEST))
        booked = day - timedelta(days=random.randrange(1, BOOKED_AHEAD))
        yield Stay(kind=_outcome(random), begins=day, ends=ends, booked_on=booked)


def _stay_of_today(today: date, random: Random) -> Stay:
    is_in_house = random.random() < IN_HOUSE
    begins = today - timedelta(days=random.randint(1, 2)) if is_in_house else today
    return Stay(
        kind=Kind.IN_HOUSE if is_in_house else Kind.ARRIVING,
        begins=begins,
        ends=today + timedelta(days=random.randint(1, 3)),
        booked_on=begins - timedelta(days=random.randrange(1, BOOKED_AHEAD)),
    )


def _outcome(random: Random) -> Kind:
    drawn = random.random()
    if drawn < CANCELLED:
        return Kind.CANCELLED
    return Kind.NO_SHOW if drawn < CANCELLED + NEVER_CAME else Kind.LEFT
