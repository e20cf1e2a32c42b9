"""What is counted while it happens, and figures that are read when somebody asks.

Counts belong to a process; where several share a machine and a ``PROMETHEUS_MULTIPROC_DIR``, any
of them answers for all. What the database knows is read at the asking instead, so every process
tells the same, and nothing is lost with one. Labels are names from the code, never what a
caller sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import structlog
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric

log = structlog.get_logger(__name__)

QUICK: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)

REQUESTS: Final = Histogram(
    "doorstep_request_seconds",
    "Requests over HTTP, from the first middleware to the answer.",
    ["method", "route", "status"],
    buckets=QUICK,
)
SOCKETS: Final = Gauge(
    "doorstep_sockets",
    "WebSockets that are open.",
    ["kind"],
    multiprocess_mode="livesum",
)
FAN_OUT: Final = Histogram(
    "doorstep_fan_out_seconds",
    "From the reading of news to the last follower's queue.",
    buckets=QUICK,
)
JOBS: Final = Histogram(
    "doorstep_job_seconds",
    "Work on one row by a worker; what failed is tried again.",
    ["kind", "outcome"],
    buckets=QUICK,
)
SWEPT: Final = Counter("doorstep_swept_total", "Rows that the sweeper found before the bell did.")

Figures = Callable[[], Iterable[Metric]]
_figures: dict[str, Figures] = {}


def register_figures(name: str, read: Figures) -> None:
    """Add figures that are read from the database at every asking. A name counts once."""
    _figures[name] = read


def all_figures() -> Iterable[tuple[str, Figures]]:
    """Return every registered reading, with its name."""
    return tuple(_figures.items())


class DatabaseFigures:
    """All registered figures, for a registry of Prometheus's client.

    Figures that can't be read are left out and counted, so that the others are still told.
    """

    def collect(self) -> Iterator[Metric]:
        """Read them now."""
        failed = GaugeMetricFamily(
            "doorstep_figures_unreadable", "1 for figures that could not be read.", labels=["name"]
        )
        for name, read in _figures.items():
            try:
                found = list(read())
            except Exception as error:
                log.warning("metrics.unreadable", figures=name, error=type(error).__name__)
                failed.add_metric([name], 1)
            else:
                yield from found
        yield failed


def gauge(
    name: str, text: str, labels: Iterable[str], rows: Iterable[tuple[Iterable[str], float]]
) -> Metric:
    """Return a gauge with a value for each of ``rows``: label values and the value."""
    family = GaugeMetricFamily(name, text, labels=list(labels))
    for values, value in rows:
        family.add_metric(list(values), value)
    return family
