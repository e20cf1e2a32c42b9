"""Reading events, their seats, and one's own order."""

from __future__ import annotations

from typing import Any

import strawberry
import strawberry_django
from strawberry.utils.str_converters import to_camel_case

from apps.seating.seat_map import CHART, read_seat_map
from apps.seating.selectors import find_event, find_open_order
from graphql_schema.seating.types import SeatingEvent, SeatMap, SeatOrder
from graphql_schema.selections import names_asked_for

Info = strawberry.Info[Any, None]


@strawberry.type
class SeatingQuery:
    @strawberry_django.field(description="An event; null when unknown.")
    def seating_event(self, slug: str) -> SeatingEvent | None:
        event = find_event(slug)
        return SeatingEvent.of(event) if event else None

    @strawberry_django.field(description="All seats of an event, unpaged; null when unknown.")
    def seat_map(self, info: Info, event_slug: str) -> SeatMap | None:
        event = find_event(event_slug)
        if event is None:
            return None
        asked_for = names_asked_for(info, below="seats")
        columns = {name for name in CHART if to_camel_case(name) in asked_for}
        return SeatMap.of(read_seat_map(event, columns=columns))

    @strawberry_django.field(description="An order by its key; null when unknown.")
    def seat_order(self, token: str) -> SeatOrder | None:
        opened = find_open_order(token)
        return SeatOrder.of(opened) if opened else None
