"""Alerts for people: raised and cleared by whoever sees the state, as often as it is seen."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from apps.common.models import Alert
from apps.common.statements import INSTANT, Given, KnownUpdate

# Asked at whatever goes well, and nearly always of nothing.
CLEAR: Final = KnownUpdate(
    lambda: Alert.objects.filter(
        scope=Given("scope"),
        kind=Given("kind"),
        subject=Given("subject"),
        closed_at__isnull=True,
    ),
    closed_at=Given("now", INSTANT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAlert:
    """Something that a person should look at; ``message``: what is wrong and what to do."""

    scope: str
    kind: str
    subject: str
    message: str


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
    CLEAR.run(scope=scope, kind=kind, subject=subject, now=timezone.now())


def keep_alerts(kinds: Collection[str], wanted: Iterable[WantedAlert]) -> None:
    """Let ``wanted`` be all open alerts of these ``kinds``: open what is missing, close the rest.

    For one caller that sees every state of the kinds at once. What is open already stays as it is.
    """
    missing = {(alert.scope, alert.kind, alert.subject): alert for alert in wanted}
    now = timezone.now()
    right_again = [
        alert.pk
        for alert in Alert.objects.filter(kind__in=kinds, closed_at__isnull=True)
        if missing.pop((alert.scope, alert.kind, alert.subject), None) is None
    ]
    Alert.objects.filter(pk__in=right_again).update(closed_at=now)
    Alert.objects.bulk_create(
        [
            Alert(
                scope=alert.scope,
                kind=alert.kind,
                subject=alert.subject,
                message=alert.message[:300],
                opened_at=now,
            )
            for alert in missing.values()
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
