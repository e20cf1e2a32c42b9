"""The rows that a run begins with: ``python -m tests.chaos.house STAYS SEATS WEBHOOK_URL``.

Two hotels, each with arrivals of today, spare rooms, an event with seats, and a login of its desk;
one partner who wants to hear of everything at both. Prints them as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import django

if TYPE_CHECKING:
    from apps.bookings.models import Hotel

HOTELS: Final = 2
SPARE_ROOMS: Final = 6


def build(stays: int, seats: int, webhook_url: str) -> Mapping[str, Any]:
    """Make everything; ``stays`` and ``seats`` are for each hotel."""
    from bench.eight_houses import make_hotel

    hotels = [make_hotel(house) for house in range(HOTELS)]
    return {
        "hotels": [_house(hotel, house, stays, seats) for house, hotel in enumerate(hotels)],
        "partner_key": _partner(hotels, webhook_url),
    }


def _house(hotel: Hotel, house: int, stays: int, seats: int) -> Mapping[str, Any]:
    from bench.eight_houses import make_arrivals, make_rooms
    from bench.seat_house import make_event

    rooms = make_rooms(hotel, house, stays + SPARE_ROOMS)
    bookings = make_arrivals(hotel, house, rooms[SPARE_ROOMS:])
    event = make_event(hotel, f"gala-{house}", seats)
    event.refresh_from_db()
    return {
        "pk": hotel.pk,
        "slug": hotel.slug,
        "token": _login(hotel),
        "arrivals": [[b.booking_id, b.booking_reference] for b in bookings],
        "spare_rooms": [room.number for room in rooms[:SPARE_ROOMS]],
        "event": event.slug,
        "map_version": event.seq,
        "seats": [seat.label for seat in event.seats.order_by("pk")],
    }


def _login(hotel: Hotel) -> str:
    from django.contrib.auth.models import User

    from apps.staff.models import Membership
    from apps.staff.roles import Role
    from apps.staff.services.logins import open_login

    manager = User.objects.create_user(f"manager-{hotel.slug}")
    Membership.objects.create(user=manager, hotel=hotel, role=Role.MANAGER)
    return open_login(manager).token


def _partner(hotels: Sequence[Hotel], webhook_url: str) -> str:
    from apps.partners.scopes import Scope
    from apps.partners.selectors import identify
    from apps.partners.services.keys import NewKey, create_key
    from apps.partners.services.webhook_endpoints import create_endpoint
    from apps.partners.webhooks.event_types import EVENT_TYPES

    wanted = NewKey(partner="PMS", name="chaos", hotels=hotels, scopes=list(Scope))
    key = create_key(wanted, performed_by="chaos").secret
    create_endpoint(
        partner=identify(f"Api-Key {key}"),
        url=webhook_url,
        event_types=list(EVENT_TYPES),
        hotel_slugs=[hotel.slug for hotel in hotels],
    )
    return key


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    django.setup()
    sys.stdout.write(json.dumps(build(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])))
