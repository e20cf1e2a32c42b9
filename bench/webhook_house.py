"""Hotels whose webhooks are measured, and what happens there. Needs Django set up."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.utils import timezone

from apps.bookings.models import Hotel
from apps.common.events import News, record_events
from apps.partners.models import DeliveryState, WebhookDelivery, WebhookSource
from apps.partners.scopes import Scope
from apps.partners.selectors import identify
from apps.partners.services.keys import NewKey, create_key
from apps.partners.services.webhook_endpoints import create_endpoint
from apps.partners.webhooks.messages import message_id
from apps.partners.webhooks.sending import post as post_once
from apps.partners.webhooks.signing import new_secret, signed_headers
from apps.partners.webhooks.targets import parse_target

BODY = '{"type":"room.status_changed","data":{}}'
IN_ONE_TRANSACTION = 25


def build(urls: Sequence[str]) -> list[Hotel]:
    """Make a hotel for each address, and one partner who wants to hear of its rooms there."""
    hotels = [Hotel.objects.create(slug=f"bench-{n}", name=f"Bench {n}") for n in range(len(urls))]
    wanted = NewKey(partner="Bench", name="bench", hotels=hotels, scopes=[Scope.MANAGE_WEBHOOKS])
    partner = identify(f"Api-Key {create_key(wanted, performed_by='bench').secret}")
    for hotel, url in zip(hotels, urls, strict=True):
        create_endpoint(
            partner=partner,
            url=url,
            event_types=["room.status_changed"],
            hotel_slugs=[hotel.slug],
        )
    return hotels


def happen(hotels: Sequence[Hotel], *, each: int) -> dict[tuple[int, str], float]:
    """Let ``each`` things happen at every hotel.

    Returns when each was committed, by the hotel's place and the message's id.
    """
    committed: dict[tuple[int, str], float] = {}
    for place, hotel in enumerate(hotels):
        for first in range(0, each, IN_ONE_TRANSACTION):
            news = [
                News(name="room-status-changed", data={"room_number": number % 200})
                for number in range(first, min(first + IN_ONE_TRANSACTION, each))
            ]
            events = record_events(hotel.event_stream, news)
            now = time.time()
            committed |= {(place, message_id(hotel.pk, event.number)): now for event in events}
    return committed


def pending() -> int:
    """Return how many deliveries are yet to be made or sent."""
    unread = sum(
        source.stream.last_number - source.position
        for source in WebhookSource.objects.select_related("stream")
    )
    return unread + WebhookDelivery.objects.exclude(state=DeliveryState.DELIVERED).count()


def post(url: str) -> None:
    """POST one signed body."""
    headers = signed_headers(
        message_id="evt_bench", at=timezone.now(), body=BODY, live_secrets=[new_secret()]
    )
    post_once(parse_target(url), BODY, headers)
