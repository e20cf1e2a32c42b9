"""What happens to orders, as the hotel's dashboards and partners hear of it."""

from __future__ import annotations

from django.utils import timezone

from apps.bookings.events import stamp
from apps.common.events import record_event
from apps.seating.models import SeatOrder


def order_event(order: SeatOrder, name: str) -> None:
    """Tell the hotel that something happened to an order: its number and state, and no person.

    Called late in a transaction, before the seats' version is taken: two rows that others wait
    for, always in this order.
    """
    data = {
        "event_slug": order.event.slug,
        "order_number": order.number,
        "status": str(order.status),
        "timestamp": stamp(timezone.now()),
    }
    record_event(order.event.hotel.event_stream, name, data)
