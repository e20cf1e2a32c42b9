"""Alerts for people: raised and cleared by whoever sees the state, as often as it is seen."""

from __future__ import annotations

from django.utils import timezone

from apps.common.models import Alert


def raise_alert(*, scope: str, kind: str, subject: str, message: str) -> None:
    """Open the alert unless it is open already. ``message``: what is wrong and what to do."""
    # One INSERT that gives way to an open twin, without a lookup before it.
    Alert.objects.bulk_create(
        [
            Alert(
                scope=scope,
                kind=kind,
                subject=subject,
                message=message[:300],
                opened_at=timezone.now(),
            )
        ],
        ignore_conflicts=True,
    )


def clear_alert(*, scope: str, kind: str, subject: str) -> None:
    """Close the alert if it is open."""
    Alert.objects.filter(scope=scope, kind=kind, subject=subject, closed_at__isnull=True).update(
        closed_at=timezone.now()
    )
