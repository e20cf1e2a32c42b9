"""Webhook endpoints, and news for them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction

from apps.bookings.models import Hotel
from apps.common.events import News, record_events
from apps.partners.models import WebhookEndpoint
from apps.partners.selectors import identify
from apps.partners.services.webhook_endpoints import IssuedEndpoint, create_endpoint
from apps.partners.webhooks.event_types import EVENT_TYPES
from tests.factories.partners import key_for


def endpoint_at(
    url: str, *hotels: Hotel, types: Collection[str] = EVENT_TYPES, partner: str = "Lakeside PMS"
) -> IssuedEndpoint:
    """Return a new endpoint of a partner that has a key for the hotels; it hears of everything."""
    key = key_for(*hotels, partner=partner)
    identity = identify(f"Api-Key {key.secret}")
    return create_endpoint(partner=identity, url=url, event_types=types)


def happen(hotel: Hotel, *names: str, **data: Any) -> None:
    """Let things happen at the hotel, in one transaction."""
    with transaction.atomic():
        record_events(hotel.event_stream, [News(name=name, data=data) for name in names])


def fresh(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Return the endpoint as the database has it."""
    return WebhookEndpoint.objects.get(pk=endpoint.pk)
