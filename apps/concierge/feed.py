"""Messages as they come and are read, from a place in the hotel's log on.

A message comes again when it is read; readers tell repeats by its id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from apps.bookings.models import Booking, Hotel
from apps.concierge.errors import NoSuchMessage
from apps.concierge.models import Message
from apps.concierge.selectors import list_messages

BATCH: Final = 200


def hotel_feed(hotel: Hotel) -> QuerySet[Message]:
    """Return what the hotel's people hear of."""
    return list_messages(hotel)


def stay_feed(booking: Booking) -> QuerySet[Message]:
    """Return what the guest of one stay hears of."""
    return list_messages(booking.hotel).filter(conversation__booking=booking)


def place_after(feed: QuerySet[Message], message_id: str) -> int:
    """Return the place from which nothing sent or read after that message is missed.

    Raises NoSuchMessage.
    """
    message = find_message(feed, message_id)
    if message is None:
        raise NoSuchMessage(field="after")
    return message.number


def find_message(messages: QuerySet[Message], message_id: str) -> Message | None:
    """Return the message of that id among ``messages``."""
    try:
        return messages.filter(pk=UUID(message_id)).first()
    except ValueError:
        return None


def read_feed(feed: QuerySet[Message], place: int) -> Sequence[tuple[int, Message]]:
    """Return what changed since ``place``, each with the place of its change."""
    changed = feed.order_by("changed_number", "number")
    messages = list(changed.filter(changed_number__gt=place)[:BATCH])
    if len(messages) == BATCH:
        # Reading many at once is one change: it is told whole, or the rest would be passed over.
        last = messages[-1]
        messages += changed.filter(changed_number=last.changed_number, number__gt=last.number)
    return [(message.changed_number, message) for message in messages]
