"""Figures of check-in: how long guests waited for their PINs, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from django.db.models import Count, Q
from django.utils import timezone
from prometheus_client.core import Metric

from apps.checkin.models import CheckInAnalytics
from apps.common.metrics import gauge, register_figures

LATELY: Final = timedelta(hours=1)
MOST: Final = 10_000
QUANTILES: Final = (0.5, 0.95, 0.99)


def register_all() -> None:
    """Make the figures known."""
    register_figures("pins", read_pins)


def read_pins() -> Iterator[Metric]:
    """What became of the PINs asked for within the last hour."""
    asked = CheckInAnalytics.objects.filter(pin_asked_at__gte=timezone.now() - LATELY)
    counts = asked.aggregate(
        ready=Count("pk", Q(pin_ready_at__isnull=False)),
        failed=Count("pk", Q(pin_ready_at__isnull=True, had_pin_failure=True)),
        waiting=Count("pk", Q(pin_ready_at__isnull=True, had_pin_failure=False)),
    )
    yield gauge(
        "doorstep_pins_last_hour",
        "PINs asked for in the last hour, by what became of them.",
        ["outcome"],
        [((outcome,), count) for outcome, count in counts.items()],
    )
    ready = asked.exclude(seconds_to_pin=None).order_by("seconds_to_pin")
    seconds = [float(one or 0) for one in ready.values_list("seconds_to_pin", flat=True)[:MOST]]
    yield gauge(
        "doorstep_pin_seconds_last_hour",
        "From asking for a PIN to having it, of those that were had.",
        ["quantile"],
        [((str(share),), _quantile(seconds, share)) for share in QUANTILES if seconds],
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
