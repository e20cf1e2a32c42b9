"""Figures of the locks: what the codes are doing."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count
from prometheus_client.core import Metric

from apps.common.metrics import gauge, register_figures
from apps.locks.models import AccessCode, Gateway
from apps.locks.states import LIVE


def register_all() -> None:
    """Make the figures known."""
    register_figures("codes", read_codes)
    register_figures("gateways", read_gateways)


def read_codes() -> Iterator[Metric]:
    """Codes by their states, but for those that are gone: years of them say nothing."""
    live = AccessCode.objects.filter(state__in=LIVE)
    rows = live.values_list("state").annotate(Count("pk")).order_by("state")
    yield gauge(
        "doorstep_access_codes",
        "Access codes that are on their locks, or may be, by state.",
        ["state"],
        [((state,), count) for state, count in rows],
    )


def read_gateways() -> Iterator[Metric]:
    """Gateways by whether they can be reached."""
    rows = dict(Gateway.objects.values_list("is_online").annotate(Count("pk")).order_by())
    yield gauge(
        "doorstep_gateways",
        "Gateways by whether they answer.",
        ["online"],
        [(("yes",), rows.get(True, 0)), (("no",), rows.get(False, 0))],
    )
