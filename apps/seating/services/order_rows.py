"""Moves of orders and allocations: conditional updates whose row counts are checked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import F

from apps.seating.errors import NoProofYet, OrderClosed, OrderExpired, OrderNotFound
from apps.seating.models import Seat, SeatAllocation, SeatingEvent, SeatOrder
from apps.seating.seat_map import status_of_seat
from apps.seating.states import LIVE, AllocationStatus, OrderStatus, SeatStatus, can_move

SeatStates = dict[Seat, SeatStatus]


class LostUpdate(Exception):
    """A row is not as its lock promised: a bug, and the transaction must not commit."""


def get_order_for_update(pk: int) -> SeatOrder:
    """Return the order fresh and locked, with event and hotel. Raises OrderNotFound.

    Orders are locked before seats, seats before the version.
    """
    orders = SeatOrder.objects.select_related("event__hotel").select_for_update(of=("self",))
    order = orders.filter(pk=pk).first()
    if order is None:
        raise OrderNotFound
    return order


def require_open(order: SeatOrder, now: datetime) -> None:
    """Raises OrderExpired, OrderClosed."""
    status = OrderStatus(order.status)
    if status == OrderStatus.EXPIRED or (status == OrderStatus.PENDING and now >= order.expires_at):
        raise OrderExpired
    if status != OrderStatus.PENDING:
        raise OrderClosed(current=status.label)


def move_order(order: SeatOrder, target: OrderStatus, **columns: Any) -> None:
    """Move a locked order on and raise its version. Raises OrderClosed, NoProofYet."""
    current = OrderStatus(order.status)
    if not can_move(current, target):
        raise NoProofYet if current == OrderStatus.PENDING else OrderClosed(current=current.label)
    update_order(order, status=target, **columns)


def update_order(order: SeatOrder, **columns: Any) -> None:
    """Store columns of a locked order and raise its version. Raises LostUpdate."""
    unchanged = SeatOrder.objects.filter(pk=order.pk, status=order.status, version=order.version)
    if unchanged.update(version=F("version") + 1, **columns) != 1:
        raise LostUpdate
    order.version += 1
    for name, value in columns.items():
        setattr(order, name, value)


def lock_seats(event: SeatingEvent, pks: Collection[int]) -> list[Seat]:
    """Return the seats in the order in which everybody locks them.

    The locks spare those who come second a failed statement, and all of them deadlocks; that no
    seat is sold twice is the constraint's doing.
    """
    seats = Seat.objects.filter(event=event, pk__in=pks).order_by("pk")
    return list(seats.select_for_update(no_key=True))


def free_seats(order: SeatOrder) -> SeatStates:
    """Release what the order holds or has booked; return the seats' new states.

    What was merely selected stays on record.
    """
    live = SeatAllocation.objects.filter(order=order, status__in=LIVE)
    seats = [row.seat for row in live.select_related("seat").order_by("seat_id")]
    if seats and live.update(status=AllocationStatus.RELEASED, held_until=None) != len(seats):
        raise LostUpdate
    return {seat: status_of_seat(seat, None) for seat in seats}
