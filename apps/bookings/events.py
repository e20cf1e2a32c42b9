"""What happens at a hotel, in the words and shapes that front ends know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.bookings.models import Booking, Hotel, Room
from apps.bookings.states import RoomStatus
from apps.common.events import News, record_events
from apps.common.models import Event


def shown_number(number: str) -> int | str:
    """Return a room's number as front ends expect it: a number where it is one."""
    return int(number) if number.isascii() and number.isdigit() else number


def stamp(instant: datetime) -> str:
    """Return an instant as event times are written: UTC, ending in Z."""
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def tell(hotel: Hotel, *news: News | None) -> Sequence[Event]:
    """Tell of what happened at the hotel, in this order; once and last in a transaction."""
    return record_events(hotel.event_stream, [one for one in news if one is not None])


def news_of_room(room: Room, *, old: RoomStatus, source: str) -> News | None:
    """Return the news of a room's changed status; None where it did not change."""
    if old == room.status:
        return None
    data = {
        "room_number": shown_number(room.number),
        "old_status": old.value,
        "new_status": room.status.value,
        "source": source,
        "timestamp": stamp(timezone.now()),
    }
    return News(name="room-status-changed", data=data)


def news_of_booking(booking: Booking, name: str, **more: Any) -> News:
    """Return the news that something happened to a booking."""
    room = booking.assigned_room
    data = {
        "booking_id": booking.booking_id,
        "room_number": shown_number(room.number) if room else None,
        "timestamp": stamp(timezone.now()),
        **more,
    }
    return News(name=name, data=data)


def booking_event(booking: Booking, name: str, **more: Any) -> Event:
    """Tell that something happened to a booking."""
    return tell(booking.hotel, news_of_booking(booking, name, **more))[0]
