"""Setting up, changing and ending webhook endpoints. A secret is shown when it is made, only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.bookings.models import Hotel
from apps.common.errors import Invalid
from apps.common.events import stream_row
from apps.partners.errors import EndpointDisabled, EndpointNotFound, TooManyEndpoints
from apps.partners.identity import PartnerIdentity
from apps.partners.models import (
    DeliveryState,
    DisabledBecause,
    Partner,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookSource,
)
from apps.partners.services.webhook_outcomes import clear_alerts
from apps.partners.webhook_selectors import get_endpoint
from apps.partners.webhooks.event_types import EVENT_TYPES
from apps.partners.webhooks.messages import trial_message
from apps.partners.webhooks.signing import new_secret
from apps.partners.webhooks.targets import parse_target, require_reachable_target

MOST_ENDPOINTS: Final = 50
LONGEST_DESCRIPTION: Final = 120
OVERLAP: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedEndpoint:
    """An endpoint with a secret that was just made: the only moment at which it is shown."""

    endpoint: WebhookEndpoint
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointChange:
    """What is to change; None leaves as it is."""

    url: str | None = None
    event_types: Collection[str] | None = None
    description: str | None = None
    is_enabled: bool | None = None


def create_endpoint(
    *,
    partner: PartnerIdentity,
    url: str,
    event_types: Collection[str],
    hotel_slugs: Collection[str] | None = None,
    description: str = "",
) -> IssuedEndpoint:
    """Set up an endpoint for what happens from now on, at all hotels of the key unless some are
    named. Sends nothing; the caller has seen to it that the target is reachable, outside of any
    transaction.

    Raises Invalid, TooManyEndpoints.
    """
    hotels = _hotels(partner, hotel_slugs)
    parse_target(url)
    _require_sense(EndpointChange(event_types=event_types, description=description))
    secret, now = new_secret(), timezone.now()
    with transaction.atomic():
        # Whoever else sets one up waits here, so that the count is right.
        Partner.objects.select_for_update().get(pk=partner.partner_id)
        if WebhookEndpoint.objects.filter(partner=partner.partner_id).count() >= MOST_ENDPOINTS:
            raise TooManyEndpoints
        endpoint = WebhookEndpoint.objects.create(
            partner_id=partner.partner_id,
            url=url,
            event_types=_in_order(event_types),
            description=description,
            secret=secret,
            due_at=now,
        )
        for hotel in hotels:
            _follow(endpoint, hotel)
    return IssuedEndpoint(endpoint=get_endpoint(partner, str(endpoint.pk)), secret=secret)


def _hotels(partner: PartnerIdentity, slugs: Collection[str] | None) -> list[Hotel]:
    wanted = set(partner.hotels) if slugs is None else set(slugs)
    if not wanted or not wanted <= set(partner.hotels):
        raise Invalid("Name hotels that the key is for.", field="hotel_slugs")
    return list(Hotel.objects.filter(pk__in=[partner.hotels[slug].pk for slug in wanted]))


def _follow(endpoint: WebhookEndpoint, hotel: Hotel) -> None:
    stream = stream_row(hotel.event_stream)
    WebhookSource.objects.create(
        endpoint=endpoint, hotel=hotel, stream=stream, position=stream.last_number
    )


def _require_sense(change: EndpointChange) -> None:
    if change.event_types is not None:
        unknown = sorted(set(change.event_types) - set(EVENT_TYPES))
        if unknown or not change.event_types:
            raise Invalid(f"Choose from: {', '.join(EVENT_TYPES)}.", field="event_types")
    text = change.description
    if text and (len(text) > LONGEST_DESCRIPTION or not text.isprintable()):
        raise Invalid(
            f"Use {LONGEST_DESCRIPTION} readable characters at most.", field="description"
        )


def _in_order(types: Collection[str]) -> list[str]:
    return [name for name in EVENT_TYPES if name in types]


def change_endpoint(
    *, partner: PartnerIdentity, endpoint_id: str, change: EndpointChange
) -> WebhookEndpoint:
    """Change an endpoint, or switch it off and on.

    Switched on again, it goes on where it was left: nothing that the log still has is passed over.
    Other types hold for what is read from now on. Raises EndpointNotFound, Invalid.
    """
    get_endpoint(partner, endpoint_id)
    if change.url is not None:
        require_reachable_target(change.url)
    _require_sense(change)
    with transaction.atomic():
        endpoint = _get_for_update(partner, endpoint_id)
        if change.url is not None:
            endpoint.url = change.url
        if change.event_types is not None:
            endpoint.event_types = _in_order(change.event_types)
        if change.description is not None:
            endpoint.description = change.description
        if change.is_enabled is not None:
            _switch(endpoint, is_on=change.is_enabled)
        endpoint.save()
    return get_endpoint(partner, endpoint_id)


def _switch(endpoint: WebhookEndpoint, *, is_on: bool) -> None:
    if is_on and not endpoint.is_enabled:
        endpoint.disabled_because = ""
        endpoint.failures, endpoint.failing_since = 0, None
        endpoint.due_at = timezone.now()
        waiting = endpoint.deliveries.filter(state=DeliveryState.PENDING)
        waiting.update(due_at=endpoint.due_at)  # not at the hours that its failures gave them
        clear_alerts(endpoint)
    elif not is_on and endpoint.is_enabled:
        endpoint.disabled_because = DisabledBecause.ASKED


def _get_for_update(partner: PartnerIdentity, endpoint_id: str) -> WebhookEndpoint:
    seen = get_endpoint(partner, endpoint_id)
    endpoint = WebhookEndpoint.objects.select_for_update().filter(pk=seen.pk).first()
    if endpoint is None:
        raise EndpointNotFound
    return endpoint


@transaction.atomic
def delete_endpoint(*, partner: PartnerIdentity, endpoint_id: str) -> None:
    """Forget the endpoint and all its deliveries. Raises EndpointNotFound."""
    endpoint = get_endpoint(partner, endpoint_id)
    clear_alerts(endpoint)
    endpoint.delete()


@transaction.atomic
def rotate_secret(*, partner: PartnerIdentity, endpoint_id: str) -> IssuedEndpoint:
    """Make another secret; both sign for a day, so the receiver can change over meanwhile.

    A third one ends the oldest at once. Raises EndpointNotFound.
    """
    endpoint = _get_for_update(partner, endpoint_id)
    endpoint.previous_secret, endpoint.secret = endpoint.secret, new_secret()
    endpoint.previous_secret_until = timezone.now() + OVERLAP
    endpoint.save(update_fields=["secret", "previous_secret", "previous_secret_until"])
    return IssuedEndpoint(endpoint=get_endpoint(partner, endpoint_id), secret=endpoint.secret)


def send_test(*, partner: PartnerIdentity, endpoint_id: str) -> WebhookDelivery:
    """Owe a message that says only that messages arrive. Raises EndpointNotFound,
    EndpointDisabled."""
    endpoint = get_endpoint(partner, endpoint_id)
    if not endpoint.is_enabled:
        raise EndpointDisabled
    message, now = trial_message(endpoint.pk), timezone.now()
    return WebhookDelivery.objects.create(
        endpoint=endpoint,
        message_id=message.id,
        type=message.type,
        body=message.text,
        created_at=now,
        due_at=now,
    )


def forget_previous_secrets() -> None:
    """Erase the secrets that sign nothing any more."""
    over = WebhookEndpoint.objects.filter(previous_secret_until__lte=timezone.now())
    over.update(previous_secret="", previous_secret_until=None)
