"""A hotel with reservations and a partner's key: ``python -m bench.partner_house COUNT``.

Prints ``{"hotel_id", "slug", "key", "arrival", "departure"}``.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any, Final

import django

SLUG: Final = "partner-house"


def build(count: int) -> dict[str, Any]:
    """Make the hotel, so many reservations with rooms, and a key with every scope."""
    from django.utils import timezone

    from apps.bookings.models import Booking, Hotel, Room
    from apps.bookings.services.rooming import hold_many
    from apps.partners.scopes import Scope
    from apps.partners.services.keys import NewKey, create_key

    hotel = Hotel.objects.create(
        slug=SLUG, name="Partner House", timezone="Europe/Dublin", phone_region="IE"
    )
    arrival = timezone.now().date() + timedelta(days=30)
    departure = arrival + timedelta(days=2)
    rooms = Room.objects.bulk_create(
        [Room(hotel=hotel, number=str(101 + index)) for index in range(count)]
    )
    bookings = Booking.objects.bulk_create(
        [
            Booking(
                hotel=hotel,
                booking_id=f"BK-{index}",
                booking_reference=f"LISTED-{index}",
                check_in_date=arrival,
                check_out_date=departure,
                assigned_room=room,
                contact_name="Aoife Byrne",
                contact_email="aoife@example.com",
            )
            for index, room in enumerate(rooms)
        ]
    )
    hold_many(bookings)
    wanted = NewKey(partner="Bench PMS", name="bench", hotels=[hotel], scopes=list(Scope))
    return {
        "hotel_id": hotel.pk,
        "slug": hotel.slug,
        "key": create_key(wanted, performed_by="bench").secret,
        "arrival": arrival.isoformat(),
        "departure": departure.isoformat(),
    }


if __name__ == "__main__":
    django.setup(set_prefix=False)
    print(json.dumps(build(int(sys.argv[1]))))
