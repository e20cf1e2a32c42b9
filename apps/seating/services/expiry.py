"""Orders that run out of time: ended by a worker, or by whoever wants their seats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.common.alerts import raise_alert
from apps.common.jobs import Lease
from apps.seating.models import Seat, SeatAllocation, SeatOrder
from apps.seating.services.order_rows import SeatStates, free_seats, move_order
from apps.seating.services.waiting import tell_change
from apps.seating.states import AllocationStatus, OrderStatus

REVIEW_ALERT: Final = "seat_review_overdue"


def end_lapsed_holds(seats: Sequence[Seat], now: datetime) -> SeatStates:
    """End the orders whose holds on these seats have lapsed; nobody waits for a worker to do it.

    The caller holds the locks on ``seats``. An order that somebody is busy with is left to them:
    its holder may be waiting for these very seats.
    """
    lapsed = SeatAllocation.objects.filter(
        seat__in=seats, status=AllocationStatus.HELD, held_until__lte=now
    )
    idle = SeatOrder.objects.filter(pk__in=lapsed.values("order_id")).order_by("pk")
    states: SeatStates = {}
    for order in idle.select_for_update(skip_locked=True):
        states |= end_order(order, now)
    return states


def end_order(order: SeatOrder, now: datetime) -> SeatStates:
    """End an order that is past its time; return its seats' new states. The caller locks it."""
    if order.status != OrderStatus.PENDING or now < order.expires_at:
        return {}
    move_order(order, OrderStatus.EXPIRED, ended_at=now, due_at=None)
    return free_seats(order)


def expire_order(lease: Lease[SeatOrder]) -> None:
    """End the order if its time is over; one that was prolonged owes its end later.

    For an order under review, the hotel's people are reminded of it.
    """
    with transaction.atomic():
        order = lease.lock()
        if order is None:
            return
        now = timezone.now()
        if order.status == OrderStatus.PENDING and now < order.expires_at:
            lease.settle(due_at=order.expires_at)
            return
        lease.settle()
        if order.status == OrderStatus.AWAITING_REVIEW:
            _remind(order)
        tell_change(order.event, end_order(order, now))


def _remind(order: SeatOrder) -> None:
    raise_alert(
        scope=order.event.hotel.alert_scope,
        kind=REVIEW_ALERT,
        subject=order.number,
        message=f"The payment of order {order.number} waits to be reviewed.",
    )
