"""All seats of an event: what never changes of them, and their states now.

Read as columns, not as rows: a house has ten thousand seats, and whoever shows them needs each
column as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from apps.common.statements import INSTANT, Given, KnownValues
from apps.seating.models import Seat, SeatAllocation, SeatingEvent
from apps.seating.states import AllocationStatus, SeatStatus

CHART: Final[Mapping[str, str]] = {  # a column's name, and where it comes from
    "id": "pk",
    "label": "label",
    "section": "section__name",
    "row": "row",
    "number": "number",
    "x": "x",
    "y": "y",
    "category": "category",
    "price": "price",
    "is_accessible": "is_accessible",
    "is_companion": "is_companion",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chart:
    """What is the same of an event's seats whoever has them: the columns of ``CHART``, of equal
    length, in the order in which seats are locked; ``places`` says where a seat's key is."""

    columns: Mapping[str, Sequence[Any]]
    places: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatMap:
    """All seats of an event with their states, at least as new as ``version``.

    ``statuses`` goes with the columns of the chart.
    """

    event: SeatingEvent
    version: int
    drawn: Chart
    statuses: Sequence[SeatStatus]

    @property
    def chart(self) -> Mapping[str, Sequence[Any]]:
        """The chart's columns."""
        return self.drawn.columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """The seats that can't be had, by their labels, at least as new as the event's versions."""

    event: SeatingEvent
    taken: Mapping[str, SeatStatus]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapEdition:
    """Tells one state of a map from every other one.

    Holds lapse by the clock, without a version: how many have done so stands for that.
    """

    version: int
    chart_version: int
    lapsed: int


def live_allocations(now: datetime | Given) -> QuerySet[SeatAllocation]:
    """Return what takes seats away from others at ``now``; a hold that has lapsed does not."""
    return SeatAllocation.objects.filter(
        Q(status=AllocationStatus.BOOKED) | Q(status=AllocationStatus.HELD, held_until__gt=now)
    )


def status_of_seat(seat: Seat, live: str | None) -> SeatStatus:
    """Return a seat's state, from its live allocation's if it has one."""
    return _status(live, is_blocked=seat.is_blocked)


def _status(live: str | None, *, is_blocked: bool) -> SeatStatus:
    if live is not None:
        return SeatStatus.BOOKED if live == AllocationStatus.BOOKED else SeatStatus.HELD
    return SeatStatus.BLOCKED if is_blocked else SeatStatus.AVAILABLE


EVENT: Final = Given("event")
NOW: Final = Given("now", INSTANT)
LIVE_SEATS: Final = KnownValues(
    lambda: live_allocations(NOW).filter(seat__event=EVENT).values_list("seat_id", "status")
)
BLOCKED_SEATS: Final = KnownValues(
    lambda: Seat.objects.filter(event=EVENT, is_blocked=True, is_retired=False).values_list("pk")
)
LIVE_LABELS: Final = KnownValues(
    lambda: (
        live_allocations(NOW)
        .filter(seat__event=EVENT)
        .order_by("seat_id")
        .values_list("seat__label", "status")
    )
)
BLOCKED_LABELS: Final = KnownValues(
    lambda: (
        Seat.objects.filter(event=EVENT, is_blocked=True, is_retired=False)
        .order_by("pk")
        .values_list("label")
    )
)
LAPSED_HOLDS: Final = KnownValues(
    lambda: (
        SeatAllocation.objects.filter(
            seat__event=EVENT, status=AllocationStatus.HELD, held_until__lte=NOW
        )
        .order_by()
        .values("status")
        .annotate(count=Count("pk"))
        .values_list("count")
    )
)


def read_seat_map(event: SeatingEvent) -> SeatMap:
    """Return the whole map.

    The version is the one of ``event`` as it was read, before the states: whoever goes on from it
    may be told again what they see already, and misses nothing.
    """
    live = LIVE_SEATS.all(event=event.pk, now=timezone.now())
    blocked = BLOCKED_SEATS.all(event=event.pk)
    drawn = read_chart(event)
    statuses = [SeatStatus.AVAILABLE] * len(drawn.places)
    # A seat that is not in the chart came or went a moment ago: the version tells.
    for (pk,) in blocked:
        if pk in drawn.places:
            statuses[drawn.places[pk]] = SeatStatus.BLOCKED
    for pk, status in live:
        if pk in drawn.places:
            statuses[drawn.places[pk]] = _status(status, is_blocked=False)
    return SeatMap(event=event, version=event.seq, drawn=drawn, statuses=statuses)


def read_chart(event: SeatingEvent) -> Chart:
    """Return the chart of ``event`` as it was read, or a newer one.

    A chart is read once for each of its versions. A transaction reads it itself: it may see seats
    that nobody else ever will.
    """
    if connection.in_atomic_block:
        return _chart_of(event.pk)
    return _kept_chart(event.pk, event.slug, event.chart_version)


@lru_cache(maxsize=16)
def _kept_chart(event_pk: int, _slug: str, _version: int) -> Chart:
    return _chart_of(event_pk)


def _chart_of(event_pk: int) -> Chart:
    seats = Seat.objects.filter(event=event_pk, is_retired=False).order_by("pk")
    rows = list(seats.values_list(*CHART.values()))
    columns = tuple(zip(*rows, strict=True)) or tuple(() for _ in CHART)
    chart = dict(zip(CHART, columns, strict=True))
    return Chart(columns=chart, places={pk: place for place, pk in enumerate(chart["id"])})


def read_availability(event: SeatingEvent) -> Availability:
    """Return the seats that can't be had; the versions are those of ``event`` as it was read."""
    taken = {label: SeatStatus.BLOCKED for (label,) in BLOCKED_LABELS.all(event=event.pk)}
    for label, status in LIVE_LABELS.all(event=event.pk, now=timezone.now()):
        taken[label] = _status(status, is_blocked=False)
    return Availability(event=event, taken=taken)


def read_edition(event: SeatingEvent) -> MapEdition:
    """Return what tells the map, as ``event`` was read, from every other one."""
    lapsed = LAPSED_HOLDS.all(event=event.pk, now=timezone.now())
    return MapEdition(
        version=event.seq,
        chart_version=event.chart_version,
        lapsed=lapsed[0][0] if lapsed else 0,
    )
