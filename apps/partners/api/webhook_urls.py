"""Addresses of webhooks and events, below ``/api/partner/v1/``."""

from __future__ import annotations

from typing import Final

from django.urls import path

from apps.partners.api.delivery_views import (
    DeliveriesView,
    DeliveryView,
    EventsView,
    RedeliverView,
)
from apps.partners.api.webhook_views import (
    EndpointsView,
    EndpointView,
    RedeliverRangeView,
    RotateSecretView,
    TestView,
)

ENDPOINT: Final = "webhook-endpoints/<str:endpoint_id>/"
DELIVERY: Final = "webhook-deliveries/<str:delivery_id>/"

urlpatterns = [
    path("webhook-endpoints/", EndpointsView.as_view(), name="partner-webhook-endpoints"),
    path(ENDPOINT, EndpointView.as_view(), name="partner-webhook-endpoint"),
    path(f"{ENDPOINT}rotate-secret/", RotateSecretView.as_view(), name="partner-webhook-secret"),
    path(f"{ENDPOINT}test/", TestView.as_view(), name="partner-webhook-test"),
    path(f"{ENDPOINT}redeliver/", RedeliverRangeView.as_view(), name="partner-webhook-range"),
    path("webhook-deliveries/", DeliveriesView.as_view(), name="partner-webhook-deliveries"),
    path(DELIVERY, DeliveryView.as_view(), name="partner-webhook-delivery"),
    path(f"{DELIVERY}redeliver/", RedeliverView.as_view(), name="partner-webhook-redeliver"),
    path("events/", EventsView.as_view(), name="partner-events"),
]
