"""Choosing seats, choosing others, and giving them up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.seating.errors import EventClosed, OrderNotFound, SeatNotFound, SeatsTaken
from apps.seating.labels import clean_labels
from apps.seating.models import Seat, SeatAllocation, SeatingEvent, SeatOrder
from apps.seating.selectors import (
    OpenOrder,
    WantedSeats,
    get_event,
    get_open_order,
    is_on_sale,
    occupied_labels,
    open_order,
    taken_labels,
    wanted_seats,
)
from apps.seating.services.choices import check_choice
from apps.seating.services.expiry import end_lapsed_holds
from apps.seating.services.holders import Holder, clean_holder
from apps.seating.services.order_rows import (
    SeatStates,
    free_seats,
    get_order_for_update,
    insert_allocations,
    lock_seats,
    make_order,
    move_order,
    require_open,
    update_order,
)
from apps.seating.services.waiting import tell_change
from apps.seating.states import AllocationStatus, HoldPolicy, OrderStatus, SeatStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatChoice:
    """Seats of an event by their labels, for a new order or in place of an order's earlier ones."""

    event_slug: str
    labels: Sequence[str]
    order_token: str | None = field(default=None, repr=False)
    holder: Holder = field(default_factory=Holder, repr=False)


def select_seats(choice: SeatChoice) -> OpenOrder:
    """Choose seats: all of them or none. Refused, an order keeps its earlier choice.

    By the event's policy the choice blocks nobody, or is a hold that others see and that lapses
    by itself; choosing again does not prolong a hold.

    Raises EventNotFound, EventClosed, TooManySeats, Invalid, SeatNotFound, SeatsTaken,
    LeavesSingleSeats, CompanionAlone, OrderNotFound, OrderExpired, OrderClosed.
    """
    event = get_event(choice.event_slug)
    now = timezone.now()
    if not is_on_sale(event, now):
        raise EventClosed
    labels = clean_labels(choice.labels, most=event.most_seats_per_order)
    columns: dict[str, Any] = dict(clean_holder(choice.holder, event.hotel))
    wanted = _get_seats(event, labels)
    token = choice.order_token
    order = None if token is None else get_open_order(token).order
    columns["is_gap_waived"] = check_choice(event, wanted.seats, order)
    if token is None or order is None:
        return _open_order(event, wanted, columns)
    _choose_others(event, wanted, columns, order.pk)
    return get_open_order(token)


def _get_seats(event: SeatingEvent, labels: Sequence[str]) -> WantedSeats:
    wanted = wanted_seats(event, labels)
    if len(wanted.seats) < len(labels):
        known = {seat.label for seat in wanted.seats}
        raise SeatNotFound([label for label in labels if label not in known])
    return wanted


@transaction.atomic
def _open_order(event: SeatingEvent, wanted: WantedSeats, columns: dict[str, Any]) -> OpenOrder:
    """Make an order with these seats."""
    now = timezone.now()
    made = make_order(event, now=now, ends_at=_end_of_order(event, now), columns=columns)
    rows, states = _allocate(made.order, wanted, now)
    tell_change(event, states)
    return open_order(made.order, rows, made.token)


def _end_of_order(event: SeatingEvent, now: datetime) -> datetime:
    return now + timedelta(minutes=event.order_minutes)


@transaction.atomic
def _choose_others(
    event: SeatingEvent, wanted: WantedSeats, columns: dict[str, Any], pk: int
) -> None:
    """Replace the order's seats by these."""
    order = get_order_for_update(pk)
    if order.event_id != event.pk:
        raise OrderNotFound(field="order_token")
    now = timezone.now()
    require_open(order, now)
    if event.hold_policy == HoldPolicy.OPEN:
        ends_at = _end_of_order(event, now)
        update_order(order, expires_at=ends_at, due_at=ends_at, **columns)
    else:
        update_order(order, **columns)
    freed = free_seats(order)
    order.allocations.all().delete()
    _, taken = _allocate(order, wanted, now)
    # A seat that was kept has not changed for anybody.
    tell_change(event, {s: freed.get(s) or taken[s] for s in freed.keys() ^ taken.keys()})


def _allocate(
    order: SeatOrder, wanted: WantedSeats, now: datetime
) -> tuple[Sequence[SeatAllocation], SeatStates]:
    """Give the seats to the order, as its event's policy has it; return what it has of them, and
    their new states.

    Raises SeatsTaken.
    """
    if order.event.hold_policy == HoldPolicy.EXCLUSIVE:
        return _hold(order, wanted.seats, now)
    # A choice that blocks nobody needs no lock: whether it can be had is decided at the payment.
    if wanted.taken:
        raise SeatsTaken(wanted.taken)
    return insert_allocations(order, wanted.seats, AllocationStatus.SELECTED, None), {}


def _hold(
    order: SeatOrder, seats: Sequence[Seat], now: datetime
) -> tuple[Sequence[SeatAllocation], SeatStates]:
    locked = lock_seats(order.event, [seat.pk for seat in seats])
    states = end_lapsed_holds(locked, now)
    gone = taken_labels(locked)
    if gone:
        raise SeatsTaken(gone)
    try:
        with transaction.atomic():
            held = insert_allocations(order, locked, AllocationStatus.HELD, order.expires_at)
    except IntegrityError:
        raise SeatsTaken(occupied_labels(locked, apart_from=order)) from None
    return held, states | dict.fromkeys(locked, SeatStatus.HELD)


def release_seats(*, order_token: str) -> OpenOrder:
    """Give an order up; given up already is the same success.

    Raises OrderNotFound, OrderExpired, OrderClosed.
    """
    _release(get_open_order(order_token).order.pk)
    return get_open_order(order_token)


@transaction.atomic
def _release(pk: int) -> None:
    order = get_order_for_update(pk)
    if order.status == OrderStatus.RELEASED:
        return
    now = timezone.now()
    require_open(order, now)
    move_order(order, OrderStatus.RELEASED, ended_at=now, due_at=None)
    tell_change(order.event, free_seats(order))
