"""Room service: guests in house order, staff bring it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.bookings.models import Booking, Hotel
from apps.bookings.selectors import get_booking_by_stay_token, get_booking_for_update
from apps.bookings.stay_view import StayStatus, stay_status
from apps.common.errors import Invalid
from apps.common.idempotency import IdempotencyConflict, clean_key
from apps.common.limits.rates import Rate
from apps.concierge.cleaning import clean_note
from apps.concierge.errors import NotInHouse, OrderNotFound, UnknownItem
from apps.concierge.events import order_changed, order_placed
from apps.concierge.models import LARGEST_QUANTITY, MenuItem, OrderLine, RoomServiceOrder
from apps.concierge.selectors import LARGEST_KEY, get_hotel_order
from apps.concierge.services.messages import limit_guest
from apps.concierge.states import OrderStatus
from apps.staff.identity import StaffIdentity

MOST_LINES: Final = 30
FROM_GUEST: Final = Rate(10, 60)
GUEST: Final = "guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedItem:
    """A wish: an item of the menu and how many of it."""

    menu_item_id: str
    quantity: int


def place_order(
    *,
    token: str,
    items: Sequence[WantedItem],
    note: str | None = None,
    request_key: str | None = None,
) -> RoomServiceOrder:
    """Order from the menu, at its prices of now. The same item twice is one line, and the same
    ``request_key`` twice one order.

    Raises StayNotFound, Invalid, RateLimited, NotInHouse, UnknownItem, IdempotencyConflict.
    """
    wanted = _count(items)
    text, key = clean_note(note), clean_key(request_key)
    booking = get_booking_by_stay_token(token)
    limit_guest(booking, "orders", FROM_GUEST)
    return _place(booking, wanted, text, key)


def _count(items: Sequence[WantedItem]) -> dict[int, int]:
    """Return how many of which item. Raises Invalid, UnknownItem."""
    if not items or len(items) > MOST_LINES:
        raise Invalid(f"Order 1 to {MOST_LINES} items at a time.", field="items")
    counts: Counter[int] = Counter()
    for item in items:
        if item.quantity < 1:
            raise _not_so_many()
        counts[_key(item.menu_item_id)] += item.quantity
    if max(counts.values()) > LARGEST_QUANTITY:
        raise _not_so_many()
    return dict(counts)


def _not_so_many() -> Invalid:
    return Invalid(f"Order 1 to {LARGEST_QUANTITY} of an item.", field="items")


def _key(menu_item_id: str) -> int:
    """Raises UnknownItem."""
    is_number = menu_item_id.isascii() and menu_item_id.isdigit() and len(menu_item_id) < 20
    if not is_number or int(menu_item_id) > LARGEST_KEY:
        raise UnknownItem
    return int(menu_item_id)


@transaction.atomic
def _place(
    booking: Booking, wanted: dict[int, int], note: str, key: str | None
) -> RoomServiceOrder:
    booking = get_booking_for_update(booking.pk)
    now = timezone.now()
    if stay_status(booking, now) != StayStatus.IN_HOUSE:
        raise NotInHouse
    placed = _placed_before(booking, wanted, note, key) if key else None
    if placed is not None:
        return placed
    items = MenuItem.objects.filter(hotel=booking.hotel, is_available=True).in_bulk(list(wanted))
    if len(items) < len(wanted):
        raise UnknownItem
    order = RoomServiceOrder.objects.create(
        booking=booking,
        number=_next_number(booking),
        currency=_currency_of(items.values()),
        note=note,
        placed_at=now,
        changed_at=now,
        changed_by=GUEST,
        request_key=key,
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, item=item, name=item.name, price=item.price, quantity=wanted[pk])
        for pk, item in sorted(items.items())
    )
    order_placed(order)
    return order


def _placed_before(
    booking: Booking, wanted: dict[int, int], note: str, key: str
) -> RoomServiceOrder | None:
    """Return what was ordered under the key. Raises IdempotencyConflict if that was something
    else."""
    orders = RoomServiceOrder.objects.filter(booking=booking, request_key=key)
    order = orders.prefetch_related("lines").first()
    if order is None:
        return None
    if {line.item_id: line.quantity for line in order.lines.all()} != wanted or order.note != note:
        raise IdempotencyConflict
    order.booking = booking
    return order


def _next_number(booking: Booking) -> int:
    """Return the stay's next number; the caller holds the booking's lock."""
    last = RoomServiceOrder.objects.filter(booking=booking).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _currency_of(items: Iterable[MenuItem]) -> str:
    currencies = {item.currency for item in items}
    if len(currencies) > 1:
        raise Invalid("Order what is sold in different currencies separately.", field="items")
    return currencies.pop()


@transaction.atomic
def set_order_status(
    *, hotel: Hotel, order_id: str, status: OrderStatus, identity: StaffIdentity
) -> RoomServiceOrder:
    """Move an order on; to where it is already is the same success.

    Raises OrderNotFound, OrderClosed, OrderMoveNotAllowed.
    """
    found = get_hotel_order(hotel, order_id)
    booking = get_booking_for_update(found.booking_id)
    order = (
        RoomServiceOrder.objects.select_for_update(of=("self",))
        .filter(pk=found.pk, booking__departed_stay__isnull=True)
        .first()
    )
    if order is None:  # checked out meanwhile
        raise OrderNotFound(field="order_id")
    order.booking = booking
    old = OrderStatus(order.status)
    if old == status:
        return order
    order.move_to(status)
    order.changed_at, order.changed_by = timezone.now(), identity.actor
    order.save(update_fields=["status", "changed_at", "changed_by"])
    order_changed(order, old=old)
    return order
