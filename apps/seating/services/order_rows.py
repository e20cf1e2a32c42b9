"""Moves of orders and allocations: conditional updates whose row counts are checked."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final, cast

from django.db.models import F, Field

from apps.common.crypto import new_token, token_digest
from apps.common.statements import Given, KnownInsert, KnownRead, KnownUpdate
from apps.seating.errors import NoProofYet, OrderClosed, OrderExpired, OrderNotFound
from apps.seating.models import Seat, SeatAllocation, SeatingEvent, SeatOrder
from apps.seating.seat_map import status_of_seat
from apps.seating.selectors import seat_rows
from apps.seating.states import (
    LIVE,
    AllocationStatus,
    OrderStatus,
    PaymentMark,
    SeatStatus,
    can_move,
)

SeatStates = dict[Seat, SeatStatus]
# No letters that look like digits, and no vowels that make words.
NUMBER_LETTERS: Final = "23456789BCDFGHJKMNPQRSTVWXZ"

ORDER_FOR_UPDATE: Final = KnownRead(
    lambda: (
        SeatOrder.objects.select_related("event__hotel")
        .select_for_update(of=("self",))
        .filter(pk=Given("pk"))
    )
)
SEATS_FOR_UPDATE: Final = KnownRead(
    lambda: seat_rows().filter(order=Given("order")).select_for_update(no_key=True, of=("seat",))
)
INSERT_ORDER: Final = KnownInsert(SeatOrder)
INSERT_ALLOCATIONS: Final = KnownInsert(SeatAllocation)


class LostUpdate(Exception):
    """A row is not as its lock promised: a bug, and the transaction must not commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order that has just been made, and the key that opens it."""

    order: SeatOrder
    token: str = field(repr=False)


def make_order(
    event: SeatingEvent, *, now: datetime, ends_at: datetime, columns: Mapping[str, Any]
) -> NewOrder:
    """Make a pending order without seats; ``columns`` says who it is for."""
    token = new_token()
    order = SeatOrder(
        event=event,
        number=_new_number(),
        token_digest=token_digest(token),
        created_at=now,
        expires_at=ends_at,
        due_at=ends_at,
        **columns,
    )
    return NewOrder(order=INSERT_ORDER.run(order), token=token)


def _new_number() -> str:
    letters = "".join(secrets.choice(NUMBER_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def insert_allocations(
    order: SeatOrder,
    seats: Iterable[Seat],
    status: AllocationStatus,
    held_until: datetime | None,
) -> Sequence[SeatAllocation]:
    """Give seats to an order at their prices of now. Raises IntegrityError for live ones."""
    return INSERT_ALLOCATIONS.all(
        [
            SeatAllocation(
                order=order, seat=seat, status=status, held_until=held_until, price=seat.price
            )
            for seat in seats
        ]
    )


def get_order_for_update(pk: int) -> SeatOrder:
    """Return the order fresh and locked, with event and hotel. Raises OrderNotFound.

    Orders are locked before seats, seats before the version.
    """
    order = ORDER_FOR_UPDATE.one(pk=pk)
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
    update = _update_of(tuple(columns))
    if update.run(pk=order.pk, seen_status=order.status, seen=order.version, **columns) != 1:
        raise LostUpdate
    order.version += 1
    for name, value in columns.items():
        setattr(order, name, value)


@cache
def _update_of(columns: Sequence[str]) -> KnownUpdate:
    unchanged = {"pk": Given("pk"), "status": Given("seen_status"), "version": Given("seen")}
    stored = {
        name: Given(name, cast("Field[Any, Any]", SeatOrder._meta.get_field(name)))
        for name in columns
    }
    return KnownUpdate(
        lambda: SeatOrder.objects.filter(**unchanged), version=F("version") + 1, **stored
    )


def mark_order(pk: int, mark: PaymentMark) -> None:
    """Note what is odd about a payment that was refused; its version rises, once."""
    unpaid = SeatOrder.objects.filter(pk=pk, status__in=(OrderStatus.PENDING, OrderStatus.EXPIRED))
    unpaid.exclude(mark=mark).update(mark=mark, version=F("version") + 1)


def lock_seats(event: SeatingEvent, pks: Collection[int]) -> list[Seat]:
    """Return the seats in the order in which everybody locks them.

    The locks spare those who come second a failed statement, and all of them deadlocks; that no
    seat is sold twice is the constraint's doing.
    """
    seats = Seat.objects.select_related("section").filter(event=event, pk__in=pks).order_by("pk")
    return list(seats.select_for_update(no_key=True, of=("self",)))


def lock_seats_of(order: SeatOrder) -> list[SeatAllocation]:
    """Return what an order has or wants of seats, the seats locked in the same way."""
    return SEATS_FOR_UPDATE.all(order=order.pk)


def free_seats(order: SeatOrder) -> SeatStates:
    """Release what the order holds or has booked; return the seats' new states.

    What was merely selected stays on record.
    """
    live = SeatAllocation.objects.filter(order=order, status__in=LIVE)
    seats = [row.seat for row in live.select_related("seat").order_by("seat_id")]
    if seats and live.update(status=AllocationStatus.RELEASED, held_until=None) != len(seats):
        raise LostUpdate
    return {seat: status_of_seat(seat, None) for seat in seats}
