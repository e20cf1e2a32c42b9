"""What must agree between orders, the seats that they have, their proofs, and the versions told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from django.db.models import Exists, F, Max, OuterRef, Q

from apps.seating.models import (
    PaymentProof,
    SeatAllocation,
    SeatingEvent,
    SeatOrder,
    WaitingListEntry,
)
from apps.seating.proof_storage import has_file
from apps.seating.states import BOOKING, LIVE, AllocationStatus, OrderStatus
from backend.consistency.finding import Finding

ENDED: Final = (OrderStatus.REJECTED, OrderStatus.RELEASED, OrderStatus.EXPIRED)


def _ended_orders_with_seats() -> Iterator[Finding]:
    live = SeatAllocation.objects.filter(order=OuterRef("pk"), status__in=LIVE)
    for order in SeatOrder.objects.filter(Exists(live), status__in=ENDED).iterator():
        yield Finding(
            subject=f"Order {order}",
            problem="has ended and still keeps seats from others.",
            advice="See who wrote its status; set its allocations to RELEASED.",
        )


def _booked_orders_without_seats() -> Iterator[Finding]:
    seats = SeatAllocation.objects.filter(order=OuterRef("pk"))
    booked, others = (
        seats.filter(status=AllocationStatus.BOOKED),
        seats.exclude(status__in=(AllocationStatus.BOOKED, AllocationStatus.RELEASED)),
    )
    orders = SeatOrder.objects.filter(status__in=BOOKING)
    for order in orders.filter(~Exists(booked) | Exists(others)).iterator():
        yield Finding(
            subject=f"Order {order}",
            problem="is booked, and its seats are not.",
            advice="Ask who paid; book the seats, or reject the order.",
        )


def _unpaid_orders_with_booked_seats() -> Iterator[Finding]:
    booked = SeatAllocation.objects.filter(order=OuterRef("pk"), status=AllocationStatus.BOOKED)
    orders = SeatOrder.objects.filter(Exists(booked), status=OrderStatus.PENDING)
    for order in orders.iterator():
        yield Finding(
            subject=f"Order {order}",
            problem="is not paid for, and has booked seats.",
            advice="Look for a proof; reject or release it.",
        )


def _seats_of_another_event() -> Iterator[Finding]:
    strays = SeatAllocation.objects.exclude(seat__event=F("order__event"))
    for row in strays.select_related("order", "seat").iterator():
        yield Finding(
            subject=f"Order {row.order}",
            problem=f"has seat {row.seat} of another event.",
            advice="Release it, and sell the holder a seat of their own event.",
        )


def _booked_orders_without_proof() -> Iterator[Finding]:
    proofs = PaymentProof.objects.filter(order=OuterRef("pk"))
    for order in SeatOrder.objects.filter(~Exists(proofs), status__in=BOOKING).iterator():
        yield Finding(
            subject=f"Order {order}",
            problem="is booked without a payment proof.",
            advice="Ask its holder for the proof.",
        )


def _proofs_without_file() -> Iterator[Finding]:
    proofs = PaymentProof.objects.select_related("order").only("file_name", "order__number")
    for proof in proofs.iterator():
        if not has_file(proof.file_name):
            yield Finding(
                subject=f"Order {proof.order}, proof {proof.pk}",
                problem="has no file.",
                advice="Bring `proofs/` back from a backup.",
            )


def _orders_that_nobody_ends() -> Iterator[Finding]:
    for order in SeatOrder.objects.filter(
        status=OrderStatus.PENDING, due_at__isnull=True
    ).iterator():
        yield Finding(
            subject=f"Order {order}",
            problem="waits for its proof and would wait for ever.",
            advice="Release it in the back office.",
        )


def _versions() -> Iterator[Finding]:
    events = SeatingEvent.objects.annotate(last=Max("changes__version"))
    for event in events.filter(~Q(last=F("seq")), last__isnull=False).iterator():
        yield Finding(
            subject=f"Event {event.slug}",
            problem=f"is at version {event.seq}, and the last that was told is {event.last}.",
            advice="Import its seat map again: everybody then reads it anew.",
        )


def _offers() -> Iterator[Finding]:
    entries = WaitingListEntry.objects.filter(order__isnull=False)
    for entry in entries.exclude(order__event=F("event")).iterator():
        yield Finding(
            subject=str(entry),
            problem="was offered seats of another event.",
            advice="Release the order that it points to.",
        )


SEARCHES: Final[Sequence[Callable[[], Iterator[Finding]]]] = (
    _ended_orders_with_seats,
    _booked_orders_without_seats,
    _unpaid_orders_with_booked_seats,
    _seats_of_another_event,
    _booked_orders_without_proof,
    _proofs_without_file,
    _orders_that_nobody_ends,
    _versions,
    _offers,
)
