"""Figures of webhooks: what waits to be sent, for how long, and endpoints that hear nothing."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import Metric

from apps.common.metrics import gauge, register_figures
from apps.partners.models import DeliveryState, WebhookDelivery, WebhookEndpoint


def register_all() -> None:
    """Make the figures known."""
    register_figures("webhooks", read_webhooks)


def read_webhooks() -> Iterator[Metric]:
    """What is due at endpoints that are enabled, and how many of the others there are."""
    now = timezone.now()
    due = WebhookDelivery.objects.filter(
        endpoint__disabled_because="", state=DeliveryState.PENDING, due_at__lte=now
    ).aggregate(count=Count("pk"), since=Min("due_at"))
    yield gauge("doorstep_webhooks_due", "Webhooks that are due.", [], [((), due["count"])])
    yield gauge(
        "doorstep_webhooks_overdue_seconds",
        "How long the longest of them has been due.",
        [],
        [((), (now - due["since"]).total_seconds() if due["since"] else 0)],
    )
    disabled = WebhookEndpoint.objects.exclude(disabled_because="")
    yield gauge(
        "doorstep_webhook_endpoints_disabled",
        "Endpoints that nothing is sent to, by the reason.",
        ["because"],
        [
            ((because,), count)
            for because, count in disabled.values_list("disabled_because").annotate(Count("pk"))
        ],
    )
