"""The funnel of self check-ins: how many of those who began came how far, day by day.

Counts come from one grouped query. Percentiles come from window functions, which PostgreSQL and
SQLite spell alike: ``percentile_cont`` has no twin in SQLite, and one way for both gives the same
answer on both. A grouping hands over at most four rows for each of its groups, so the number of
check-ins costs the database a sort and this process nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from apps.bookings.day_range import day_range, days_between
from apps.bookings.models import Hotel
from apps.checkin.models import CheckInAnalytics
from apps.checkin.states import DeviceType, Step

MEDIAN: Final = 50
HIGH: Final = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelFigures:
    """Counts of check-ins that began on the days in question, and the seconds to their PINs.

    ``completed`` are the guests' own. The seconds are of those who got a PIN on locks; None: nobody
    did. A check-in whose PIN failed and came right later counts in both.
    """

    started: int = 0
    reached_details: int = 0
    reached_parking: int = 0
    completed: int = 0
    finished_by_staff: int = 0
    pins_asked: int = 0
    pins_failed: int = 0
    median_seconds_to_pin: float | None = None
    p90_seconds_to_pin: float | None = None

    @property
    def completion_rate(self) -> float | None:
        """Which share of those who started completed by themselves; None: nobody started."""
        return self.completed / self.started if self.started else None

    @property
    def failure_rate(self) -> float | None:
        """Which share of the PINs asked for failed at least once; None: none was asked for."""
        return self.pins_failed / self.pins_asked if self.pins_asked else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelDay:
    """One day in the hotel's zone."""

    day: date
    figures: FunnelFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelDevice:
    """One kind of device, over all days."""

    device_type: DeviceType
    figures: FunnelFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInFunnel:
    """From ``since`` to ``until``, both included: every day and every kind of device, in order."""

    since: date
    until: date
    total: FunnelFigures
    days: tuple[FunnelDay, ...]
    devices: tuple[FunnelDevice, ...]


def check_in_funnel(
    hotel: Hotel, *, since: date | None = None, until: date | None = None
) -> CheckInFunnel:
    """Return the hotel's funnel, in four queries whatever its length; by default of 30 days.

    Days are those of the hotel's zone, ``since`` and ``until`` included; a day that is left out
    is today for ``until`` and 29 days earlier for ``since``. Raises Invalid for days in the wrong
    order and for more than 366 of them.
    """
    since, until = day_range(hotel, since, until)
    rows = CheckInAnalytics.objects.filter(hotel=hotel, started_on__range=(since, until))
    counted = _count(rows)
    by_day = _figures(counted, _percentiles(rows, "started_on"), "started_on")
    by_device = _figures(counted, _percentiles(rows, "device_type"), "device_type")
    total = _figures(counted, _percentiles(rows, None), None)
    nothing = FunnelFigures()
    return CheckInFunnel(
        since=since,
        until=until,
        total=total.get(None, nothing),
        days=tuple(
            FunnelDay(day=day, figures=by_day.get(day, nothing))
            for day in days_between(since, until)
        ),
        devices=tuple(
            FunnelDevice(device_type=kind, figures=by_device.get(kind, nothing))
            for kind in DeviceType
        ),
    )


# -- counts --------------------------------------------------------------------------------------

COUNTED: Final[Mapping[str, Q]] = {
    "started": Q(),
    "reached_details": Q(furthest_step__gte=Step.DETAILS),
    "reached_parking": Q(furthest_step__gte=Step.PARKING),
    "completed": Q(furthest_step=Step.CONFIRMED),
    "finished_by_staff": Q(is_finished_by_staff=True),
    "pins_asked": Q(pin_asked_at__isnull=False),
    "pins_failed": Q(had_pin_failure=True),
}


def _count(rows: QuerySet[CheckInAnalytics]) -> Sequence[Mapping[str, Any]]:
    """Return the counts of every day and kind of device on which anybody started."""
    counts = {name: Count("pk", filter=condition) for name, condition in COUNTED.items()}
    return list(rows.order_by().values("started_on", "device_type").annotate(**counts))


def _figures(
    counted: Sequence[Mapping[str, Any]],
    percentiles: Mapping[Any, Mapping[int, float]],
    by: str | None,
) -> dict[Any, FunnelFigures]:
    """Add up the counts of each value of ``by``, and put the percentiles beside them."""
    sums: dict[Any, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTED, 0))
    for row in counted:
        of_group = sums[row[by] if by else None]
        for name in COUNTED:
            of_group[name] += row[name]
    return {
        group: FunnelFigures(
            **counts,
            median_seconds_to_pin=percentiles.get(group, {}).get(MEDIAN),
            p90_seconds_to_pin=percentiles.get(group, {}).get(HIGH),
        )
        for group, counts in sums.items()
    }


# -- percentiles ---------------------------------------------------------------------------------


def _percentiles(rows: QuerySet[CheckInAnalytics], by: str | None) -> dict[Any, dict[int, float]]:
    """Return the percentiles of each value of ``by``: between two neighbours, the line's point.

    Only the neighbours of a wanted place leave the database.
    """
    groups = [F(by)] if by else None
    timed = rows.filter(seconds_to_pin__isnull=False).annotate(
        place=Window(RowNumber(), partition_by=groups, order_by="seconds_to_pin") - 1,
        size=Window(Count("pk"), partition_by=groups),
    )
    found: dict[Any, dict[int, float]] = defaultdict(dict)
    sizes: dict[Any, int] = {}
    columns = ["place", "size", "seconds_to_pin", *([by] if by else [])]
    wanted = _neighbours(MEDIAN) | _neighbours(HIGH)
    for place, size, seconds, *group in timed.filter(wanted).values_list(*columns):
        key = group[0] if group else None
        found[key][place] = seconds
        sizes[key] = size
    return {
        key: {percent: _between(found[key], sizes[key], percent) for percent in (MEDIAN, HIGH)}
        for key in found
    }


def _neighbours(percent: int) -> Q:
    """Match the places below and above the wanted one. Division of whole numbers rounds down."""
    below = (F("size") - 1) * percent / 100
    return Q(place=below) | Q(place=below + 1)


def _between(seconds: Mapping[int, float], size: int, percent: int) -> float:
    below, rest = divmod((size - 1) * percent, 100)
    if not rest:
        return seconds[below]
    return seconds[below] + (seconds[below + 1] - seconds[below]) * rest / 100
