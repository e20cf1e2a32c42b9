"""Drawing an event's seats anew from a file.

Seats are known by their labels: those that are there already are changed, those that are not are
added, and those that the file does not name are gone. Orders that have ended still show their
seats, so a seat with a past is not deleted: it is retired, which takes it off every map.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from apps.common.errors import Conflict
from apps.seating.errors import SeatsInUse
from apps.seating.events import seats_event
from apps.seating.map_files import DrawnSeat
from apps.seating.models import Seat, SeatAllocation, SeatingEvent, Section
from apps.seating.services.expiry import end_lapsed_holds
from apps.seating.services.order_rows import SeatStates, lock_seats
from apps.seating.services.waiting import tell_change
from apps.seating.states import LIVE, SeatStatus

BATCH: Final = 500
DRAWN: Final = ("row", "number", "x", "y", "category", "price", "is_accessible", "is_companion")
RETIRED: Final = "No longer on the map"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """How many seats were added, changed and removed; the versions are those afterwards."""

    added: int
    changed: int
    removed: int
    is_dry_run: bool
    version: int
    chart_version: int


def import_seats(
    event: SeatingEvent, drawn: Sequence[DrawnSeat], *, performed_by: str, is_dry_run: bool = False
) -> ImportResult:
    """Give the event these seats and no others, or change nothing.

    Raises SeatsInUse where a seat that is held or booked would be gone.
    """
    try:
        with transaction.atomic():
            added, changed, removed = _import(event, drawn, performed_by)
            if is_dry_run:
                transaction.set_rollback(True)
    except IntegrityError:
        raise Conflict("Somebody else is drawing these seats; try again.") from None
    now = SeatingEvent.objects.get(pk=event.pk)
    return ImportResult(
        added=added,
        changed=changed,
        removed=removed,
        is_dry_run=is_dry_run,
        version=now.seq,
        chart_version=now.chart_version,
    )


def _import(
    event: SeatingEvent, drawn: Sequence[DrawnSeat], performed_by: str
) -> tuple[int, int, int]:
    """Return how many seats were added, changed and removed."""
    seats = lock_seats(event, list(event.seats.values_list("pk", flat=True)))
    wanted = {seat.label: seat for seat in drawn}
    shown = {seat.label: seat for seat in seats if not seat.is_retired}
    gone = [seat for label, seat in shown.items() if label not in wanted]
    states = end_lapsed_holds(gone, timezone.now())
    _require_unused(gone)
    sections = dict(event.sections.values_list("pk", "name"))
    known = [(shown[seat.label], seat) for seat in drawn if seat.label in shown]
    changed = sum(
        sections[seat.section_id] != new.section or _differs(seat, new) for seat, new in known
    )
    _draw(event, drawn)
    _remove(gone)
    event.sections.filter(seats=None).delete()
    added = [seat for seat in event.seats.filter(is_retired=False) if seat.label not in shown]
    if added or gone or changed:
        SeatingEvent.objects.filter(pk=event.pk).update(chart_version=F("chart_version") + 1)
        seats_event(event, "seat-map-imported", added, by=performed_by)
        tell_change(event, _states(states, added, gone), is_new_map=True)
    return len(added), changed, len(gone)


def _states(freed: SeatStates, added: Iterable[Seat], gone: Iterable[Seat]) -> SeatStates:
    new = dict.fromkeys(added, SeatStatus.AVAILABLE)
    return freed | new | dict.fromkeys(gone, SeatStatus.BLOCKED)


def _require_unused(seats: Sequence[Seat]) -> None:
    live = SeatAllocation.objects.filter(seat__in=seats, status__in=LIVE)
    used = set(live.values_list("seat_id", flat=True))
    if used:
        raise SeatsInUse([seat.label for seat in seats if seat.pk in used])


def _differs(seat: Seat, drawn: DrawnSeat) -> bool:
    return any(getattr(seat, name) != getattr(drawn, name) for name in DRAWN)


def _draw(event: SeatingEvent, drawn: Sequence[DrawnSeat]) -> None:
    names = {seat.section for seat in drawn}
    Section.objects.bulk_create(
        (Section(event=event, name=name) for name in sorted(names)), ignore_conflicts=True
    )
    sections = {section.name: section for section in event.sections.all()}
    retired = event.seats.filter(is_retired=True, label__in=[seat.label for seat in drawn])
    retired.update(is_retired=False, is_blocked=False, blocked_reason="")
    rows = [_row(event, sections[seat.section], seat) for seat in drawn]
    Seat.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["event", "label"],
        update_fields=["section", *DRAWN],
    )


def _row(event: SeatingEvent, section: Section, drawn: DrawnSeat) -> Seat:
    values: dict[str, Any] = {name: getattr(drawn, name) for name in DRAWN}
    return Seat(event=event, section=section, label=drawn.label, **values)


def _remove(seats: Sequence[Seat]) -> None:
    """Delete seats that never were anybody's, and retire the others."""
    keys = [seat.pk for seat in seats]
    with_a_past = set(
        SeatAllocation.objects.filter(seat__in=keys).values_list("seat_id", flat=True)
    )
    Seat.objects.filter(pk__in=with_a_past).update(
        is_retired=True, is_blocked=True, blocked_reason=RETIRED
    )
    Seat.objects.filter(pk__in=set(keys) - with_a_past).delete()
