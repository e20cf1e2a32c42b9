"""Watching an event's seats."""

from __future__ import annotations

from collections.abc import AsyncIterable, Sequence
from functools import partial
from typing import Any

import strawberry

from apps.common.errors import Invalid
from apps.common.reading import in_thread
from apps.seating.changes import SeatNews, current_version, news_after
from apps.seating.selectors import get_event
from graphql_schema.live import Feed
from graphql_schema.seating.types import SeatUpdate


@strawberry.type
class SeatingSubscription:
    @strawberry.subscription(
        description=(
            "Every change of an event's seats, after its commit; with `afterVersion`, what was "
            "missed since then first."
        )
    )
    async def seat_updates(
        self,
        info: strawberry.Info[Any, None],
        event_slug: str,
        after_version: int | None = None,
    ) -> AsyncIterable[SeatUpdate]:
        if after_version is not None and after_version < 0:
            raise Invalid("Versions are counted from 0.", field="after_version")
        event = await in_thread(get_event, event_slug)
        return Feed(
            key=("seats", event.pk),
            group=event.live_group,
            newest=partial(current_version, event.pk),
            read=partial(_read, event.pk),
            shown=SeatUpdate.of,
            start=after_version,
        )


def _read(event_id: int, seen: int) -> Sequence[tuple[int, SeatNews]]:
    return [(news.version, news) for news in news_after(event_id, seen)]
