"""Partners, their keys, and what was done with the keys."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models

from apps.bookings.models import Hotel
from apps.partners.scopes import Scope


class Partner(models.Model):
    """A system that calls, such as a property management system.

    What it sets up belongs to it and not to a key, so it outlives the change of a key.
    """

    name = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A key of a partner: for what, at which hotels, until when. Only its digest is kept.

    ``prefix`` is a part of the key that may be seen: by it people and audit trails name the key.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="keys")
    name = models.CharField(max_length=80, help_text="What it is used for.")
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    hotels = models.ManyToManyField(Hotel, related_name="partner_keys")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: never.")
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="To within a few minutes."
    )

    def __str__(self) -> str:
        return f"{self.prefix} of {self.partner}"

    def is_alive(self, now: datetime) -> bool:
        """Answer whether the key opens anything at ``now``."""
        is_over = self.expires_at is not None and self.expires_at <= now
        return self.revoked_at is None and not is_over

    @property
    def known_scopes(self) -> frozenset[Scope]:
        """What the key is for; names that another release knew are left out."""
        return frozenset(Scope(name) for name in self.scopes if name in Scope.values)


class KeyAction(models.TextChoices):
    """What can be done with a key."""

    CREATED = "CREATED", "created"
    ROTATED = "ROTATED", "replaced by another one"
    REVOKED = "REVOKED", "revoked"


class ApiKeyRecord(models.Model):
    """What somebody did with a key, and when. ``details``: never the key."""

    key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="records")
    action = models.CharField(max_length=8, choices=KeyAction.choices)
    performed_by = models.CharField(max_length=120)
    happened_at = models.DateTimeField()
    details = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.key} {self.get_action_display()}"
