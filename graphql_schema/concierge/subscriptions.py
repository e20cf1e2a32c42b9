"""Watching a stay, and its chat from either side."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Collection
from functools import partial
from typing import Any

import strawberry

from apps.bookings.errors import StayNotFound
from apps.bookings.selectors import get_booking_by_stay_token
from apps.bookings.services.guest_stay import note_reveal
from apps.bookings.stay_view import StayStatus
from apps.common.events import group_of, last_number
from apps.common.reading import in_thread, one_snapshot
from apps.concierge.events import stay_group
from apps.concierge.feed import hotel_feed, place_after, read_feed, stay_feed
from apps.concierge.models import Message as Row
from apps.concierge.stay_page import read_stay_page
from apps.staff.roles import Permission
from apps.staff.selectors import admitted
from graphql_schema.bookings.types import Stay, parts_asked_for
from graphql_schema.concierge.speakers import AsGuest, speaker
from graphql_schema.concierge.types import Message
from graphql_schema.live import Feed, watch
from graphql_schema.permissions import hotel_for, staff_of

Info = strawberry.Info[Any, None]


@strawberry.type
class ConciergeSubscription:
    @strawberry.subscription(description="The stay now, then after every change, until it is over.")
    async def stay(self, info: Info, token: str) -> AsyncGenerator[Stay, None]:
        booking = await in_thread(get_booking_by_stay_token, token)
        async for stay in watch(stay_group(booking.pk), lambda: _read_stay(info, token)):
            yield stay
            if stay.status == StayStatus.CHECKED_OUT:
                return

    @strawberry.subscription(
        description=(
            "Messages as they are sent, and again when they are read: of a stay, or of a hotel. "
            "With `after`, the last message known, what came since then first."
        )
    )
    async def messages(
        self,
        info: Info,
        stay_token: str | None = None,
        hotel_slug: str | None = None,
        after: strawberry.ID | None = None,
    ) -> AsyncIterable[Message]:
        who = speaker(stay_token, hotel_slug)
        if isinstance(who, AsGuest):
            return await in_thread(_as_guest, who.stay_token, after)
        return await in_thread(_as_staff, info, who.hotel_slug, after)


def _read_stay(info: Info, token: str) -> Stay | None:
    try:
        with one_snapshot():  # or a guest would see half of a check-out
            page = read_stay_page(get_booking_by_stay_token(token), parts=parts_asked_for(info))
    except StayNotFound:
        return None
    note_reveal(page.stay)
    return Stay.of(page, token)


def _as_guest(token: str, after: str | None) -> Feed[Row, Message]:
    """Return what a guest follows. Raises StayNotFound, NoSuchMessage."""
    booking = get_booking_by_stay_token(token)
    feed = stay_feed(booking)
    return Feed(
        key=None,
        group=stay_group(booking.pk),
        newest=partial(last_number, booking.hotel.event_stream),
        read=partial(read_feed, feed),
        shown=Message.of,
        start=None if after is None else place_after(feed, after),
        reader=token,
        admitted=_known,
    )


def _known(tokens: Collection[str]) -> Collection[str]:
    return [token for token in tokens if _is_known(token)]


def _is_known(token: str) -> bool:
    try:
        get_booking_by_stay_token(token)
    except StayNotFound:
        return False
    return True


def _as_staff(info: Info, hotel_slug: str, after: str | None) -> Feed[Row, Message]:
    """Return what the hotel's people follow.

    Raises NotAuthenticated, Forbidden, NoSuchMessage.
    """
    hotel = hotel_for(info, hotel_slug, Permission.TALK_TO_GUESTS)
    feed = hotel_feed(hotel)
    return Feed(
        key=("messages", hotel.pk),
        group=group_of(hotel.event_stream),
        newest=partial(last_number, hotel.event_stream),
        read=partial(read_feed, feed),
        shown=Message.of,
        start=None if after is None else place_after(feed, after),
        reader=staff_of(info).token_digest,
        admitted=partial(admitted, hotel_id=hotel.pk, permission=Permission.TALK_TO_GUESTS),
    )
