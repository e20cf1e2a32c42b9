"""Reads of the seating room."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Final

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from apps.bookings.models import Hotel
from apps.common.crypto import token_digest
from apps.common.statements import INSTANT, Given, KnownRead, give_related
from apps.seating.errors import EventNotFound, OrderNotFound
from apps.seating.models import PaymentProof, Seat, SeatAllocation, SeatingEvent, SeatOrder
from apps.seating.seat_map import live_allocations
from apps.seating.states import LIVE, OrderStatus, PaymentMark
from apps.staff.identity import StaffIdentity
from apps.staff.roles import Permission

SLUG: Final = re.compile(r"[-a-zA-Z0-9_]{1,60}")
NUMBER: Final = re.compile(r"[A-Z0-9-]{1,12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrder:
    """An order together with the key that its reader holds; keys are not kept, only digests."""

    order: SeatOrder
    token: str


# What every sale asks.
EVENT: Final = KnownRead(
    lambda: SeatingEvent.objects.select_related("hotel").filter(slug=Given("slug"))
)
ORDER: Final = KnownRead(
    lambda: SeatOrder.objects.select_related("event__hotel").filter(token_digest=Given("digest"))
)
SEATS_OF_ORDER: Final = KnownRead(lambda: seat_rows().filter(order=Given("order")))


# -- events ----------------------------------------------------------------------------------------


def find_event(slug: str) -> SeatingEvent | None:
    """Return the event of that name, with its hotel."""
    if not SLUG.fullmatch(slug):
        return None
    return EVENT.one(slug=slug)


def get_event(slug: str) -> SeatingEvent:
    """Return the event of that name, with its hotel. Raises EventNotFound."""
    event = find_event(slug)
    if event is None:
        raise EventNotFound(field="event_slug")
    return event


def list_events(hotel: Hotel) -> QuerySet[SeatingEvent]:
    """Return the hotel's events, each with its hotel."""
    return SeatingEvent.objects.select_related("hotel").filter(hotel=hotel)


def is_on_sale(event: SeatingEvent, now: datetime) -> bool:
    """Answer whether seats can be chosen and paid for now."""
    opens = event.sales_open_at
    return (opens is None or opens <= now) and now < sales_end(event)


def sales_end(event: SeatingEvent) -> datetime:
    """Return when the last seat can be paid for."""
    return min(event.sales_close_at or event.starts_at, event.starts_at)


# -- seats -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSeats:
    """Seats that somebody asks for, with their sections, in the order in which they are locked."""

    seats: Sequence[Seat]
    taken: Sequence[str]


def seats_of(event: SeatingEvent, labels: Iterable[str]) -> QuerySet[Seat]:
    """Return the event's seats of those labels, in the order in which they are locked."""
    return event.seats.filter(label__in=labels, is_retired=False).order_by("pk")


def wanted_seats(event: SeatingEvent, labels: Sequence[str]) -> WantedSeats:
    """Return the event's seats of those labels, and which of the labels can't be had now."""
    now = timezone.now()
    seats = _labelled_seats(len(labels)).all(event=event.pk, labels=labels, now=now)
    taken = [seat.label for seat in seats if seat.is_blocked or getattr(seat, "is_live", False)]
    return WantedSeats(seats=seats, taken=taken)


@cache
def _labelled_seats(count: int) -> KnownRead[Seat]:
    live = live_allocations(Given("now", INSTANT)).filter(seat=OuterRef("pk"))
    return KnownRead(
        lambda: (
            Seat.objects.select_related("section")
            .filter(
                event=Given("event"),
                label__in=[Given("labels", place=place) for place in range(count)],
                is_retired=False,
            )
            .annotate(is_live=Exists(live))
            .order_by("pk")
        )
    )


# -- orders ----------------------------------------------------------------------------------------


def find_open_order(token: str) -> OpenOrder | None:
    """Return the order that ``token`` opens, with its event, hotel and seats."""
    order = find_order(token)
    if order is None:
        return None
    return open_order(order, SEATS_OF_ORDER.all(order=order.pk), token)


def find_order(token: str) -> SeatOrder | None:
    """Return the order that ``token`` opens, with its event and hotel."""
    return ORDER.one(digest=token_digest(token))


def open_order(order: SeatOrder, seats: Sequence[SeatAllocation], token: str) -> OpenOrder:
    """Return an order as whoever holds its key sees it. ``seats``: rows of ``seat_rows``."""
    give_related(order, "allocations", seats)
    return OpenOrder(order=order, token=token)


def seat_rows() -> QuerySet[SeatAllocation]:
    """Return what orders have of seats, as it is shown."""
    return SeatAllocation.objects.select_related("seat__section").order_by("seat_id")


def get_open_order(token: str) -> OpenOrder:
    """Return the order that ``token`` opens. Raises OrderNotFound."""
    opened = find_open_order(token)
    if opened is None:
        raise OrderNotFound
    return opened


def shown_orders(orders: QuerySet[SeatOrder]) -> QuerySet[SeatOrder]:
    """Return orders with all that is shown of them."""
    return orders.select_related("event__hotel").prefetch_related(
        Prefetch("allocations", queryset=seat_rows())
    )


def list_orders(
    event: SeatingEvent,
    *,
    status: OrderStatus | None = None,
    mark: PaymentMark | None = None,
    is_overdue: bool = False,
) -> QuerySet[SeatOrder]:
    """Return the event's orders for staff; one past its time counts as EXPIRED.

    ``is_overdue``: only those whose review is.
    """
    orders = shown_to_staff(event.orders.all())
    now = timezone.now()
    if mark is not None:
        orders = orders.filter(mark=mark)
    if is_overdue:
        latest = now - timedelta(hours=event.review_hours)
        orders = orders.filter(status=OrderStatus.AWAITING_REVIEW, submitted_at__lte=latest)
    if status == OrderStatus.PENDING:
        return orders.filter(status=status, expires_at__gt=now)
    if status == OrderStatus.EXPIRED:
        return orders.filter(Q(status=status) | Q(status=OrderStatus.PENDING, expires_at__lte=now))
    return orders if status is None else orders.filter(status=status)


def shown_to_staff(orders: QuerySet[SeatOrder]) -> QuerySet[SeatOrder]:
    """Return orders with all that staff see of them."""
    return shown_orders(orders).prefetch_related(Prefetch("proofs", queryset=shown_proofs()))


def review_due_at(order: SeatOrder) -> datetime | None:
    """Return until when an order's payment should be looked at; None when it is not awaited."""
    if order.status != OrderStatus.AWAITING_REVIEW or order.submitted_at is None:
        return None
    return order.submitted_at + timedelta(hours=order.event.review_hours)


def shown_proofs() -> QuerySet[PaymentProof]:
    """Return proofs; ``is_reused`` says that another order of the hotel came with the same file."""
    others = PaymentProof.objects.filter(
        content_hash=OuterRef("content_hash"),
        order__event__hotel=OuterRef("order__event__hotel"),
    ).exclude(order=OuterRef("order"))
    return PaymentProof.objects.annotate(is_reused=Exists(others)).order_by("pk")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderName:
    """How staff name an order: by its key or by its number; the event, where given, must fit."""

    token: str | None = field(default=None, repr=False)
    number: str | None = None
    event_slug: str | None = None


def get_order_for_staff(identity: StaffIdentity, name: OrderName) -> SeatOrder:
    """Return the order if this person reviews payments at its hotel.

    Raises OrderNotFound, Forbidden.
    """
    order = _orders_named(name).select_related("event__hotel").first()
    if order is None:
        raise OrderNotFound
    identity.require(Permission.REVIEW_PAYMENTS, hotel_id=order.event.hotel_id)
    return order


def _orders_named(name: OrderName) -> QuerySet[SeatOrder]:
    orders = SeatOrder.objects.all()
    if name.event_slug is not None:
        if not SLUG.fullmatch(name.event_slug):
            return orders.none()
        orders = orders.filter(event__slug=name.event_slug)
    if name.token is not None:
        return orders.filter(token_digest=token_digest(name.token))
    number = (name.number or "").strip().upper()
    return orders.filter(number=number) if NUMBER.fullmatch(number) else orders.none()


def get_event_for_staff(
    identity: StaffIdentity, slug: str, permission: Permission = Permission.REVIEW_PAYMENTS
) -> SeatingEvent:
    """Return the event if this person may do that at its hotel.

    Raises EventNotFound, Forbidden.
    """
    event = get_event(slug)
    identity.require(permission, hotel_id=event.hotel_id)
    return event


def get_shown_order(pk: int) -> SeatOrder:
    """Return the order with all that is shown of it."""
    return shown_orders(SeatOrder.objects.filter(pk=pk)).get()


def shown_status(order: SeatOrder) -> OrderStatus:
    """Return the status, with an order past its time shown as EXPIRED before the worker ends it."""
    if order.status == OrderStatus.PENDING and timezone.now() >= order.expires_at:
        return OrderStatus.EXPIRED
    return OrderStatus(order.status)


def total_of(order: SeatOrder) -> Decimal:
    """Return the sum of the order's seats, at the prices of their selection."""
    return sum((row.price for row in order.allocations.all()), Decimal("0.00"))


def taken_labels(seats: Iterable[Seat]) -> list[str]:
    """Return the labels that can't be had now, in the seats' order."""
    seats = list(seats)
    live = live_allocations(timezone.now()).filter(seat__in=seats)
    gone = set(live.values_list("seat_id", flat=True))
    return [seat.label for seat in seats if seat.is_blocked or seat.pk in gone]


def occupied_labels(seats: Iterable[Seat], *, apart_from: SeatOrder) -> list[str]:
    """Return the labels that the constraint keeps from an order: also of lapsed holds."""
    seats = list(seats)
    others = SeatAllocation.objects.filter(seat__in=seats, status__in=LIVE)
    gone = set(others.exclude(order=apart_from).values_list("seat_id", flat=True))
    return [seat.label for seat in seats if seat.is_blocked or seat.pk in gone]
