"""Watching an event's seats."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import strawberry

from apps.common.errors import Invalid
from apps.common.reading import in_thread
from apps.seating.changes import SeatNews, current_version, news_after
from apps.seating.selectors import get_event
from graphql_schema.live import follow
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
    ) -> AsyncGenerator[SeatUpdate, None]:
        if after_version is not None and after_version < 0:
            raise Invalid("Versions are counted from 0.", field="after_version")
        event = await in_thread(get_event, event_slug)

        def read(seen: int | None) -> tuple[int, Sequence[SeatNews]] | None:
            position = after_version if seen is None else seen
            if position is None:
                return current_version(event.pk), ()
            news = news_after(event.pk, position)
            return (news[-1].version if news else position), news

        async for news in follow(info, event.live_group, read):
            yield SeatUpdate.of(news)
