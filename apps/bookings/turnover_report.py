"""How long rooms take to turn over, step by step, from the record of their changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Final

from django.utils import timezone

from apps.bookings.day_range import day_range, days_between
from apps.bookings.models import Hotel, RoomStatusChange
from apps.bookings.states import RoomStatus
from apps.bookings.stay_window import hotel_today, local_instant

MEDIAN: Final = 50
HIGH: Final = 90
LONGEST_TURNOVER: Final = timedelta(days=14)  # what takes longer waits for something else
R = RoomStatus


class Step(StrEnum):
    """The parts of a turnover; ``TURNOVER`` is the whole."""

    WAITING = "WAITING"
    CLEANING = "CLEANING"
    INSPECTION = "INSPECTION"
    TURNOVER = "TURNOVER"


STEP_ENDED_BY_LEAVING: Final = {
    R.CHECKOUT_DIRTY: Step.WAITING,
    R.CLEANING_IN_PROGRESS: Step.CLEANING,
    R.CLEANED_UNINSPECTED: Step.INSPECTION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTimes:
    """How often a step was done, and its seconds; None: never."""

    count: int = 0
    median_seconds: float | None = None
    p90_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnoverFigures:
    """The turnovers of rooms that were vacated on the days in question.

    ``waiting`` is from vacated to cleaning begun, ``cleaning`` from there to cleaned,
    ``inspection`` from there to ready, ``turnover`` from vacated to ready. A room that is cleaned
    again after an inspection counts each cleaning.
    """

    vacated: int = 0
    ready: int = 0
    waiting: StepTimes = field(default_factory=StepTimes)
    cleaning: StepTimes = field(default_factory=StepTimes)
    inspection: StepTimes = field(default_factory=StepTimes)
    turnover: StepTimes = field(default_factory=StepTimes)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnoverDay:
    """One day in the hotel's zone."""

    day: date
    figures: TurnoverFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnoverReport:
    """From ``since`` to ``until``, both included: every day, in order."""

    since: date
    until: date
    total: TurnoverFigures
    days: tuple[TurnoverDay, ...]


@dataclass(frozen=True, slots=True)
class _Change:
    room_id: int
    old: RoomStatus
    new: RoomStatus
    at: datetime


@dataclass(slots=True)
class _Turnover:
    vacated_at: datetime
    steps: list[tuple[Step, float]] = field(default_factory=list)


def turnover_report(
    hotel: Hotel, *, since: date | None = None, until: date | None = None
) -> TurnoverReport:
    """Return the hotel's turnovers, in one query whatever its length; by default of 30 days.

    Raises Invalid for days in the wrong order and for more than 366 of them.
    """
    since, until = day_range(hotel, since, until)
    of_day: dict[date, list[_Turnover]] = defaultdict(list)
    for turnover in _turnovers(_changes(hotel, since, until)):
        of_day[hotel_today(hotel.zone, turnover.vacated_at)].append(turnover)
    days = days_between(since, until)
    return TurnoverReport(
        since=since,
        until=until,
        total=_figures([turnover for day in days for turnover in of_day[day]]),
        days=tuple(TurnoverDay(day=day, figures=_figures(of_day[day])) for day in days),
    )


def _changes(hotel: Hotel, since: date, until: date) -> Iterator[_Change]:
    """Yield what may belong to turnovers that began on these days: room by room, in order."""
    begin, end = _instant_of(hotel, since), _end_of(hotel, until)
    rows = (
        RoomStatusChange.objects.filter(
            room__hotel=hotel, happened_at__gte=begin, happened_at__lt=end
        )
        .order_by("room_id", "happened_at", "pk")
        .values_list("room_id", "old_status", "new_status", "happened_at")
    )
    for room_id, old, new, at in rows.iterator(chunk_size=2000):
        yield _Change(room_id, RoomStatus(old), RoomStatus(new), at)


def _instant_of(hotel: Hotel, day: date) -> datetime:
    try:
        return local_instant(day, time.min, hotel.zone, is_end=False)
    except OverflowError:  # the ends of the calendar
        return datetime.min.replace(tzinfo=UTC)


def _end_of(hotel: Hotel, until: date) -> datetime:
    now = timezone.now()
    if until >= hotel_today(hotel.zone, now):
        return now
    return min(_instant_of(hotel, until + timedelta(days=1)) + LONGEST_TURNOVER, now)


def _turnovers(changes: Iterable[_Change]) -> Iterator[_Turnover]:
    rooms = groupby(((change.room_id, change) for change in changes), key=itemgetter(0))
    for _, of_room in rooms:
        yield from _turnovers_of_room(change for _, change in of_room)


def _turnovers_of_room(changes: Iterable[_Change]) -> Iterator[_Turnover]:
    """A turnover begins when a guest leaves; it ends when the room is ready, or taken out of
    service, or occupied again (the check-out was undone): then it is no turnover, or not whole."""
    current: _Turnover | None = None
    before: _Change | None = None
    for change in changes:
        if change.old == R.OCCUPIED and change.new == R.CHECKOUT_DIRTY:
            if current is not None:
                yield current
            current = _Turnover(change.at)
        elif current is not None and before is not None:
            if change.new == R.OCCUPIED:
                current = None
            elif _take_step(current, before, change):
                yield current
                current = None
        before = change
    if current is not None:
        yield current


def _take_step(turnover: _Turnover, before: _Change, change: _Change) -> bool:
    """Add the step that ``change`` ended. Returns whether the turnover ends with it."""
    step = STEP_ENDED_BY_LEAVING.get(change.old)
    if change.new == R.OUT_OF_SERVICE or step is None:
        return change.new == R.OUT_OF_SERVICE
    turnover.steps.append((step, (change.at - before.at).total_seconds()))
    if change.new != R.READY_FOR_GUEST:
        return False
    turnover.steps.append((Step.TURNOVER, (change.at - turnover.vacated_at).total_seconds()))
    return True


def _figures(turnovers: Sequence[_Turnover]) -> TurnoverFigures:
    seconds: dict[Step, list[float]] = {step: [] for step in Step}
    for turnover in turnovers:
        for step, taken in turnover.steps:
            seconds[step].append(taken)
    return TurnoverFigures(
        vacated=len(turnovers),
        ready=len(seconds[Step.TURNOVER]),
        waiting=_times(seconds[Step.WAITING]),
        cleaning=_times(seconds[Step.CLEANING]),
        inspection=_times(seconds[Step.INSPECTION]),
        turnover=_times(seconds[Step.TURNOVER]),
    )


def _times(seconds: list[float]) -> StepTimes:
    if not seconds:
        return StepTimes()
    ordered = sorted(seconds)
    return StepTimes(
        count=len(ordered),
        median_seconds=_percentile(ordered, MEDIAN),
        p90_seconds=_percentile(ordered, HIGH),
    )


def _percentile(ordered: Sequence[float], percent: int) -> float:
    """Return the point on the line between two neighbours."""
    below, rest = divmod((len(ordered) - 1) * percent, 100)
    if not rest:
        return ordered[below]
    return ordered[below] + (ordered[below + 1] - ordered[below]) * rest / 100
