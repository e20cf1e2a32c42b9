"""A hotel with somebody in every room: ``python -m bench.full_house STAYS``.

Each stay has all that a stay can have: nights, a guest with an address, codes on the front door
and on the room's own lock. Prints ``{"slug", "token", "stays": [[booking_id, room_id], …]}``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import django

if TYPE_CHECKING:
    from apps.bookings.models import Booking, Hotel, Room
    from apps.locks.models import Lock

SLUG: Final = "full-house"
FIRST_LOCK_ID: Final = 1_000_001
FIRST_CODE_ID: Final = 5_000_001


def build(stays: int) -> dict[str, Any]:
    """Make the hotel, its desk and so many stays in house."""
    hotel, front_door = _hotel()
    rooms = _rooms(hotel, stays)
    bookings = _stays(hotel, rooms)
    _guests(bookings)
    _codes(bookings, front_door)
    return {
        "slug": hotel.slug,
        "token": _token_of_the_desk(hotel),
        "stays": [[booking.booking_id, booking.assigned_room_id] for booking in bookings],
    }


def _hotel() -> tuple[Hotel, Lock]:
    from apps.bookings.models import Hotel
    from apps.locks.models import Lock, LockAccount

    account = LockAccount.objects.create(name=SLUG)
    front_door = Lock.objects.create(
        account=account, vendor_lock_id=FIRST_LOCK_ID, name="Front door", is_front_door=True
    )
    hotel = Hotel.objects.create(
        slug=SLUG,
        name="Full House",
        timezone="Europe/Dublin",
        phone_region="IE",
        email="desk@example.com",
        guest_app_url="https://stay.example.com/#/{token}",
        lock_account=account,
    )
    return hotel, front_door


def _rooms(hotel: Hotel, wanted: int) -> Sequence[Room]:
    from apps.bookings.models import Room
    from apps.locks.models import Lock

    rooms = Room.objects.bulk_create(
        Room(hotel=hotel, number=str(1001 + index), is_occupied=True) for index in range(wanted)
    )
    locks = Lock.objects.bulk_create(
        Lock(
            account=hotel.lock_account,
            vendor_lock_id=FIRST_LOCK_ID + 1 + index,
            name=f"Room {room.number}",
        )
        for index, room in enumerate(rooms)
    )
    doors = Room.locks.through
    doors.objects.bulk_create(
        doors(room=room, lock=lock) for room, lock in zip(rooms, locks, strict=True)
    )
    return rooms


def _stays(hotel: Hotel, rooms: Sequence[Room]) -> Sequence[Booking]:
    from django.utils import timezone

    from apps.bookings.models import Booking
    from apps.bookings.services.rooming import hold_many
    from apps.bookings.stay_window import hotel_today

    now = timezone.now()
    today = hotel_today(hotel.zone, now)
    bookings = Booking.objects.bulk_create(
        Booking(
            hotel=hotel,
            booking_id=f"BK-{index:05d}",
            booking_reference=f"{57_000_000 + index}",
            check_in_date=today - timedelta(days=1),
            check_out_date=today + timedelta(days=1),
            checked_in_at=now - timedelta(hours=12),
            assigned_room=room,
        )
        for index, room in enumerate(rooms)
    )
    hold_many(bookings)
    return bookings


def _guests(bookings: Sequence[Booking]) -> None:
    from apps.bookings.models import Guest

    Guest.objects.bulk_create(
        Guest(
            booking=booking,
            room=booking.assigned_room,
            full_name="Maeve O'Sullivan",
            email=f"guest-{index}@example.com",
        )
        for index, booking in enumerate(bookings)
    )


def _codes(bookings: Sequence[Booking], front_door: Lock) -> None:
    from django.utils import timezone

    from apps.bookings.stay_window import stay_window
    from apps.common.crypto import keyed_digest
    from apps.locks.models import AccessCode, AccessGrant
    from apps.locks.states import CodeState, GrantState

    now = timezone.now()
    hours = {"starts_at": stay_window(bookings[0]).starts_at, "asked_at": now}
    hours["ends_at"] = stay_window(bookings[0]).ends_at
    grants = AccessGrant.objects.bulk_create(
        AccessGrant(
            account=front_door.account,
            holder=booking.lock_holder,
            label=booking.booking_reference,
            pin=_digits(index),
            pin_length=len(_digits(index)),
            state=GrantState.READY,
            ready_at=now,
            **hours,
        )
        for index, booking in enumerate(bookings)
    )
    doors = [
        (grant, lock)
        for grant, booking in zip(grants, bookings, strict=True)
        for lock in (front_door, *_locks_of(booking))
    ]
    through = AccessGrant.locks.through
    through.objects.bulk_create(through(accessgrant=grant, lock=lock) for grant, lock in doors)
    AccessCode.objects.bulk_create(
        AccessCode(
            grant=grant,
            lock=lock,
            digits=grant.pin,
            digits_digest=keyed_digest(grant.pin),
            state=CodeState.SET,
            vendor_code_id=FIRST_CODE_ID + index,
            accepted_at=now,
            **hours,
        )
        for index, (grant, lock) in enumerate(doors)
    )


def _digits(index: int) -> str:
    return f"{1_000_000 + index}"


def _locks_of(booking: Booking) -> Sequence[Lock]:
    assert booking.assigned_room is not None  # noqa: S101  # each was made with one
    return list(booking.assigned_room.locks.all())


def _token_of_the_desk(hotel: Hotel) -> str:
    from django.contrib.auth.models import User

    from apps.staff.models import Membership
    from apps.staff.roles import Role
    from apps.staff.services.logins import open_login

    desk = User.objects.create(username="desk")
    Membership.objects.create(user=desk, hotel=hotel, role=Role.FRONT_DESK)
    return open_login(desk).token


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    django.setup()
    print(json.dumps(build(int(sys.argv[1]))))
