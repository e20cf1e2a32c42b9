"""Figures of the shared ground: work that waits, workers, alerts."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import Metric

from apps.common.jobs import all_kinds
from apps.common.jobs.presence import count_workers
from apps.common.metrics import gauge, register_figures
from apps.common.models import Alert


def register_all() -> None:
    """Make the figures known."""
    register_figures("work", read_work)
    register_figures("workers", read_workers)
    register_figures("alerts", read_alerts)
    if connection.vendor == "postgresql":
        register_figures("database", read_connections)


def read_work() -> Iterator[Metric]:
    """What is due and not done, by kind of row: how much, and for how long."""
    now = timezone.now()
    waiting = {
        kind.name: kind.model._default_manager.filter(due_at__lte=now).aggregate(
            count=Count("pk"), since=Min("due_at")
        )
        for kind in all_kinds()
        if not kind.is_always_due
    }
    yield gauge(
        "doorstep_work_due",
        "Rows whose work is due and not done.",
        ["kind"],
        [((name,), found["count"]) for name, found in waiting.items()],
    )
    yield gauge(
        "doorstep_work_overdue_seconds",
        "How long the longest of them has been due.",
        ["kind"],
        [
            ((name,), (now - found["since"]).total_seconds() if found["since"] else 0)
            for name, found in waiting.items()
        ],
    )


def read_workers() -> Iterator[Metric]:
    """How many workers are there."""
    yield gauge(
        "doorstep_workers",
        "Workers that said within seconds that they are there.",
        [],
        [((), count_workers())],
    )


def read_alerts() -> Iterator[Metric]:
    """What the hotels' people are told and have not mended, by kind."""
    rows = Alert.objects.filter(closed_at__isnull=True).values_list("kind").annotate(Count("pk"))
    yield gauge(
        "doorstep_alerts_open",
        "Alerts that are open, of all hotels.",
        ["kind"],
        [((kind,), count) for kind, count in rows.order_by("kind")],
    )


def read_connections() -> Iterator[Metric]:
    """Connections to this database, of all processes, and how many the server takes in all.

    Source: PostgreSQL, pg_stat_activity; the state of other users' is not told to everybody.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(state, 'unknown'), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() GROUP BY 1"
        )
        states = cursor.fetchall()
        cursor.execute("SELECT current_setting('max_connections')::int")
        (most,) = cursor.fetchone()
    yield gauge(
        "doorstep_database_connections",
        "Connections to the database, by what they do.",
        ["state"],
        [((state,), count) for state, count in states],
    )
    yield gauge(
        "doorstep_database_connections_limit", "How many the server takes.", [], [((), most)]
    )
