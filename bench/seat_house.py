"""A hotel with events to sell seats of, and what is wrong with its seats afterwards.

``python -m bench.seat_house build SEATS`` prints ``{"hotel", "token", "sale", "chart", "hot"}``;
``python -m bench.seat_house gala SEATS`` makes one event whose seats are held as soon as they are
chosen, and prints ``{"slug", "group"}``;
``python -m bench.seat_house check`` prints how many seats and proofs are there twice.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import django

if TYPE_CHECKING:
    from apps.bookings.models import Hotel
    from apps.seating.models import SeatingEvent

SLUG: Final = "seat-house"
IN_ROW: Final = 50
CHARTED: Final = 1_000
TAKEN_OF_CHARTED: Final = 300
HOT: Final = 40


def build(seats: int) -> Mapping[str, str]:
    """Make the hotel, its events and a login for its desk."""
    from django.contrib.auth.models import User

    from apps.bookings.models import Hotel
    from apps.staff.models import Membership
    from apps.staff.roles import Role
    from apps.staff.services.logins import open_login

    hotel = Hotel.objects.create(slug=SLUG, name="Seat House", timezone="Europe/Dublin")
    desk = User.objects.create_user("seat-desk")
    Membership.objects.create(user=desk, hotel=hotel, role=Role.FRONT_DESK)
    make_event(hotel, "sale", seats)
    make_event(hotel, "chart", CHARTED)
    _take("chart", TAKEN_OF_CHARTED)
    make_event(hotel, "hot", HOT)
    token = open_login(desk).token
    return {"hotel": SLUG, "token": token, "sale": "sale", "chart": "chart", "hot": "hot"}


def gala(seats: int) -> Mapping[str, str]:
    """Make a hotel and one event whose seats are held as soon as they are chosen."""
    from apps.bookings.models import Hotel
    from apps.seating.states import HoldPolicy

    hotel = Hotel.objects.create(slug="gala-house", name="Gala", timezone="Europe/Dublin")
    event = make_event(hotel, "gala", seats, hold_policy=HoldPolicy.EXCLUSIVE)
    return {"slug": event.slug, "group": event.live_group}


def make_event(hotel: Hotel, slug: str, seats: int, **rules: str) -> SeatingEvent:
    """Make an event with so many seats."""
    from django.utils import timezone

    from apps.seating.map_files import DrawnSeat
    from apps.seating.models import SeatingEvent
    from apps.seating.services.seat_import import import_seats

    starts_at = timezone.now() + timedelta(days=30)
    event = SeatingEvent.objects.create(
        hotel=hotel, slug=slug, name=slug, starts_at=starts_at, **rules
    )
    drawn = [
        DrawnSeat(
            label=label_of(place),
            section="Stalls",
            row=str(place // IN_ROW + 1),
            number=place % IN_ROW + 1,
            x=float(place % IN_ROW),
            y=float(place // IN_ROW + 1),
            category="Premium" if place < IN_ROW * 5 else "Standard",
            price=Decimal("45.00") if place < IN_ROW * 5 else Decimal("30.00"),
            is_accessible=False,
            is_companion=False,
        )
        for place in range(seats)
    ]
    import_seats(event, drawn, performed_by="bench")
    return event


def label_of(place: int) -> str:
    """Return the label of the nth seat, from 0."""
    return f"{place // IN_ROW + 1}-{place % IN_ROW + 1}"


def _take(slug: str, count: int) -> None:
    """Book the first seats, some hundred at a time."""
    from django.utils import timezone

    from apps.seating.models import SeatAllocation, SeatingEvent, SeatOrder
    from apps.seating.states import AllocationStatus, OrderStatus

    event, now = SeatingEvent.objects.get(slug=slug), timezone.now()
    order = SeatOrder.objects.create(
        event=event,
        number="BENCH-1",
        token_digest="bench",  # noqa: S106  # opens nothing
        status=OrderStatus.CONFIRMED,
        created_at=now,
        expires_at=now,
        submitted_at=now,
        ended_at=now,
    )
    SeatAllocation.objects.bulk_create(
        SeatAllocation(order=order, seat=seat, status=AllocationStatus.BOOKED, price=seat.price)
        for seat in event.seats.order_by("pk")[:count]
    )


def check() -> Mapping[str, int]:
    """Count what must not be."""
    from django.db.models import Count

    from apps.seating.models import PaymentProof, SeatAllocation, SeatingEvent
    from apps.seating.states import LIVE

    live = SeatAllocation.objects.filter(status__in=LIVE).values("seat")
    proofs = PaymentProof.objects.values("order")
    gaps = sum(
        event.changes.count() != event.seq for event in SeatingEvent.objects.exclude(slug="chart")
    )
    return {
        "seats sold twice": live.annotate(n=Count("pk")).filter(n__gt=1).count(),
        "orders with a proof twice": proofs.annotate(n=Count("pk")).filter(n__gt=1).count(),
        "events whose versions have gaps": gaps,
    }


def main(arguments: Sequence[str]) -> Mapping[str, object]:
    """Do what the command line says."""
    command, *counts = arguments
    makers = {"build": build, "gala": gala}
    return makers[command](int(counts[0])) if command in makers else check()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    django.setup()
    print(json.dumps(main(sys.argv[1:])))
