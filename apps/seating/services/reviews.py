"""The hotel's people look at payments: they confirm, reject, note what came in, and open again.

Whoever acts says which version of the order they saw: a stale page can't act twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.common.alerts import clear_alert
from apps.common.errors import Invalid
from apps.seating.errors import (
    EventClosed,
    OrderClosed,
    ReasonMissing,
    SeatsTaken,
    StaleVersion,
)
from apps.seating.events import order_event
from apps.seating.models import SeatAllocation, SeatOrder
from apps.seating.selectors import (
    get_shown_order,
    is_on_sale,
    occupied_labels,
    sales_end,
    shown_status,
    taken_labels,
    total_of,
)
from apps.seating.services.expiry import REVIEW_ALERT, end_lapsed_holds, end_order
from apps.seating.services.notices import moment, tell_holder
from apps.seating.services.order_rows import (
    LostUpdate,
    SeatStates,
    free_seats,
    get_order_for_update,
    lock_seats,
    move_order,
    update_order,
)
from apps.seating.services.waiting import tell_change
from apps.seating.states import (
    AllocationStatus,
    HoldPolicy,
    OrderStatus,
    PaymentMark,
    SeatStatus,
    Verdict,
)

LONGEST_REASON: Final = 300
MOST_MONEY: Final = Decimal("9999999999.99")


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What somebody decided about an order, and the version of it that they saw."""

    order_pk: int
    reviewed_by: str
    expected_version: int | None = None
    reason: str = field(default="")


@transaction.atomic
def approve_payment(review: Review) -> SeatOrder:
    """Confirm the order; confirmed already is the same success.

    Raises OrderNotFound, StaleVersion, NoProofYet, OrderClosed.
    """
    order = _order_under_review(review)
    if order.status == OrderStatus.CONFIRMED:
        return order
    now = timezone.now()
    move_order(
        order, OrderStatus.CONFIRMED, ended_at=now, due_at=None, reviewed_by=review.reviewed_by
    )
    _judge(order, Verdict.APPROVED, review, now)
    tell_holder(order, "seats_confirmed")
    order_event(order, "seat-order-confirmed")
    return order


@transaction.atomic
def reject_payment(review: Review) -> SeatOrder:
    """Reject the order and free its seats; rejected already is the same success.

    Raises ReasonMissing, OrderNotFound, StaleVersion, NoProofYet, OrderClosed.
    """
    reason = " ".join(review.reason.split())[:LONGEST_REASON]
    if not reason or not reason.isprintable():
        raise ReasonMissing
    order = _order_under_review(review)
    if order.status == OrderStatus.REJECTED:
        return order
    now = timezone.now()
    move_order(
        order,
        OrderStatus.REJECTED,
        ended_at=now,
        due_at=None,
        reviewed_by=review.reviewed_by,
        rejection_reason=reason,
    )
    states = free_seats(order)
    _judge(order, Verdict.REJECTED, review, now)
    tell_holder(order, "seats_rejected", {"reason": _sentence(reason)})
    order_event(order, "seat-order-rejected")
    tell_change(order.event, states)
    return order


def _order_under_review(review: Review) -> SeatOrder:
    order = get_order_for_update(review.order_pk)
    if review.expected_version not in (None, order.version):
        raise StaleVersion
    return order


def _judge(order: SeatOrder, verdict: Verdict, review: Review, now: datetime) -> None:
    order.proofs.filter(verdict=Verdict.PENDING).update(
        verdict=verdict,
        reviewed_by=review.reviewed_by,
        reviewed_at=now,
        reason=order.rejection_reason,
    )
    clear_alert(scope=order.event.hotel.alert_scope, kind=REVIEW_ALERT, subject=order.number)


def _sentence(words: str) -> str:
    return words if words[-1] in ".!?" else f"{words}."


@transaction.atomic
def record_payment(review: Review, *, received: Decimal) -> SeatOrder:
    """Note how much came in for an order under review; the same again is the same success.

    A sum that differs marks the order, and the holder is told.

    Raises Invalid, OrderNotFound, StaleVersion, OrderClosed.
    """
    if not (received.is_finite() and 0 <= received <= MOST_MONEY) or received != round(received, 2):
        raise Invalid("Give the amount that came in, such as 30.00.", field="received_amount")
    order = _order_under_review(review)
    if order.status != OrderStatus.AWAITING_REVIEW:
        raise OrderClosed(current=OrderStatus(order.status).label)
    if order.received_amount == received:
        return order
    total = total_of(get_shown_order(order.pk))
    mark = _mark_of(received, total)
    update_order(order, received_amount=received, mark=mark)
    if mark:
        amounts = {"received": _money(order, received), "total": _money(order, total)}
        tell_holder(order, "seats_payment_differs", amounts, occasion=str(order.version))
    return order


def _mark_of(received: Decimal, total: Decimal) -> str:
    if received == total:
        return ""
    return PaymentMark.UNDERPAID if received < total else PaymentMark.OVERPAID


def _money(order: SeatOrder, amount: Decimal) -> str:
    return f"{amount:.2f} {order.event.currency}"


@transaction.atomic
def reopen_order(review: Review) -> SeatOrder:
    """Open an order that ran out of time once more, for somebody who paid too late: with its seats,
    if they are all still free. Under an exclusive policy they are held again.

    Raises OrderNotFound, StaleVersion, OrderClosed, EventClosed, SeatsTaken.
    """
    order = _order_under_review(review)
    now = timezone.now()
    if shown_status(order) != OrderStatus.EXPIRED:
        raise OrderClosed(current=shown_status(order).label)
    if not is_on_sale(order.event, now):
        raise EventClosed
    ended = end_order(order, now)  # where no worker has been yet
    ends_at = min(now + timedelta(minutes=order.event.order_minutes), sales_end(order.event))
    move_order(
        order, OrderStatus.PENDING, ended_at=None, expires_at=ends_at, due_at=ends_at, mark=""
    )
    states = ended | _choose_again(order, ends_at, now)
    tell_holder(
        order,
        "seats_reopened",
        {"until": moment(ends_at, order.event.hotel)},
        occasion=str(order.version),
    )
    order_event(order, "seat-order-reopened")
    tell_change(order.event, states)
    return order


def _choose_again(order: SeatOrder, ends_at: datetime, now: datetime) -> SeatStates:
    """Give an order what it had chosen. Raises SeatsTaken."""
    rows = SeatAllocation.objects.filter(order=order)
    seats = lock_seats(order.event, list(rows.values_list("seat_id", flat=True)))
    freed = end_lapsed_holds(seats, now)
    taken = taken_labels(seats) or occupied_labels(seats, apart_from=order)
    if taken:
        raise SeatsTaken(taken)
    is_held = order.event.hold_policy == HoldPolicy.EXCLUSIVE
    status = AllocationStatus.HELD if is_held else AllocationStatus.SELECTED
    if rows.update(status=status, held_until=ends_at if is_held else None) != len(seats):
        raise LostUpdate
    return freed | (dict.fromkeys(seats, SeatStatus.HELD) if is_held else {})
