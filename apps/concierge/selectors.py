"""Reads of this room. What a check-out has hidden is in none of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import Count, Q, QuerySet

from apps.bookings.models import Booking, Hotel
from apps.bookings.selectors import is_askable
from apps.concierge.errors import OrderNotFound
from apps.concierge.models import Conversation, MenuItem, Message, RoomServiceOrder
from apps.concierge.states import OrderStatus, Side

SHOWN_MESSAGES: Final = 100  # on the stay; more are in the lists
SHOWN_ORDERS: Final = 50
LONGEST_MENU: Final = 300
LARGEST_KEY: Final = 2**63 - 1


def list_messages(hotel: Hotel, *, booking_id: str | None = None) -> QuerySet[Message]:
    """Return the hotel's messages, all or those of one stay, with booking and room."""
    messages = Message.objects.filter(
        hotel=hotel, conversation__booking__departed_stay__isnull=True
    )
    if booking_id is not None:
        if not is_askable(booking_id):
            return messages.none()
        messages = messages.filter(conversation__booking__booking_id=booking_id)
    # A room's push token costs a decryption a row, and no list shows it.
    return messages.select_related("conversation__booking__assigned_room", "hotel").defer(
        "conversation__booking__assigned_room__push_token"
    )


def stay_messages(booking: Booking) -> QuerySet[Message]:
    """Return the stay's messages; their conversation comes with them, ``booking`` does not."""
    messages = Message.objects.filter(
        conversation__booking=booking, conversation__booking__departed_stay__isnull=True
    )
    return messages.select_related("conversation")


def last_messages(booking: Booking) -> Sequence[Message]:
    """Return the newest messages of the stay, oldest first, with ``booking`` and its hotel."""
    messages = list(stay_messages(booking).order_by("-number")[:SHOWN_MESSAGES])
    return [with_booking(message, booking) for message in reversed(messages)]


def with_booking(message: Message, booking: Booking) -> Message:
    """Attach what the caller has read already."""
    message.hotel = booking.hotel
    message.conversation.booking = booking
    return message


def list_conversations(hotel: Hotel) -> QuerySet[Conversation]:
    """Return the hotel's conversations with booking, room and ``unread``, what guests wrote."""
    unread = Q(messages__sender=Side.GUEST, messages__read_at__isnull=True)
    return (
        Conversation.objects.filter(booking__hotel=hotel, booking__departed_stay__isnull=True)
        .select_related("booking__hotel", "booking__assigned_room")
        .defer("booking__assigned_room__push_token")
        .prefetch_related("booking__guests")
        .annotate(unread=Count("messages", filter=unread))
    )


def list_menu(hotel: Hotel) -> Sequence[MenuItem]:
    """Return what can be ordered now, by category and name."""
    items = MenuItem.objects.filter(hotel=hotel, is_available=True)
    return list(items.order_by("category", "name")[:LONGEST_MENU])


def list_orders(hotel: Hotel, *, status: OrderStatus | None = None) -> QuerySet[RoomServiceOrder]:
    """Return the hotel's orders, all or those of one status, with lines, booking and room."""
    orders = RoomServiceOrder.objects.filter(
        booking__hotel=hotel, booking__departed_stay__isnull=True
    )
    if status is not None:
        orders = orders.filter(status=status)
    orders = orders.select_related("booking__hotel", "booking__assigned_room")
    return orders.defer("booking__assigned_room__push_token").prefetch_related("lines")


def last_orders(booking: Booking) -> Sequence[RoomServiceOrder]:
    """Return the newest orders of the stay with their lines, newest first, with ``booking``."""
    orders = RoomServiceOrder.objects.filter(booking=booking, booking__departed_stay__isnull=True)
    found = list(orders.prefetch_related("lines").order_by("-number")[:SHOWN_ORDERS])
    for order in found:
        order.booking = booking
    return found


def get_hotel_order(hotel: Hotel, order_id: str) -> RoomServiceOrder:
    """Return the hotel's order. Raises OrderNotFound, alike for missing and foreign ones."""
    is_key = order_id.isascii() and order_id.isdigit() and len(order_id) < 20
    found = None
    if is_key and int(order_id) <= LARGEST_KEY:
        found = list_orders(hotel).filter(pk=int(order_id)).first()
    if found is None:
        raise OrderNotFound(field="order_id")
    return found
