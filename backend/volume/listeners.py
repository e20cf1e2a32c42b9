"""Partners who follow the hotels' logs, and what was sent to them of late."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

from apps.bookings.models import Hotel
from apps.common.models import Event
from apps.partners.models import (
    ApiKey,
    DeliveryState,
    Partner,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookSource,
    WebhookTry,
)
from apps.partners.scopes import READ_ONLY
from apps.partners.webhooks.event_types import EVENT_TYPES
from apps.partners.webhooks.messages import Message, messages_of
from backend.volume.sheets import Sheets

HOTELS_EACH: Final = 10
TAKEN_AFTER: Final = timedelta(seconds=2)


class Listeners:
    """One partner after the other, each with a key and an endpoint for ten hotels."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._heard = 0
        self._key: int = 0
        self._endpoint: UUID | None = None

    def follow(self, sheets: Sheets, hotel: Hotel, stream: int, events: Sequence[Event]) -> None:
        """Let the next partner hear of the hotel; its bookings are in the database by now."""
        if self._heard % HOTELS_EACH == 0:
            self._meet_partner(sheets, hotel)
        self._heard += 1
        sheets[ApiKey.hotels.through].add(apikey_id=self._key, hotel_id=hotel.pk)
        sheets[WebhookSource].add(
            endpoint_id=self._endpoint, hotel_id=hotel.pk, stream_id=stream, position=len(events)
        )
        kept = timedelta(days=settings.WEBHOOK_RETENTION_DAYS)
        late = [event for event in events if event.happened_at > self._now - kept]
        instants = {event.number: event.happened_at for event in late}
        for message in messages_of(hotel, late):
            self._deliver(sheets, message, instants[message.body["data"]["sequence"]])

    def _meet_partner(self, sheets: Sheets, hotel: Hotel) -> None:
        partner = sheets[Partner].add(name=f"Partner of {hotel.slug} and others")
        self._key = sheets[ApiKey].add(
            partner_id=partner,
            name="all of it",
            prefix=secrets.token_hex(6),
            digest=secrets.token_hex(32),
            scopes=sorted(READ_ONLY),
        )
        self._endpoint = sheets[WebhookEndpoint].add(
            partner_id=partner,
            url="https://pms.example.com/hooks",
            event_types=list(EVENT_TYPES),
            secret="whsec_invented",  # noqa: S106  # nothing is sent to example.com
            due_at=self._now,
        )

    def _deliver(self, sheets: Sheets, message: Message, at: datetime) -> None:
        taken_at = at + TAKEN_AFTER
        delivery = sheets[WebhookDelivery].add(
            endpoint_id=self._endpoint,
            message_id=message.id,
            type=message.type,
            subject=message.subject,
            body=message.text,
            state=DeliveryState.DELIVERED,
            tries=1,
            due_at=at,
            created_at=at,
            ended_at=taken_at,
        )
        sheets[WebhookTry].add(delivery_id=delivery, tried_at=taken_at, milliseconds=80, status=204)
