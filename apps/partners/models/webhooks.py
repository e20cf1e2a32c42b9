"""Webhook endpoints, how far each has read the hotels' logs, and what was sent to them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.bookings.models import Hotel
from apps.common.crypto import EncryptedTextField
from apps.common.jobs import WorkRow
from apps.common.models import EventStream
from apps.partners.models.keys import Partner


class DisabledBecause(models.TextChoices):
    """Why nothing is sent to an endpoint."""

    ASKED = "ASKED", "the partner asked for it"
    FAILING = "FAILING", "nothing was taken for days"
    GONE = "GONE", "the receiver said that it is gone"


class DeliveryState(models.TextChoices):
    """Where a delivery stands."""

    PENDING = "PENDING", "to be sent"
    DELIVERED = "DELIVERED", "taken"
    FAILED = "FAILED", "given up"


class WebhookEndpoint(WorkRow):
    """An address that a partner wants to be told at, and of what.

    As a ``WorkRow`` it owes its reading of the logs and its sending, always: whether there is
    anything to do is seen from the logs and the deliveries, so that nobody who makes news has to
    write here. ``due_at`` in the future is a pause.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="webhook_endpoints")
    url = EncryptedTextField(help_text="Encrypted: it may carry a key of the receiver's.")
    description = models.CharField(max_length=120, blank=True)
    event_types = models.JSONField(default=list)
    secret = EncryptedTextField(editable=False)
    previous_secret = EncryptedTextField(blank=True, editable=False)
    previous_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_because = models.CharField(
        max_length=7, choices=DisabledBecause.choices, blank=True, help_text="Empty: it is enabled."
    )
    failures = models.PositiveIntegerField(
        default=0, editable=False, help_text="Tries that failed since one last succeeded."
    )
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Webhooks of {self.partner}"

    @property
    def is_enabled(self) -> bool:
        """Whether anything is sent."""
        return not self.disabled_because

    def live_secrets(self, now: datetime) -> Sequence[str]:
        """Return what to sign with at ``now``: the secret, and the one before it for a while."""
        until = self.previous_secret_until
        has_previous = bool(self.previous_secret) and until is not None and now < until
        return [self.secret, self.previous_secret] if has_previous else [self.secret]


class WebhookSource(models.Model):
    """A hotel whose log an endpoint follows; ``position`` is the last number that was read."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="sources")
    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="webhook_sources")
    stream = models.ForeignKey(EventStream, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "hotel"], name="partners_one_source")
        ]

    def __str__(self) -> str:
        return f"{self.hotel} up to {self.position}"


class WebhookDelivery(models.Model):
    """One message to one endpoint: a row from the moment the log was read.

    Rows of an endpoint are made in the order of each log, so their keys are the order of sending.
    """

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    message_id = models.CharField(max_length=60)
    type = models.CharField(max_length=40)
    subject = models.CharField(max_length=120, blank=True)
    body = models.TextField()
    state = models.CharField(
        max_length=9, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="Of a pending one: not before.")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["endpoint", "message_id"], name="partners_one_delivery_per_message"
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.PENDING) | Q(ended_at__isnull=False),
                name="partners_ended_delivery_has_instant",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["endpoint", "id"],
                condition=Q(state=DeliveryState.PENDING),
                name="partners_pending_deliveries",
            ),
            models.Index(
                fields=["endpoint", "subject"],
                condition=Q(state=DeliveryState.PENDING),
                name="partners_pending_subjects",
            ),
            models.Index(fields=["created_at"], name="partners_delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.state}"


class WebhookTry(models.Model):
    """One try of a delivery, and what came back: masked, and its beginning alone."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempts")
    tried_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    problem = models.CharField(max_length=15, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    response = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name_plural = "webhook tries"

    def __str__(self) -> str:
        return f"{self.status or self.problem} {self.tried_at:%Y-%m-%d %H:%M}"
