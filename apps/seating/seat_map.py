"""All seats of an event: what never changes of them, and their states now.

Read as columns, not as rows: a house has ten thousand seats, and whoever shows them needs each
column as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.common.statements import Given
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatMap:
    """All seats of an event with their states, at least as new as ``version``.

    ``chart`` has the columns of ``CHART``, of equal length, in the order in which seats are
    locked; ``statuses`` goes with them.
    """

    event: SeatingEvent
    version: int
    chart: Mapping[str, Sequence[Any]]
    statuses: Sequence[SeatStatus]


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


def read_seat_map(event: SeatingEvent, *, columns: Collection[str] = CHART.keys()) -> SeatMap:
    """Return the whole map, or of its chart only these ``columns`` and the ids.

    The version is the one of ``event`` as it was read, before the states: whoever goes on from it
    may be told again what they see already, and misses nothing.
    """
    live = dict(
        live_allocations(timezone.now()).filter(seat__event=event).values_list("seat_id", "status")
    )
    wanted = {name: place for name, place in CHART.items() if name in columns or name == "id"}
    *read, blocked = _read_columns(event, (*wanted.values(), "is_blocked"))
    chart = dict(zip(wanted, read, strict=True))
    statuses = [
        _status(live.get(pk), is_blocked=is_blocked)
        for pk, is_blocked in zip(chart["id"], blocked, strict=True)
    ]
    return SeatMap(event=event, version=event.seq, chart=chart, statuses=statuses)


def read_chart(event: SeatingEvent) -> Mapping[str, Sequence[Any]]:
    """Return the columns of ``CHART``: what is the same whoever has the seats."""
    return dict(zip(CHART, _read_columns(event, tuple(CHART.values())), strict=True))


def _read_columns(event: SeatingEvent, names: Sequence[str]) -> Sequence[Sequence[Any]]:
    rows = event.seats.filter(is_retired=False).order_by("pk").values_list(*names)
    return tuple(zip(*rows, strict=True)) or tuple(() for _ in names)


def read_availability(event: SeatingEvent) -> Availability:
    """Return the seats that can't be had; the versions are those of ``event`` as it was read."""
    blocked = event.seats.filter(is_blocked=True, is_retired=False).order_by("pk")
    live = live_allocations(timezone.now()).filter(seat__event=event).order_by("seat_id")
    taken = dict.fromkeys(blocked.values_list("label", flat=True), SeatStatus.BLOCKED)
    for label, status in live.values_list("seat__label", "status"):
        taken[label] = _status(status, is_blocked=False)
    return Availability(event=event, taken=taken)


def read_edition(event: SeatingEvent) -> MapEdition:
    """Return what tells the map, as ``event`` was read, from every other one."""
    lapsed = SeatAllocation.objects.filter(
        seat__event=event, status=AllocationStatus.HELD, held_until__lte=timezone.now()
    )
    return MapEdition(version=event.seq, chart_version=event.chart_version, lapsed=lapsed.count())
