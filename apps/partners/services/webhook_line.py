"""The worker's half of webhooks: read the hotels' logs into deliveries, and send what is due.

One worker at a time has an endpoint, under the endpoint's lease, so its deliveries leave one after
the other in the order of the log. What fails steps aside and comes again by its own schedule; only
what is about the same thing waits for it, for its first retries. A worker that dies between sending
and storing sends again: under the same id.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.common import tracing
from apps.common.errors import Invalid
from apps.common.events import events_after
from apps.common.jobs import Lease
from apps.partners.models import WebhookDelivery, WebhookEndpoint, WebhookSource
from apps.partners.services.webhook_outcomes import note_outcome
from apps.partners.webhook_selectors import HOLDING_TRIES, behind, sendable
from apps.partners.webhooks.messages import messages_of
from apps.partners.webhooks.sending import Answer, Problem, post
from apps.partners.webhooks.signing import signed_headers
from apps.partners.webhooks.targets import parse_target

READ_AT_ONCE: Final = 200  # a transaction of milliseconds
FETCHED_AT_ONCE: Final = 50
TURN_SECONDS: Final = 8.0  # then others that wait for a thread have theirs


def work_on_endpoint(lease: Lease[WebhookEndpoint]) -> None:
    """Read what happened, send what is due, and rest until there is more."""
    for source in behind(lease.row.sources.select_related("hotel", "stream"), timezone.now()):
        _read_log(lease, source)
    paused_until = _send_due(lease) if lease.renew() else None
    lease.settle(due_at=paused_until or lease.claimed_due, attempts=0)
    # It is always due: the sweeper looks whether there is anything to do.
    lease.may_be_due = False


@transaction.atomic
def _read_log(lease: Lease[WebhookEndpoint], source: WebhookSource) -> None:
    """Turn a portion of the log into deliveries, and remember how far it was read.

    Both in one transaction, and of a log without gaps: nothing is passed over or made twice.
    """
    endpoint = lease.lock()
    if endpoint is None:
        return
    events = events_after(source.stream.name, source.position, limit=READ_AT_ONCE)
    if not events:
        return
    now = timezone.now()
    messages = messages_of(source.hotel, events)
    WebhookDelivery.objects.bulk_create(
        [
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
            if message.type in endpoint.event_types
        ],
        ignore_conflicts=True,  # one that was asked for again before its turn is there
    )
    source.position = events[-1].number
    source.save(update_fields=["position"])


def _send_due(lease: Lease[WebhookEndpoint]) -> datetime | None:
    """Send until nothing is due or the turn is over; return when to go on, None for any time."""
    endpoint, turn_ends = lease.row, time.monotonic() + TURN_SECONDS
    while True:
        due = sendable(WebhookDelivery.objects.filter(endpoint=endpoint), timezone.now())
        batch = list(due.order_by("pk")[:FETCHED_AT_ONCE])
        holding = set[str]()
        for delivery in batch:
            if delivery.subject and delivery.subject in holding:
                continue
            at = timezone.now()
            answer = _try(endpoint, delivery, at)
            verdict = note_outcome(lease, delivery, answer, at=at)
            if verdict is None or verdict.paused_until or time.monotonic() > turn_ends:
                return verdict.paused_until if verdict else None
            endpoint = verdict.endpoint
            if answer.problem is not None and delivery.tries < HOLDING_TRIES:
                holding.add(delivery.subject)
        if not batch:
            return None


def _try(endpoint: WebhookEndpoint, delivery: WebhookDelivery, at: datetime) -> Answer:
    try:
        target = parse_target(endpoint.url)
    except Invalid:  # the setting was changed since
        return Answer(problem=Problem.ADDRESS_REFUSED, seconds=0)
    headers = signed_headers(
        message_id=delivery.message_id,
        at=at,
        body=delivery.body,
        live_secrets=endpoint.live_secrets(at),
    )
    with tracing.span("webhook POST", {"doorstep.delivery": delivery.pk}, kind="client") as span:
        answer = post(target, delivery.body, headers)
        span.set({"http.response.status_code": answer.status})
        if answer.problem is not None:
            span.fail(answer.problem.value)
    return answer
