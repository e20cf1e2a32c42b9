"""What partners were answered, kept for when they ask the same again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from apps.bookings.models import Booking
from apps.common.crypto import EncryptedTextField


class KeptAnswer(models.Model):
    """The answer to a request with an ``Idempotency-Key``, committed with what the request did.

    The row is made before the work and within its transaction: a twin waits for it at the unique
    key, and a request that fails leaves none. ``key_digest`` is of route and key, and
    ``request_digest`` of what was asked. The answer holds what a guest's booking does, so it lies
    encrypted, and goes with the guest: then ``erased_at`` says when.
    """

    partner = models.ForeignKey("partners.Partner", on_delete=models.CASCADE, related_name="+")
    key_digest = models.CharField(max_length=64)
    request_digest = models.CharField(max_length=64)
    route = models.CharField(max_length=200, help_text="For people; cut where it is longer.")
    status = models.PositiveSmallIntegerField(null=True, help_text="Null: within the work alone.")
    headers = models.JSONField(default=dict)
    body = EncryptedTextField(blank=True)
    bookings = models.ManyToManyField(Booking, related_name="+")
    kept_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partner", "key_digest"], name="partners_answered_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["kept_at"], name="partners_answer_kept")]

    def __str__(self) -> str:
        return f"{self.route} at {self.kept_at:%Y-%m-%d %H:%M}"
