"""Rows that every room may need."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Alert(models.Model):
    """Something that a person should look at, open until it is right again.

    ``scope`` says whose it is (``locks:3`` for a lock account, ``hotel:7`` for a hotel), ``kind``
    and ``subject`` what it is about; while it is open, saying it again adds nothing.
    """

    scope = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    message = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["scope", "kind", "subject"],
                condition=Q(closed_at__isnull=True),
                name="common_one_open_alert_per_subject",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["scope", "closed_at"], name="common_alert_scope")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"
