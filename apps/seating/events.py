"""What happens to orders, as the hotel's dashboards and partners hear of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils import timezone

from apps.bookings.events import stamp
from apps.common.events import record_event
from apps.seating.models import Seat, SeatingEvent, SeatOrder

MOST_LABELS: Final = 50


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


def seats_event(event: SeatingEvent, name: str, seats: Sequence[Seat], *, by: str) -> None:
    """Tell the hotel what was done to seats: how many, which of them first, and by whom."""
    data = {
        "event_slug": event.slug,
        "count": len(seats),
        "labels": [seat.label for seat in seats[:MOST_LABELS]],
        "performed_by": by,
        "timestamp": stamp(timezone.now()),
    }
    record_event(event.hotel.event_stream, name, data)
