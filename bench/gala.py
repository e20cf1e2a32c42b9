"""An event on sale, for benches of seats: ``python -m bench.gala SEATS``.

Prints ``{"slug": …, "group": …}``; seats are held as soon as they are chosen.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import django

ROW_LENGTH: Final = 50


def build(seats: int) -> dict[str, Any]:
    """Make the hotel, the event and its seats A-1 … with fifty in a row."""
    from django.utils import timezone

    from apps.bookings.models import Hotel
    from apps.seating.models import Seat, SeatingEvent, Section
    from apps.seating.states import HoldPolicy

    hotel = Hotel.objects.create(slug="gala-house", name="Gala", timezone="Europe/Dublin")
    event = SeatingEvent.objects.create(
        hotel=hotel,
        slug="gala",
        name="Gala",
        starts_at=timezone.now() + timedelta(days=30),
        hold_policy=HoldPolicy.EXCLUSIVE,
        most_seats_per_order=10,
    )
    section = Section.objects.create(event=event, name="Stalls")
    Seat.objects.bulk_create(
        Seat(
            event=event,
            section=section,
            row=_row(place // ROW_LENGTH),
            number=place % ROW_LENGTH + 1,
            label=f"{_row(place // ROW_LENGTH)}-{place % ROW_LENGTH + 1}",
            x=place % ROW_LENGTH,
            y=place // ROW_LENGTH,
            price=Decimal("30.00"),
        )
        for place in range(seats)
    )
    return {"slug": event.slug, "group": event.live_group}


def _row(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    django.setup()
    print(json.dumps(build(int(sys.argv[1]))))
