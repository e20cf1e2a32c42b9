"""Choosing the best seats: looked up without a lock, then chosen like any others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from apps.seating.errors import NoneTogether, SeatsTaken
from apps.seating.picking import Wish
from apps.seating.selectors import OpenOrder, get_event, get_open_order
from apps.seating.services.choices import seats_held_by
from apps.seating.services.holders import Holder
from apps.seating.services.orders import SeatChoice, select_seats
from apps.seating.suggestions import suggest_seats

TRIES: Final = 4  # others choose the same best seats; each try sees what they left


@dataclass(frozen=True, slots=True, kw_only=True)
class BestChoice:
    """So many seats of an event, the best there are, for a new order or an earlier one."""

    event_slug: str
    wish: Wish
    order_token: str | None = field(default=None, repr=False)
    holder: Holder = field(default_factory=Holder, repr=False)


def select_best_seats(choice: BestChoice) -> OpenOrder:
    """Choose the best seats together. Only what is picked is locked; what is held is what is had.

    Raises EventNotFound, EventClosed, TooManySeats, Invalid, NoneTogether, SeatsTaken,
    OrderNotFound, OrderExpired, OrderClosed.
    """
    for tries_left in reversed(range(TRIES)):
        try:
            return _select(choice)
        except NoneTogether:
            raise
        except SeatsTaken:
            if not tries_left:
                raise
    raise NoneTogether


def _select(choice: BestChoice) -> OpenOrder:
    event = get_event(choice.event_slug)
    token = choice.order_token
    order = None if token is None else get_open_order(token).order
    found = suggest_seats(event, choice.wish, own=seats_held_by(order))
    if not found.places:
        raise NoneTogether
    return select_seats(
        SeatChoice(
            event_slug=choice.event_slug,
            labels=found.labels,
            order_token=token,
            holder=choice.holder,
        )
    )
