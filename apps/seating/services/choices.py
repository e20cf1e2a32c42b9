"""Whether a choice of seats is fair to those who come later, and to those who need a seat."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from apps.seating.errors import CompanionAlone, LeavesSingleSeats
from apps.seating.models import Seat, SeatAllocation, SeatingEvent, SeatOrder
from apps.seating.picking import Place, Wish, companions_alone, lone_places, pick_best, runs_of
from apps.seating.seat_map import read_seat_map
from apps.seating.states import AllocationStatus
from apps.seating.suggestions import focus_of, places_of


def check_choice(event: SeatingEvent, seats: Sequence[Seat], order: SeatOrder | None) -> bool:
    """Answer whether a rule was waived: the choice leaves a seat alone, as every other one does.

    Whether the seats can be had is not asked here.

    Raises CompanionAlone, LeavesSingleSeats.
    """
    if not event.refuses_single_gaps and not any(seat.is_companion for seat in seats):
        return False
    house = places_of(read_seat_map(event), own=seats_held_by(order))
    labels = {seat.label for seat in seats}
    chosen = [place for place in house if place.label in labels]
    ids = {place.id for place in chosen}
    runs = runs_of(house)
    alone = [place.label for run in runs for place in companions_alone(run, ids)]
    if alone:
        raise CompanionAlone(alone)
    if not event.refuses_single_gaps:
        return False
    left = [place.label for run in runs for place in lone_places(run, ids)]
    if left and _has_better(event, house, chosen):
        raise LeavesSingleSeats(left)
    return bool(left)


def seats_held_by(order: SeatOrder | None) -> Collection[int]:
    """Return the keys of the seats that an order holds: it may choose them again."""
    if order is None:
        return frozenset()
    held = SeatAllocation.objects.filter(order=order, status=AllocationStatus.HELD)
    return frozenset(held.values_list("seat_id", flat=True))


def _has_better(event: SeatingEvent, house: Sequence[Place], chosen: Sequence[Place]) -> bool:
    """Answer whether as many seats of that kind can be had together without leaving one alone."""
    categories = {place.category for place in chosen}
    wish = Wish(
        quantity=len(chosen),
        category=categories.pop() if len(categories) == 1 else None,
        accessible=sum(place.is_accessible for place in chosen),
    )
    best = pick_best(house, wish, focus_of(event))
    return best is not None and not best.is_gap_waived
