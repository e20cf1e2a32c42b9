"""What happens at a hotel, live and from the log."""

from __future__ import annotations

from collections.abc import AsyncIterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import strawberry
from strawberry.scalars import JSON

from apps.common.errors import Invalid
from apps.common.events import group_of, last_number, resume
from apps.common.models import Event
from apps.common.reading import in_thread
from apps.staff.roles import Permission
from apps.staff.selectors import admitted
from graphql_schema.live import Feed
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
    ) -> AsyncIterable[HotelEvent]:
        return await in_thread(_feed, info, hotel_slug, after)


def _feed(info: Info, hotel_slug: str, after: str | None) -> Feed[Event, HotelEvent]:
    """Return what staff follow. Raises NotAuthenticated, Forbidden, Invalid."""
    hotel = hotel_for(info, hotel_slug, Permission.VIEW_ROOMS)
    return Feed(
        key=("hotel-events", hotel.pk),
        group=group_of(hotel.event_stream),
        newest=partial(last_number, hotel.event_stream),
        read=partial(_read, hotel.event_stream),
        shown=HotelEvent.of,
        start=_position(after),
        reader=staff_of(info).token_digest,
        admitted=partial(admitted, hotel_id=hotel.pk, permission=Permission.VIEW_ROOMS),
    )


def _position(after: str | None) -> int | None:
    if after is None:
        return None
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise Invalid("That is not an id of this list.", field="after")
    return int(after)


def _read(stream: str, seen: int) -> Sequence[tuple[int, Event]]:
    return [(event.number, event) for event in resume(stream, seen)]
