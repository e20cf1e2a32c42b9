"""The demo's event with its seats: rows of twenty, the front ones dearer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

from django.db.models import F
from django.utils import timezone

from apps.bookings.models import Hotel
from apps.seating.models import Seat, SeatingEvent, Section
from apps.seating.seat_map import read_seat_map
from apps.seating.states import SeatStatus

SLUG: Final = "gala-night"
SEATS: Final = 200
SEATS_IN_ROW: Final = 20
DEAR_ROWS: Final = 3
MOST_SEATS: Final = 100_000
FEW: Final = 20  # free seats: fewer are too few to play with
IN_DAYS: Final = 30
FRESH_DAYS: Final = 2  # an evening nearer than this is over before the demo is


def ensure_evening(hotel: Hotel, wanted: int) -> SeatingEvent:
    """Return the event, with seats to sell; one that is over or sold out steps aside."""
    event = SeatingEvent.objects.filter(slug=SLUG).first()
    if event is not None and not _is_playable(event, wanted):
        event.slug = f"{SLUG}-{event.pk}"
        event.save(update_fields=["slug"])
        event = None
    if event is None:
        event = SeatingEvent.objects.create(
            hotel=hotel,
            slug=SLUG,
            name="Gala Night",
            venue="The Ballroom",
            starts_at=timezone.now() + timedelta(days=IN_DAYS),
        )
    _ensure_seats(event, wanted)
    return event


def _is_playable(event: SeatingEvent, wanted: int) -> bool:
    if event.starts_at < timezone.now() + timedelta(days=FRESH_DAYS):
        return False
    free = read_seat_map(event).statuses.count(SeatStatus.AVAILABLE)
    return free >= min(FEW, wanted)


def _ensure_seats(event: SeatingEvent, wanted: int) -> None:
    """Add the seats that are missing from A-1 on."""
    section, _ = Section.objects.get_or_create(event=event, name="Stalls")
    known = set(event.seats.values_list("label", flat=True))
    seats = (_seat(event, section, place) for place in range(wanted))
    missing = [seat for seat in seats if seat.label not in known]
    if missing:
        Seat.objects.bulk_create(missing, batch_size=500)
        SeatingEvent.objects.filter(pk=event.pk).update(chart_version=F("chart_version") + 1)


def _seat(event: SeatingEvent, section: Section, place: int) -> Seat:
    row, number = divmod(place, SEATS_IN_ROW)
    is_dear = row < DEAR_ROWS
    return Seat(
        event=event,
        section=section,
        label=f"{row_name(row)}-{number + 1}",
        row=row_name(row),
        number=number + 1,
        x=number,
        y=row + 1,
        category="Premium" if is_dear else "Standard",
        price=Decimal("45.00") if is_dear else Decimal("30.00"),
    )


def row_name(row: int) -> str:
    """Return the name of the nth row, from 0: A to Z, then AA, AB and so on."""
    name = ""
    row += 1
    while row:
        row, letter = divmod(row - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
