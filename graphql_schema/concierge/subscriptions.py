"""Watching a stay, and its chat from either side."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any

import strawberry

from apps.bookings.errors import StayNotFound
from apps.bookings.models import Hotel
from apps.bookings.selectors import get_booking_by_stay_token
from apps.bookings.stay_view import StayStatus
from apps.common.events import group_of
from apps.common.reading import in_thread
from apps.concierge.events import stay_group
from apps.concierge.feed import Found, hotel_feed, place_after, read_feed, stay_feed
from apps.concierge.stay_page import open_stay_page
from apps.staff.roles import Permission
from apps.staff.selectors import is_login_alive
from graphql_schema.bookings.types import Stay
from graphql_schema.concierge.speakers import AsGuest, speaker
from graphql_schema.concierge.types import Message
from graphql_schema.live import follow, watch
from graphql_schema.permissions import hotel_for, staff_of

Info = strawberry.Info[Any, None]
Read = Callable[[int | None], Found | None]


@strawberry.type
class ConciergeSubscription:
    @strawberry.subscription(description="The stay now, then after every change, until it is over.")
    async def stay(self, info: Info, token: str) -> AsyncGenerator[Stay, None]:
        booking = await in_thread(get_booking_by_stay_token, token)
        async for stay in watch(info, stay_group(booking.pk), lambda: _read_stay(token)):
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
    ) -> AsyncGenerator[Message, None]:
        who = speaker(stay_token, hotel_slug)
        if isinstance(who, AsGuest):
            group, read = await in_thread(_as_guest, who.stay_token, after)
        else:
            group, read = await in_thread(_as_staff, info, who.hotel_slug, after)
        async for message in follow(info, group, read):
            yield Message.of(message)


def _read_stay(token: str) -> Stay | None:
    try:
        return Stay.of(open_stay_page(get_booking_by_stay_token(token)), token)
    except StayNotFound:
        return None


def _as_guest(token: str, after: str | None) -> tuple[str, Read]:
    """Return where a guest listens and how they read. Raises StayNotFound, NoSuchMessage."""
    booking = get_booking_by_stay_token(token)
    feed = stay_feed(booking)
    start = None if after is None else place_after(feed, after)

    def read(place: int | None) -> Found | None:
        try:
            get_booking_by_stay_token(token)
        except StayNotFound:
            return None
        return read_feed(feed, booking.hotel, start if place is None else place)

    return stay_group(booking.pk), read


def _as_staff(info: Info, hotel_slug: str, after: str | None) -> tuple[str, Read]:
    """Return where the hotel's people listen and how they read.

    Raises NotAuthenticated, Forbidden, NoSuchMessage.
    """
    hotel: Hotel = hotel_for(info, hotel_slug, Permission.TALK_TO_GUESTS)
    staff, feed = staff_of(info), hotel_feed(hotel)
    start = None if after is None else place_after(feed, after)

    def read(place: int | None) -> Found | None:
        if not is_login_alive(staff):
            return None
        return read_feed(feed, hotel, start if place is None else place)

    return group_of(hotel.event_stream), read
