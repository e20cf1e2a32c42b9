"""Who was shown codes, and when. Of guests, once an hour: reading their stay stays cheap."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.locks.models import AccessGrant
from apps.locks.services.history import record

NOTED_EVERY: Final = timedelta(hours=1)


def note_revealed(grant: AccessGrant, *, actor: str) -> None:
    """Append a line to the grant's history unless the last hour has one.

    Nothing is asked of the database while ``grant``, as it was read, says that it has.
    """
    now = timezone.now()
    if grant.revealed_at is not None and now < grant.revealed_at + NOTED_EVERY:
        return
    is_due = Q(revealed_at__isnull=True) | Q(revealed_at__lte=now - NOTED_EVERY)
    with transaction.atomic():
        # One UPDATE whose row count is checked: of two readers at once, one writes the line.
        if AccessGrant.objects.filter(is_due, pk=grant.pk).update(revealed_at=now):
            record("revealed", grant=grant, actor=actor)
    grant.revealed_at = now


def note_shown(grant: AccessGrant, *, actor: str) -> None:
    """Append a line to the grant's history: each time, whoever it is besides the guest."""
    record("revealed", grant=grant, actor=actor)
