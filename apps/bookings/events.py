"""What happens at a hotel, in the words and shapes that front ends know."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.bookings.models import Booking, Room
from apps.bookings.states import RoomStatus
from apps.common.events import record_event
from apps.common.models import Event


def shown_number(number: str) -> int | str:
    """Return a room's number as front ends expect it: a number where it is one."""
    return int(number) if number.isascii() and number.isdigit() else number


def stamp(instant: datetime) -> str:
    """Return an instant as event times are written: UTC, ending in Z."""
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def room_status_changed(room: Room, *, old: RoomStatus, source: str) -> None:
    """Tell that a room's status changed; nothing is told where it did not."""
    if old == room.status:
        return
    data = {
        "room_number": shown_number(room.number),
        "old_status": old.value,
        "new_status": room.status.value,
        "source": source,
        "timestamp": stamp(timezone.now()),
    }
    record_event(room.hotel.event_stream, "room-status-changed", data)


def booking_event(booking: Booking, name: str, **more: Any) -> Event:
    """Tell that something happened to a booking."""
    room = booking.assigned_room
    data = {
        "booking_id": booking.booking_id,
        "room_number": shown_number(room.number) if room else None,
        "timestamp": stamp(timezone.now()),
        **more,
    }
    return record_event(booking.hotel.event_stream, name, data)
