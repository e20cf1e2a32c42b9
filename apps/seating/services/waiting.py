"""The waiting list: whoever waits is offered what comes free, as a hold with a key of its own.

The offer is made in the transaction that frees the seats, so nobody else can be quicker. Those who
came first are asked first; one who wants more than there is waits on, and the next is asked. Seats
that are together are offered where there are such; places for wheelchairs and their companions are
never offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.common.crypto import new_token, token_digest
from apps.common.errors import Invalid
from apps.common.maintenance import delete_portion
from apps.seating.changes import record_change
from apps.seating.errors import EventClosed, TooManySeats
from apps.seating.models import Seat, SeatingEvent
from apps.seating.picking import Place, Wish, pick_best
from apps.seating.seat_map import read_seat_map
from apps.seating.selectors import get_event, is_on_sale, sales_end
from apps.seating.services.holders import Holder, clean_holder, require_reachable
from apps.seating.services.notices import moment, tell_holder
from apps.seating.services.order_rows import (
    LostUpdate,
    SeatStates,
    insert_allocations,
    make_order,
)
from apps.seating.states import AllocationStatus, SeatStatus
from apps.seating.suggestions import focus_of, places_of
from apps.seating.waiting_models import WaitingListEntry
from apps.seating.waiting_selectors import OpenEntry, get_open_entry, in_line

KEPT: Final = timedelta(days=30)  # after the event, names and addresses are of no use
MOST_OFFERS: Final = 50  # in one transaction; the next seat that comes free goes on from there


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRequest:
    """Who wants how many seats; ``category`` None: any."""

    event_slug: str
    quantity: int
    category: str | None = None
    holder: Holder = field(default_factory=Holder, repr=False)


def join_waiting_list(request: WaitingRequest) -> OpenEntry:
    """Wait for seats that are given back.

    Raises EventNotFound, EventClosed, TooManySeats, Invalid, HolderMissing.
    """
    event = get_event(request.event_slug)
    now = timezone.now()
    if now >= sales_end(event):
        raise EventClosed
    _require_possible(event, request)
    columns = clean_holder(request.holder, event.hotel)
    require_reachable(columns)
    token = new_token()
    WaitingListEntry.objects.create(
        event=event,
        token_digest=token_digest(token),
        quantity=request.quantity,
        category=request.category or "",
        created_at=now,
        **columns,
    )
    return get_open_entry(token)


def _require_possible(event: SeatingEvent, request: WaitingRequest) -> None:
    if request.quantity < 1:
        raise Invalid("Ask for at least one seat.", field="quantity")
    if request.quantity > event.most_seats_per_order:
        raise TooManySeats(event.most_seats_per_order, field="quantity")
    known = (
        event.seats.filter(is_retired=False)
        .order_by()
        .values_list("category", flat=True)
        .distinct()
    )
    if request.category and request.category not in set(known):
        raise Invalid("The event has no such category.", field="category")


def tell_change(event: SeatingEvent, states: SeatStates, *, is_new_map: bool = False) -> None:
    """Offer what came free to those who wait, then take the event's next version.

    Call it once and last in a transaction; ``states`` empty: nothing changed.
    """
    offered = _offer_freed(event, states, timezone.now())
    record_change(event, states | offered, is_new_map=is_new_map)


def _offer_freed(event: SeatingEvent, states: SeatStates, now: datetime) -> SeatStates:
    if SeatStatus.AVAILABLE not in states.values() or not is_on_sale(event, now):
        return {}
    # One transaction after the other: whoever comes second sees what the first one left of the
    # line and of the seats. The line is locked after orders and seats, and before the version.
    waiting = list(in_line(event).select_for_update()[:MOST_OFFERS])
    if not waiting:
        return {}
    house = _House(event)
    offered: SeatStates = {}
    for entry in waiting:
        seats = house.take(entry)
        if seats and _offer(event, entry, seats, now):
            offered |= dict.fromkeys(seats, SeatStatus.HELD)
    return offered


def _offer(
    event: SeatingEvent, entry: WaitingListEntry, seats: Sequence[Seat], now: datetime
) -> bool:
    ends_at = min(now + timedelta(minutes=event.offer_minutes), sales_end(event))
    holder = ("holder_name", "holder_email", "holder_phone")
    try:
        with transaction.atomic():
            made = make_order(
                event,
                now=now,
                ends_at=ends_at,
                columns={name: getattr(entry, name) for name in holder},
            )
            insert_allocations(made.order, seats, AllocationStatus.HELD, ends_at)
    except IntegrityError:  # the constraint: one of them is somebody else's after all
        return False
    still_waiting = WaitingListEntry.objects.filter(pk=entry.pk, order=None)
    if still_waiting.update(order=made.order, offer_token=made.token, offered_at=now) != 1:
        raise LostUpdate
    tell_holder(made.order, "seats_offered", {"until": moment(ends_at, event.hotel)})
    return True


def forget_who_waited(now: datetime) -> bool:
    """Delete entries of events that are long over; for the duty roster."""
    entries = WaitingListEntry.objects.filter(event__starts_at__lt=now - KEPT)
    return delete_portion(entries, oldest_by="event__starts_at")


class _House:
    """The seats that can be offered, fewer with every offer."""

    def __init__(self, event: SeatingEvent) -> None:
        shown = read_seat_map(event)
        self._focus = focus_of(event)
        self._keys = shown.chart["id"]
        self._places = places_of(shown)

    def take(self, entry: WaitingListEntry) -> list[Seat]:
        """Return seats for an entry, locked; none where there are too few.

        Seats that somebody is buying are passed over: the buyer is not kept waiting.
        """
        while places := self._best_for(entry):
            keys = {self._keys[place.id]: place for place in places}
            free = Seat.objects.filter(pk__in=keys, is_blocked=False).order_by("pk")
            seats = list(free.select_for_update(skip_locked=True, no_key=True))
            is_all = len(seats) == len(keys)
            for key in keys if is_all else keys.keys() - {seat.pk for seat in seats}:
                place = keys[key]
                self._places[place.id] = replace(place, is_free=False)
            if is_all:
                return seats
        return []

    def _best_for(self, entry: WaitingListEntry) -> Sequence[Place]:
        """Return the best seats for an entry; not together where there are none together."""
        fitting = [
            place
            for place in self._places
            if place.is_for_all and entry.category in ("", place.category)
        ]
        if len(fitting) < entry.quantity:
            return ()
        wish = Wish(quantity=entry.quantity, category=entry.category or None)
        together = pick_best(self._places, wish, self._focus)
        return together.places if together else fitting[: entry.quantity]
