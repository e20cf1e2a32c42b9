"""An event's seats as choosing sees them, and the best of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from apps.common.errors import Invalid
from apps.seating.errors import TooManySeats
from apps.seating.models import SeatingEvent
from apps.seating.picking import Focus, Place, Wish, pick_best
from apps.seating.seat_map import SeatMap, read_seat_map
from apps.seating.states import SeatStatus

NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """The best seats: their places in the columns of the map. None together: no places."""

    shown: SeatMap
    places: Sequence[int] = ()
    is_gap_waived: bool = False

    @property
    def labels(self) -> list[str]:
        """The seats' labels."""
        return [self.shown.chart["label"][place] for place in self.places]


def suggest_seats(event: SeatingEvent, wish: Wish, *, own: Collection[int] = NOBODY) -> Suggestion:
    """Return the best seats by the order that ``picking`` publishes.

    ``own``: keys of seats that the asking order has already, free as far as it is concerned.

    Raises TooManySeats, Invalid.
    """
    _require_possible(event, wish)
    shown = read_seat_map(event)
    pick = pick_best(places_of(shown, own=own), wish, focus_of(event))
    if pick is None:
        return Suggestion(shown=shown)
    return Suggestion(
        shown=shown,
        places=[place.id for place in pick.places],
        is_gap_waived=pick.is_gap_waived,
    )


def places_of(shown: SeatMap, *, own: Collection[int] = NOBODY) -> list[Place]:
    """Return the seats as choosing sees them; a place's ``id`` is its place in the columns."""
    columns = shown.chart
    names = (*("label", "section", "row", "number", "x", "y", "category"), *_KINDS)
    return [
        Place(
            id=index,
            is_free=status == SeatStatus.AVAILABLE or pk in own,
            **dict(zip(names, values, strict=True)),
        )
        for index, (pk, status, *values) in enumerate(
            zip(columns["id"], shown.statuses, *(columns[name] for name in names), strict=True)
        )
    ]


_KINDS = ("is_accessible", "is_companion")


def focus_of(event: SeatingEvent) -> Focus | None:
    """Return the point that everybody wants to be near to, if the event has one."""
    if event.focal_x is None or event.focal_y is None:
        return None
    return Focus(x=event.focal_x, y=event.focal_y)


def _require_possible(event: SeatingEvent, wish: Wish) -> None:
    if wish.quantity < 1:
        raise Invalid("Ask for at least one seat.", field="quantity")
    if wish.quantity > event.most_seats_per_order:
        raise TooManySeats(event.most_seats_per_order, field="quantity")
    if not 0 <= wish.accessible <= wish.quantity:
        raise Invalid("Say how many of the seats are for wheelchairs.", field="accessible")
