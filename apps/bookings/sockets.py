"""What happens at a hotel, for dashboards that speak no GraphQL: ``/ws/hotels/{hotel_slug}/``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from apps.bookings.models import Hotel
from apps.bookings.selectors import get_hotel_for_staff
from apps.common.errors import Forbidden, NotAuthenticated, NotFound
from apps.common.events import events_after, group_of, last_number, resume
from apps.common.hearing import Ear
from apps.common.models import Event
from apps.common.reading import in_thread
from apps.common.sockets import (
    BROKEN,
    REFUSED,
    UNKNOWN_CALLER,
    UNUSABLE,
    Disconnected,
    PlainSocket,
    Receive,
    Scope,
    Send,
)
from apps.staff.identity import StaffIdentity
from apps.staff.roles import Permission
from apps.staff.selectors import admitted, identify
from apps.staff.services.logins import LOGINS

log = structlog.get_logger(__name__)

LOGIN_SECONDS: Final = 10.0

Read = Callable[[str, int], Sequence[Event]]


async def hotel_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application: tells staff of a hotel what happens there, from now on or ``?after=`` an
    event's number; ``resync`` comes first where the log does not go back so far. A wrong login
    closes 4403, none within ten seconds 4401."""
    socket = PlainSocket(scope, receive, send)
    await socket.accept()
    slug: str = scope["url_route"]["kwargs"]["hotel_slug"]
    try:
        async with asyncio.timeout(LOGIN_SECONDS):
            staff, hotel = await _admit(socket, slug)
    except TimeoutError:
        await socket.close(UNKNOWN_CALLER)
    except (NotAuthenticated, Forbidden, NotFound):
        await socket.close(REFUSED)
    except Disconnected:
        pass
    else:
        await _serve(socket, staff, hotel)


async def _admit(socket: PlainSocket, slug: str) -> tuple[StaffIdentity, Hotel]:
    """Return who listens to what. Raises NotAuthenticated, Forbidden, NotFound, Disconnected."""
    token = socket.asked("token")
    if token is not None:
        authorization = f"Bearer {token}"
    else:
        authorization = str((await socket.next_message()).get("authorization", ""))
    return await in_thread(_identify, authorization, slug)


def _identify(authorization: str, slug: str) -> tuple[StaffIdentity, Hotel]:
    staff = identify(authorization)
    return staff, get_hotel_for_staff(staff, slug, Permission.VIEW_ROOMS)


async def _serve(socket: PlainSocket, staff: StaffIdentity, hotel: Hotel) -> None:
    """Tell until the client goes, or the login ends."""
    after = socket.asked("after")
    if after is not None and not (after.isascii() and after.isdigit() and len(after) < 19):
        await socket.close(UNUSABLE)
        return
    telling = asyncio.create_task(_tell(socket, staff, hotel, int(after) if after else None))
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
    """Return how to close after the telling has ended by itself: the login has, or it broke."""
    error = telling.exception()
    if error is None:
        return REFUSED
    log.error("hotel_socket.failed", exc_info=error)
    return BROKEN


async def _tell(socket: PlainSocket, staff: StaffIdentity, hotel: Hotel, seen: int | None) -> None:
    """Send what the log holds beyond ``seen``, then whatever is added; return when the login or the
    role ends.

    The group is joined before the first read, so nothing falls between.
    """
    async with Ear(group_of(hotel.event_stream), LOGINS) as ear:
        read: Read = resume
        if seen is None:
            seen = await in_thread(last_number, hotel.event_stream)
        while (events := await in_thread(_read, read, staff, hotel, seen)) is not None:
            read = events_after
            for event in events:
                await socket.send_json(frame_of(hotel, event))
                seen = event.number
            if not events:
                await ear.news_or_quiet()


def _read(read: Read, staff: StaffIdentity, hotel: Hotel, seen: int) -> Sequence[Event] | None:
    """Return what is new, or None for somebody who may not hear of it any more."""
    events = read(hotel.event_stream, seen)
    login = staff.token_digest
    may_hear = admitted([login], hotel_id=hotel.pk, permission=Permission.VIEW_ROOMS)
    return events if may_hear else None


def frame_of(hotel: Hotel, event: Event) -> dict[str, object]:
    """Return the frame that tells of an event, key for key as front ends know it."""
    return {"channel": f"hotel-{hotel.slug}", "event": event.name, "data": event.data}
