"""Eight hotels with a gateway each, full of arrivals: ``python -m bench.eight_houses GUESTS``.

A hotel's front door and all its rooms hang on the hotel's one gateway, so every gateway gets the
same work, and no command waits for another hotel's. Prints ``[[slug, reference], …]``, hotel by
turns.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import django

if TYPE_CHECKING:
    from apps.bookings.models import Booking, Hotel, Room

HOUSES: Final = 8
FIRST_LOCK_ID: Final = 1_000_000  # the simulator hangs lock n on gateway 1 + n % 8


def build(guests: int) -> list[tuple[str, str]]:
    """Make the hotels with so many arrivals of today altogether."""
    each = -(-guests // HOUSES)
    hotels = [make_hotel(house) for house in range(HOUSES)]
    arrivals = [
        make_arrivals(hotel, house, make_rooms(hotel, house, each))
        for house, hotel in enumerate(hotels)
    ]
    turns = zip(*arrivals, strict=True)
    return [(b.hotel.slug, b.booking_reference) for turn in turns for b in turn][:guests]


def make_hotel(house: int) -> Hotel:
    """Make one of the hotels: its account, its gateway and its front door."""
    from apps.bookings.models import Hotel, Verification
    from apps.locks.models import Gateway, Lock, LockAccount

    account = LockAccount.objects.create(name=f"House {house}")
    gateway = Gateway.objects.create(account=account, vendor_gateway_id=house + 1, name="Hall")
    front_door = Lock.objects.create(
        account=account, vendor_lock_id=FIRST_LOCK_ID + house, name="Front door", is_front_door=True
    )
    front_door.gateways.add(gateway)
    return Hotel.objects.create(
        slug=f"house-{house}",
        name=f"House {house}",
        timezone="Europe/Dublin",
        phone_region="IE",
        phone="+353209130001",
        email="desk@example.com",
        guest_app_url="https://stay.example.com/#/{token}",
        checkin_verification=Verification.NONE,
        lock_account=account,
    )


def make_rooms(hotel: Hotel, house: int, wanted: int) -> Sequence[Room]:
    """Make ready rooms, each with a lock on the hotel's gateway."""
    from apps.bookings.models import Room
    from apps.locks.models import Gateway, Lock

    gateway = Gateway.objects.select_related("account").get(vendor_gateway_id=house + 1)
    rooms = Room.objects.bulk_create(
        [Room(hotel=hotel, number=str(101 + index)) for index in range(wanted)]
    )
    for index, room in enumerate(rooms):
        lock = Lock.objects.create(
            account=gateway.account,
            vendor_lock_id=FIRST_LOCK_ID + HOUSES * (index + 1) + house,
            name=f"Room {room.number}",
        )
        lock.gateways.add(gateway)
        room.locks.add(lock)
    return rooms


def make_arrivals(hotel: Hotel, house: int, rooms: Sequence[Room]) -> Sequence[Booking]:
    """Make a booking from today for each of the rooms."""
    from django.utils import timezone

    from apps.bookings.models import Booking
    from apps.bookings.services.rooming import hold_many
    from apps.bookings.stay_window import hotel_today

    today = hotel_today(hotel.zone, timezone.now())
    bookings = Booking.objects.bulk_create(
        [
            Booking(
                hotel=hotel,
                booking_id=f"BK-{index:05d}",
                booking_reference=f"{57_000_000 + 100_000 * house + index}",
                check_in_date=today,
                check_out_date=today + timedelta(days=2),
                assigned_room=room,
            )
            for index, room in enumerate(rooms)
        ]
    )
    hold_many(bookings)
    return bookings


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    django.setup()
    print(json.dumps(build(int(sys.argv[1]))))
