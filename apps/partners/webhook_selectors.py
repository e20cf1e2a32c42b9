"""Reads of webhook endpoints and deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.partners.errors import DeliveryNotFound, EndpointNotFound
from apps.partners.identity import PartnerIdentity
from apps.partners.models import (
    ApiKey,
    DeliveryState,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookSource,
)

# A delivery that failed holds back later ones about the same thing, for its first quick retries.
HOLDING_TRIES: Final = 3
MOST_DIGITS: Final = 18


def list_endpoints(partner: PartnerIdentity) -> QuerySet[WebhookEndpoint]:
    """Return the partner's endpoints whose hotels are all among the key's."""
    elsewhere = WebhookSource.objects.filter(endpoint=OuterRef("pk")).exclude(
        hotel__in=partner.hotel_ids
    )
    endpoints = WebhookEndpoint.objects.filter(~Exists(elsewhere), partner=partner.partner_id)
    return endpoints.prefetch_related("sources__hotel")


def get_endpoint(partner: PartnerIdentity, endpoint_id: str) -> WebhookEndpoint:
    """Return one of ``list_endpoints``. Raises EndpointNotFound."""
    try:
        pk = UUID(endpoint_id)
    except ValueError:
        raise EndpointNotFound from None
    endpoint = list_endpoints(partner).filter(pk=pk).first()
    if endpoint is None:
        raise EndpointNotFound
    return endpoint


def list_deliveries(partner: PartnerIdentity) -> QuerySet[WebhookDelivery]:
    """Return what was, or is to be, sent to the endpoints of ``list_endpoints``."""
    # Read first: of an endpoint by name, the database knows whether it has few deliveries or many.
    own = list(list_endpoints(partner).prefetch_related(None).values_list("pk", flat=True))
    return WebhookDelivery.objects.filter(endpoint__in=own)


def get_delivery(partner: PartnerIdentity, delivery_id: str) -> WebhookDelivery:
    """Return one of ``list_deliveries``. Raises DeliveryNotFound."""
    is_number = delivery_id.isascii() and delivery_id.isdigit() and len(delivery_id) <= MOST_DIGITS
    pk = int(delivery_id) if is_number else 0
    deliveries = list_deliveries(partner).select_related("endpoint").prefetch_related("attempts")
    delivery = deliveries.filter(pk=pk).first()
    if delivery is None:
        raise DeliveryNotFound
    return delivery


def sendable(deliveries: QuerySet[WebhookDelivery], now: datetime) -> QuerySet[WebhookDelivery]:
    """Narrow ``deliveries`` to those to be sent by ``now``."""
    earlier = WebhookDelivery.objects.filter(
        endpoint=OuterRef("endpoint"),
        subject=OuterRef("subject"),
        pk__lt=OuterRef("pk"),
        state=DeliveryState.PENDING,
        tries__lt=HOLDING_TRIES,
        due_at__gt=now,
    ).exclude(subject="")
    return deliveries.filter(~Exists(earlier), state=DeliveryState.PENDING, due_at__lte=now)


def behind(sources: QuerySet[WebhookSource], now: datetime) -> QuerySet[WebhookSource]:
    """Narrow ``sources`` to those whose log went on, and that some key of the partner's opens."""
    opening = _alive(ApiKey.objects.filter(hotels=OuterRef("hotel")), now)
    return sources.filter(
        Exists(opening.filter(partner=OuterRef("endpoint__partner"))),
        stream__last_number__gt=F("position"),
    )


def with_work(endpoints: QuerySet[WebhookEndpoint]) -> QuerySet[WebhookEndpoint]:
    """Narrow ``endpoints`` to those with something to read or to send.

    A partner whose keys have all ended hears nothing more.
    """
    now = timezone.now()
    has_key = _alive(ApiKey.objects.filter(partner=OuterRef("partner")), now)
    to_send = sendable(WebhookDelivery.objects.filter(endpoint=OuterRef("pk")), now)
    to_read = behind(WebhookSource.objects.filter(endpoint=OuterRef("pk")), now)
    return endpoints.filter(Exists(to_send) | Exists(to_read), Exists(has_key), disabled_because="")


def _alive(keys: QuerySet[ApiKey], now: datetime) -> QuerySet[ApiKey]:
    return keys.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True)
