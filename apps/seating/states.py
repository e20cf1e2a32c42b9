"""The states of seats, orders and what an order has of a seat, and the moves between them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import models


class HoldPolicy(models.TextChoices):
    """What a selection means to everybody else."""

    OPEN = "OPEN", "nothing: the seat stays available until somebody pays"
    EXCLUSIVE = "EXCLUSIVE", "a hold that lapses by itself"


class SeatStatus(models.TextChoices):
    """A seat as everybody sees it; nobody learns whose it is."""

    AVAILABLE = "AVAILABLE", "available"
    HELD = "HELD", "held for somebody, for a while"
    BOOKED = "BOOKED", "booked"
    BLOCKED = "BLOCKED", "not for sale"


class AllocationStatus(models.TextChoices):
    """What an order has of a seat."""

    SELECTED = "SELECTED", "chosen; blocks nobody"
    HELD = "HELD", "held"
    BOOKED = "BOOKED", "booked"
    RELEASED = "RELEASED", "given back"


LIVE: Final = (AllocationStatus.HELD, AllocationStatus.BOOKED)


class OrderStatus(models.TextChoices):
    """Where an order stands."""

    PENDING = "PENDING", "being chosen and paid for"
    AWAITING_REVIEW = "AWAITING_REVIEW", "booked; the payment is being looked at"
    CONFIRMED = "CONFIRMED", "confirmed"
    REJECTED = "REJECTED", "rejected"
    RELEASED = "RELEASED", "given up by its holder"
    EXPIRED = "EXPIRED", "expired"


S = OrderStatus

ALLOWED: Final[Mapping[OrderStatus, frozenset[OrderStatus]]] = {
    S.PENDING: frozenset({S.AWAITING_REVIEW, S.RELEASED, S.EXPIRED}),
    S.AWAITING_REVIEW: frozenset({S.CONFIRMED, S.REJECTED}),
    S.CONFIRMED: frozenset(),
    S.REJECTED: frozenset(),
    S.RELEASED: frozenset(),
    S.EXPIRED: frozenset({S.PENDING}),  # staff open it again for somebody who paid too late
}

GIVEN_UP: Final = frozenset({S.RELEASED, S.EXPIRED})  # nobody paid for them
BOOKING: Final = (S.AWAITING_REVIEW, S.CONFIRMED)  # orders whose seats are booked


class Verdict(models.TextChoices):
    """What the hotel's people made of a payment proof."""

    PENDING = "PENDING", "not looked at"
    APPROVED = "APPROVED", "approved"
    REJECTED = "REJECTED", "rejected"


class PaymentMark(models.TextChoices):
    """What is odd about a payment, for the people who look into it."""

    LATE = "LATE", "a proof came when the order's time was over"
    SEATS_GONE = "SEATS_GONE", "a proof came when some of the seats were somebody else's"
    UNDERPAID = "UNDERPAID", "less came in than is due"
    OVERPAID = "OVERPAID", "more came in than is due"


class WaitingStatus(models.TextChoices):
    """What became of somebody who waits for seats."""

    WAITING = "WAITING", "waiting"
    OFFERED = "OFFERED", "seats are held for them"
    ACCEPTED = "ACCEPTED", "paid for what was offered"
    MISSED = "MISSED", "let the offer pass"
    CLOSED = "CLOSED", "sales ended before seats came free"


OUTCOMES: Final[Mapping[OrderStatus, WaitingStatus]] = {
    S.PENDING: WaitingStatus.OFFERED,
    S.AWAITING_REVIEW: WaitingStatus.ACCEPTED,
    S.CONFIRMED: WaitingStatus.ACCEPTED,
    S.REJECTED: WaitingStatus.ACCEPTED,
    S.RELEASED: WaitingStatus.MISSED,
    S.EXPIRED: WaitingStatus.MISSED,
}


def can_move(current: OrderStatus, target: OrderStatus) -> bool:
    """Answer whether an order may go from one state to the other."""
    return target in ALLOWED[current]
