"""From rows of a hotel's log to what partners hear: ids and states, and a sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from django.utils import timezone

from apps.bookings.events import stamp
from apps.bookings.models import Booking, Hotel
from apps.common.models import Event
from apps.partners.webhooks.event_types import TEST_TYPE, TYPE_OF_NEWS, EventType

MARK: Final = "evt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to partners. ``id`` is the same at every try, at every endpoint and in the list.

    ``subject`` names what it is about, "" for nothing of the hotel's.
    """

    id: str
    type: str
    subject: str
    body: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The body as it is signed and sent."""
        return orjson.dumps(self.body).decode()


def message_id(hotel_pk: int, number: int) -> str:
    """Return the id of the message of the hotel's event ``number``."""
    return f"{MARK}_{hotel_pk}_{number}"


def messages_of(hotel: Hotel, events: Sequence[Event]) -> Sequence[Message]:
    """Return what partners hear of the hotel's ``events``, in their order. One query."""
    told = [(event, TYPE_OF_NEWS[event.name]) for event in events if event.name in TYPE_OF_NEWS]
    references = _references(hotel, [event for event, kind in told if kind.is_about_booking])
    return [_message(hotel, event, kind, references) for event, kind in told]


def _references(hotel: Hotel, events: Sequence[Event]) -> Mapping[str, str]:
    """Return the references of the bookings: partners know them by those."""
    ids = {event.data.get("booking_id") for event in events}
    if not ids:
        return {}
    bookings = Booking.objects.filter(hotel=hotel, booking_id__in=ids)
    return dict(bookings.values_list("booking_id", "booking_reference"))


def _message(hotel: Hotel, event: Event, kind: EventType, references: Mapping[str, str]) -> Message:
    data: dict[str, Any] = {"hotel_slug": hotel.slug, "sequence": event.number}
    if kind.is_about_booking:
        data["booking_reference"] = references.get(event.data.get("booking_id", ""))
    data |= {key: event.data.get(key) for key in kind.keys}
    data |= kind.states
    family = kind.name.partition(".")[0]
    return Message(
        id=message_id(hotel.pk, event.number),
        type=kind.name,
        subject=f"{hotel.pk}:{family}:{event.data.get(kind.entity)}",
        body=_body(kind.name, event.happened_at, data),
    )


def trial_message(endpoint_id: UUID) -> Message:
    """Return a message that says nothing but that messages arrive."""
    return Message(
        id=f"{MARK}_test_{uuid4().hex}",
        type=TEST_TYPE,
        subject="",
        body=_body(TEST_TYPE, timezone.now(), {"endpoint_id": str(endpoint_id)}),
    )


def _body(kind: str, at: datetime, data: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": kind, "timestamp": stamp(at), "data": data}
