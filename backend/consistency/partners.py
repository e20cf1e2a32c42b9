"""What must agree between the hotels' logs and those who follow them, and about keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from django.db.models import Exists, F, Max, OuterRef

from apps.common.models import EventStream
from apps.partners.models import (
    ApiKey,
    ApiKeyRecord,
    DeliveryState,
    KeptAnswer,
    WebhookDelivery,
    WebhookSource,
)
from apps.partners.models.keys import KeyAction
from apps.partners.webhook_selectors import HOLDING_TRIES
from backend.consistency.finding import Finding

ENDINGS: Final = (KeyAction.REVOKED, KeyAction.ROTATED)


def _logs() -> Iterator[Finding]:
    streams = EventStream.objects.annotate(newest=Max("events__number"))
    for stream in streams.filter(newest__gt=F("last_number")).iterator():
        yield Finding(
            subject=f"Log {stream}",
            problem=f"has event {stream.newest}, and counts only to {stream.last_number}.",
            advice="Set its last number to that of its newest event.",
        )


def _positions() -> Iterator[Finding]:
    ahead = WebhookSource.objects.filter(position__gt=F("stream__last_number"))
    for source in ahead.select_related("hotel", "stream").iterator():
        yield Finding(
            subject=f"{source.hotel.slug}, webhooks of endpoint {source.endpoint_id}",
            problem=f"were read to {source.position}, and the log ends at"
            f" {source.stream.last_number}.",
            advice="Set the position to the end of the log, and tell the partner to fetch anew.",
        )


def _foreign_logs() -> Iterator[Finding]:
    for source in WebhookSource.objects.select_related("hotel", "stream").iterator():
        if source.stream.name != source.hotel.event_stream:
            yield Finding(
                subject=f"{source.hotel.slug}, webhooks of endpoint {source.endpoint_id}",
                problem=f"follow {source.stream}, which is another hotel's log.",
                advice="Delete the endpoint; the partner sets up another one.",
            )


def _deliveries_out_of_order() -> Iterator[Finding]:
    overtaking = WebhookDelivery.objects.filter(
        endpoint=OuterRef("endpoint"),
        subject=OuterRef("subject"),
        pk__gt=OuterRef("pk"),
        state=DeliveryState.DELIVERED,
        ended_at__gt=OuterRef("due_at"),
    )
    pending = WebhookDelivery.objects.filter(state=DeliveryState.PENDING, tries__lt=HOLDING_TRIES)
    for delivery in pending.exclude(subject="").filter(Exists(overtaking)).iterator():
        yield Finding(
            subject=f"Webhook {delivery.message_id}",
            problem="waits, and a later one about the same thing was sent before it.",
            advice="Tell the partner to go by the sequence; see who wrote the delivery.",
        )


def _answers_without_status() -> Iterator[Finding]:
    for kept in KeptAnswer.objects.filter(status__isnull=True).iterator():
        yield Finding(
            subject=f"Kept answer {kept.pk}",
            problem="was stored before there was an answer.",
            advice="Delete it: the partner's next request does the work.",
        )


def _keys_revoked_by_nobody() -> Iterator[Finding]:
    written = ApiKeyRecord.objects.filter(key=OuterRef("pk"), action__in=ENDINGS)
    keys = ApiKey.objects.filter(~Exists(written), revoked_at__isnull=False)
    for key in keys.select_related("partner").iterator():
        yield Finding(
            subject=f"Key {key}",
            problem="is revoked, and no record says by whom.",
            advice="See who wrote it; keys are revoked by partner_keys or in the back office.",
        )


SEARCHES: Final[Sequence[Callable[[], Iterator[Finding]]]] = (
    _logs,
    _positions,
    _foreign_logs,
    _deliveries_out_of_order,
    _answers_without_status,
    _keys_revoked_by_nobody,
)
