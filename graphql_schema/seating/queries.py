"""Reading events, their seats, and one's own order."""

from __future__ import annotations

from typing import Any

import strawberry
import strawberry_django

from apps.seating.seat_map import read_seat_map
from apps.seating.selectors import find_event, find_open_order
from graphql_schema.seating.types import SeatingEvent, SeatMap, SeatOrder

Info = strawberry.Info[Any, None]


@strawberry.type
class SeatingQuery:
    @strawberry_django.field(description="An event; null when unknown.")
    def seating_event(self, slug: str) -> SeatingEvent | None:
        event = find_event(slug)
        return SeatingEvent.of(event) if event else None

    @strawberry_django.field(description="All seats of an event, unpaged; null when unknown.")
    def seat_map(self, event_slug: str) -> SeatMap | None:
        event = find_event(event_slug)
        if event is None:
            return None
        return SeatMap.of(read_seat_map(event))

    @strawberry_django.field(description="An order by its key; null when unknown.")
    def seat_order(self, token: str) -> SeatOrder | None:
        opened = find_open_order(token)
        return SeatOrder.of(opened) if opened else None
