"""An event's seats for pages that speak no GraphQL: ``/ws/seats/{event_slug}/``."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, Final

import structlog

from apps.common.hearing import Ear
from apps.common.reading import in_thread
from apps.common.sockets import BROKEN, NOT_FOUND, PlainSocket, Receive, Scope, Send
from apps.seating.changes import SeatNews, current_version, news_after
from apps.seating.models import SeatingEvent
from apps.seating.selectors import find_event
from apps.seating.states import SeatStatus

log = structlog.get_logger(__name__)

READ_AGAIN: Final = 4409  # the log can't tell what was missed: read the map, then come back
# Old pages paint every seat_update as booked, so any other state comes under another name.
FRAME_OF_BOOKED: Final = "seat_update"
FRAME_OF_OTHERS: Final = "seat_status"


def frames_of(news: SeatNews) -> Iterator[Mapping[str, Any]]:
    """Yield one frame for each state that seats came into. Pure."""
    for status in SeatStatus:
        labels = [seat.label for seat in news.seats if seat.status == status]
        if labels:
            is_booked = status == SeatStatus.BOOKED
            yield {
                "type": FRAME_OF_BOOKED if is_booked else FRAME_OF_OTHERS,
                "seats": labels,
                "status": status.value,
                "version": news.version,
            }


async def seat_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application: tells whoever comes of every change from now on. Unknown event: 4404."""
    socket = PlainSocket(scope, receive, send)
    event = await in_thread(find_event, scope["url_route"]["kwargs"]["event_slug"])
    if event is None:
        await socket.accept()
        await socket.close(NOT_FOUND)
        return
    # Joined, and the version read, before the client can think that it listens.
    async with Ear(event.live_group) as ear:
        seen = await in_thread(current_version, event.pk)
        await socket.accept()
        await _serve(socket, event, ear, seen)


async def _serve(socket: PlainSocket, event: SeatingEvent, ear: Ear, seen: int) -> None:
    """Tell until the client goes, or the log can't tell."""
    telling = asyncio.create_task(_tell(socket, event, ear, seen))
    leaving = asyncio.create_task(socket.until_gone())
    try:
        await asyncio.wait({telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not leaving.done():
            await socket.close(_code_of(telling))
    finally:
        for task in (telling, leaving):
            task.cancel()
        await asyncio.gather(telling, leaving, return_exceptions=True)


def _code_of(telling: asyncio.Task[None]) -> int:
    error = telling.exception()
    if error is None:
        return READ_AGAIN
    log.error("seat_socket.failed", exc_info=error)
    return BROKEN


async def _tell(socket: PlainSocket, event: SeatingEvent, ear: Ear, seen: int) -> None:
    """Send what follows ``seen``, without end; return when the log can't tell what that is."""
    while True:
        pieces = await in_thread(news_after, event.pk, seen)
        for news in pieces:
            if news.resync:
                return
            for frame in frames_of(news):
                await socket.send_json(frame)
            seen = news.version
        if not pieces:
            await ear.news_or_quiet()
