"""What happens at a hotel, live and from the log."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from apps.bookings.models import Hotel
from apps.common.errors import Invalid
from apps.common.events import events_after, group_of, last_number, resume
from apps.common.models import Event
from apps.common.reading import in_thread
from apps.staff.roles import Permission
from apps.staff.selectors import is_login_alive
from graphql_schema.live import follow
from graphql_schema.permissions import hotel_for, staff_of

Info = strawberry.Info[Any, None]


@strawberry.type(description="Something that happened at a hotel: ids and states only.")
class HotelEvent:
    id: strawberry.ID = strawberry.field(description="Pass the last one as `after` to catch up.")
    name: str = strawberry.field(description="Such as booking-checked-out.")
    occurred_at: datetime = strawberry.field(description="When, in UTC.")
    room_number: str | None = strawberry.field(description="The room, if it is about one.")
    booking_id: str | None = strawberry.field(description="The booking, if it is about one.")
    data: JSON = strawberry.field(description="The keys of the plain WebSocket's frames.")

    @classmethod
    def of(cls, event: Event) -> HotelEvent:
        """Build from a row of the log."""
        number = event.data.get("room_number")
        return cls(
            id=strawberry.ID(str(event.number)),
            name=event.name,
            occurred_at=event.happened_at,
            room_number=None if number is None else str(number),
            booking_id=event.data.get("booking_id"),
            data=event.data,
        )


@strawberry.type
class HotelSubscription:
    @strawberry.subscription(
        description=(
            "What happens at a hotel; with `after`, what was missed since then first. Where the "
            "log does not go back so far, an event named `resync` comes instead: fetch again what "
            "you show."
        )
    )
    async def hotel_events(
        self, info: Info, hotel_slug: str, after: strawberry.ID | None = None
    ) -> AsyncGenerator[HotelEvent, None]:
        hotel = await in_thread(hotel_for, info, hotel_slug, Permission.VIEW_ROOMS)
        staff = staff_of(info)
        position = _position(after)

        def read(seen: int | None) -> tuple[int, Sequence[Event]] | None:
            if not is_login_alive(staff):
                return None
            return _begin(hotel, position) if seen is None else _go_on(hotel, seen)

        async for event in follow(info, group_of(hotel.event_stream), read):
            yield HotelEvent.of(event)


def _position(after: str | None) -> int | None:
    if after is None:
        return None
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise Invalid("That is not an id of this list.", field="after")
    return int(after)


def _begin(hotel: Hotel, position: int | None) -> tuple[int, Sequence[Event]]:
    """Return where the reader is after the first read, and what it found."""
    if position is None:
        return last_number(hotel.event_stream), ()
    return _told(position, resume(hotel.event_stream, position))


def _go_on(hotel: Hotel, seen: int) -> tuple[int, Sequence[Event]]:
    return _told(seen, events_after(hotel.event_stream, seen))


def _told(seen: int, events: Sequence[Event]) -> tuple[int, Sequence[Event]]:
    return (events[-1].number if events else seen), events
