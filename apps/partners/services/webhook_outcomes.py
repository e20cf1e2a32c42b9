"""What follows from a try: the delivery's next step, and how the endpoint is doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.utils import timezone

from apps.common.alerts import clear_alert, raise_alert
from apps.common.jobs import Lease
from apps.common.jobs.runner import pause_after
from apps.partners.models import (
    DeliveryState,
    DisabledBecause,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookTry,
)
from apps.partners.webhooks.schedule import pause_after_failure
from apps.partners.webhooks.sending import Answer

log = structlog.get_logger(__name__)

DOWN_AFTER: Final = 10  # failures in a row: not one delivery's fault any more
DISABLED_AFTER: Final = timedelta(days=3)  # a long weekend
SLOW_SECONDS: Final = 5.0
FIRST_REST: Final = timedelta(seconds=30)
LONGEST_REST: Final = timedelta(minutes=5)
FAILING: Final = "webhook_failing"
DISABLED: Final = "webhook_disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The endpoint as it is now, and until when to leave it alone; None: go on."""

    endpoint: WebhookEndpoint
    paused_until: datetime | None = None


@transaction.atomic
def note_outcome(
    lease: Lease[WebhookEndpoint], delivery: WebhookDelivery, answer: Answer, *, at: datetime
) -> Verdict | None:
    """Store what came of the try at ``at`` and begin the lease anew.

    None: another worker has the endpoint, or nothing more is to be sent to it.
    """
    endpoint = lease.lock()
    if endpoint is None:
        return None
    lease.renew()
    _write_down(delivery, answer, at)
    if answer.problem is None:
        _end(delivery, DeliveryState.DELIVERED)
        _note_success(endpoint)
        paused_until = None
    else:
        _try_again_or_give_up(endpoint, delivery, answer)
        paused_until = _note_failure(endpoint, answer)
    return Verdict(endpoint=endpoint, paused_until=paused_until) if endpoint.is_enabled else None


def _write_down(delivery: WebhookDelivery, answer: Answer, at: datetime) -> None:
    delivery.tries += 1
    WebhookTry.objects.create(
        delivery=delivery,
        tried_at=at,
        milliseconds=round(answer.seconds * 1000),
        problem=answer.problem or "",
        status=answer.status,
        response=answer.text,
    )


def _end(delivery: WebhookDelivery, state: DeliveryState) -> None:
    delivery.state, delivery.ended_at = state, timezone.now()
    delivery.save(update_fields=["state", "ended_at", "tries"])


def _try_again_or_give_up(
    endpoint: WebhookEndpoint, delivery: WebhookDelivery, answer: Answer
) -> None:
    pause = pause_after_failure(delivery.tries, wished=answer.wished_pause)
    if pause is not None:
        delivery.due_at = timezone.now() + pause
        delivery.save(update_fields=["due_at", "tries"])
        return
    _end(delivery, DeliveryState.FAILED)
    _alert(
        endpoint,
        FAILING,
        f"{endpoint.partner} did not take a webhook for a day; others are still tried. Tell them.",
    )
    log.warning("webhook.given_up", endpoint=str(endpoint.pk), delivery=delivery.pk)


def _note_success(endpoint: WebhookEndpoint) -> None:
    if not endpoint.failures:
        return
    if endpoint.failures >= DOWN_AFTER:
        # It was down and is back: what stepped aside meanwhile need not wait for its hours.
        waiting = endpoint.deliveries.filter(state=DeliveryState.PENDING)
        waiting.filter(due_at__gt=timezone.now()).update(due_at=timezone.now())
    endpoint.failures, endpoint.failing_since = 0, None
    endpoint.save(update_fields=["failures", "failing_since"])
    clear_alerts(endpoint)


def _note_failure(endpoint: WebhookEndpoint, answer: Answer) -> datetime | None:
    """Count, and disable at the end of all patience. Returns until when to leave it alone."""
    now = timezone.now()
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    is_down = endpoint.failures >= DOWN_AFTER
    if answer.is_gone:
        _disable(endpoint, DisabledBecause.GONE)
    elif is_down and now - endpoint.failing_since >= DISABLED_AFTER:
        _disable(endpoint, DisabledBecause.FAILING)
    endpoint.save(update_fields=["failures", "failing_since", "disabled_because"])
    if is_down and answer.seconds >= SLOW_SECONDS:
        # It keeps a thread waiting that others could use.
        over = endpoint.failures - DOWN_AFTER + 1
        return now + pause_after(over, first=FIRST_REST, longest=LONGEST_REST)
    return None


def _disable(endpoint: WebhookEndpoint, because: DisabledBecause) -> None:
    endpoint.disabled_because = because
    _alert(
        endpoint,
        DISABLED,
        f"Nothing is sent to a webhook of {endpoint.partner} any more: {because.label}. "
        "They can enable it again; what happened meanwhile is then sent.",
    )
    log.warning("webhook.disabled", endpoint=str(endpoint.pk), because=because.value)


def _alert(endpoint: WebhookEndpoint, kind: str, message: str) -> None:
    for source in endpoint.sources.select_related("hotel"):
        raise_alert(
            scope=source.hotel.alert_scope, kind=kind, subject=str(endpoint.pk), message=message
        )


def clear_alerts(endpoint: WebhookEndpoint) -> None:
    """Close what was told of the endpoint: it is right again, or was seen to."""
    for source in endpoint.sources.select_related("hotel"):
        for kind in (FAILING, DISABLED):
            clear_alert(scope=source.hotel.alert_scope, kind=kind, subject=str(endpoint.pk))
