"""Sending again: one delivery, or what happened in a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.common.errors import Invalid
from apps.common.maintenance import delete_portion
from apps.common.models import Event
from apps.partners.errors import EndpointDisabled
from apps.partners.identity import PartnerIdentity
from apps.partners.models import (
    DeliveryState,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookSource,
)
from apps.partners.services.webhook_endpoints import forget_previous_secrets
from apps.partners.webhook_selectors import get_delivery, get_endpoint
from apps.partners.webhooks.event_types import TYPE_OF_NEWS
from apps.partners.webhooks.messages import messages_of

MOST_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What happened from ``since`` until ``until``, exclusive; ``None``: until now.

    ``only_missing`` leaves out what the endpoint has taken.
    """

    since: datetime
    until: datetime | None = None
    only_missing: bool = True


def redeliver(*, partner: PartnerIdentity, delivery_id: str) -> WebhookDelivery:
    """Send a delivery again, whatever became of it, with the tries of a new one.

    Raises DeliveryNotFound, EndpointDisabled.
    """
    delivery = get_delivery(partner, delivery_id)
    if not delivery.endpoint.is_enabled:
        raise EndpointDisabled
    _owe_again([delivery.pk])
    return get_delivery(partner, delivery_id)


def _owe_again(pks: list[int]) -> None:
    WebhookDelivery.objects.filter(pk__in=pks).update(
        state=DeliveryState.PENDING, tries=0, due_at=timezone.now(), ended_at=None
    )


@transaction.atomic
def redeliver_range(*, partner: PartnerIdentity, endpoint_id: str, wanted: Range) -> int:
    """Send what happened in a time again, also what was never made a delivery of: from before the
    endpoint was set up, or of types that it did not have. Returns how many.

    Raises EndpointNotFound, EndpointDisabled, Invalid.
    """
    endpoint = get_endpoint(partner, endpoint_id)
    if not endpoint.is_enabled:
        raise EndpointDisabled
    until = wanted.until or timezone.now()
    if wanted.since >= until:
        raise Invalid("The end comes after the beginning.", field="until")
    return sum(
        _redeliver_source(endpoint, source, wanted, until)
        for source in endpoint.sources.select_related("hotel", "stream").order_by("pk")
    )


def _redeliver_source(
    endpoint: WebhookEndpoint, source: WebhookSource, wanted: Range, until: datetime
) -> int:
    names = [name for name, kind in TYPE_OF_NEWS.items() if kind.name in endpoint.event_types]
    happened = Event.objects.filter(
        stream=source.stream,
        name__in=names,
        happened_at__gte=wanted.since,
        happened_at__lt=until,
        number__lte=source.position,  # what comes after has its turn anyway
    )
    events = list(happened.order_by("number")[: MOST_AT_ONCE + 1])
    if len(events) > MOST_AT_ONCE:
        raise Invalid(f"Those are more than {MOST_AT_ONCE}; name a shorter time.", field="since")
    messages = messages_of(source.hotel, events)
    known = dict(
        endpoint.deliveries.filter(message_id__in=[message.id for message in messages]).values_list(
            "message_id", "pk"
        )
    )
    now = timezone.now()
    missing = [
        WebhookDelivery(
            endpoint=endpoint,
            message_id=message.id,
            type=message.type,
            subject=message.subject,
            body=message.text,
            created_at=now,
            due_at=now,
        )
        for message in messages
        if message.id not in known
    ]
    WebhookDelivery.objects.bulk_create(missing, ignore_conflicts=True)  # asked for twice at once
    again = WebhookDelivery.objects.filter(pk__in=known.values())
    if wanted.only_missing:
        again = again.exclude(state=DeliveryState.DELIVERED)
    pks = list(again.values_list("pk", flat=True))
    _owe_again(pks)
    return len(missing) + len(pks)


def forget_deliveries(now: datetime) -> bool:
    """Delete some deliveries that are older than they are kept; return whether any may be left."""
    forget_previous_secrets()
    before = now - timedelta(days=settings.WEBHOOK_RETENTION_DAYS)
    return delete_portion(
        WebhookDelivery.objects.filter(created_at__lt=before), oldest_by="created_at"
    )
