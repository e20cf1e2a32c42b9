"""The demo's two houses: hotels, rooms, locks and gateways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from apps.bookings.models import Hotel, Room, Verification
from apps.locks.models import Gateway, Lock, LockAccount

ROOMS_PER_FLOOR: Final = 20
IN_HOUSE_NUMBERS: Final = ("112", "113", "114", "115", "116")
SPARE_NUMBER: Final = "120"
RESERVED: Final = frozenset({*IN_HOUSE_NUMBERS, SPARE_NUMBER})


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """How one demo hotel is built. Lock ids follow the simulator's own numbering of gateways."""

    slug: str
    name: str
    zone: str
    region: str
    phone: str
    email: str
    whatsapp: str
    parking_info: str
    wifi_name: str
    wifi_password: str
    house_notes: str
    first_lock_id: int
    gateway_ids: tuple[int, int]  # for the front door, for the rooms


KILLARNEY: Final = House(
    slug="hotel-killarney",
    name="Hotel Killarney",
    zone="Europe/Dublin",
    region="IE",
    phone="+353209130001",
    email="desk@killarney.example.com",
    whatsapp="+353209130002",
    parking_info="Behind the house, first gate on the left. Free for guests; 1.9 m high at most.",
    wifi_name="Killarney Guests",
    wifi_password="lakes-and-fells",  # noqa: S106  # public
    house_notes="Breakfast is from 7 to 10 in the garden room. Quiet hours are from 11.",
    first_lock_id=1_000_000,
    gateway_ids=(1, 2),
)
DINGLE: Final = House(
    slug="hotel-dingle",
    name="Hotel Dingle",
    zone="Europe/Dublin",
    region="IE",
    phone="+353209140001",
    email="desk@dingle.example.com",
    whatsapp="+353209140002",
    parking_info="On the pier; the first hour is free.",
    wifi_name="Dingle Guests",
    wifi_password="harbour-lights",  # noqa: S106  # public
    house_notes="Breakfast is from 8 to 10 at the long table.",
    first_lock_id=2_000_000,
    gateway_ids=(3, 4),
)


def ensure_hotel(house: House) -> Hotel:
    """Return the hotel with its lock account, gateways and front door."""
    found = Hotel.objects.filter(slug=house.slug).select_related("lock_account").first()
    if found is not None:
        return found
    account = LockAccount.objects.create(name=house.name)
    gateways = [
        Gateway.objects.create(account=account, vendor_gateway_id=vendor_id, name=name)
        for vendor_id, name in zip(house.gateway_ids, ("Hall", "Landing"), strict=True)
    ]
    front_door = Lock.objects.create(
        account=account, vendor_lock_id=house.first_lock_id, name="Front door", is_front_door=True
    )
    front_door.gateways.set(gateways[:1])
    return Hotel.objects.create(
        slug=house.slug,
        name=house.name,
        timezone=house.zone,
        phone_region=house.region,
        phone=house.phone,
        email=house.email,
        whatsapp_number=house.whatsapp,
        parking_info=house.parking_info,
        wifi_name=house.wifi_name,
        wifi_password=house.wifi_password,
        house_notes=house.house_notes,
        checkin_verification=Verification.NONE,
        inspects_rooms=True,
        lock_account=account,
    )


def ensure_rooms(hotel: Hotel, house: House, numbers: Sequence[str]) -> list[Room]:
    """Return the rooms of these numbers, in order, made with a lock each where missing."""
    there = {room.number: room for room in hotel.rooms.filter(number__in=numbers)}
    missing = [number for number in numbers if number not in there]
    there |= {room.number: room for room in _build_rooms(hotel, house, missing)}
    return [there[number] for number in numbers]


def _build_rooms(hotel: Hotel, house: House, numbers: Sequence[str]) -> list[Room]:
    rooms = Room.objects.bulk_create([Room(hotel=hotel, number=number) for number in numbers])
    account = hotel.lock_account
    gateway = Gateway.objects.get(vendor_gateway_id=house.gateway_ids[1])
    # Odd ids hang on the second gateway in the simulator's own numbering, as in these rows.
    built = Lock.objects.filter(account=account, is_front_door=False).count()
    locks = Lock.objects.bulk_create(
        [
            Lock(
                account=account,
                vendor_lock_id=house.first_lock_id + 2 * (built + index) + 1,
                name=f"Room {room.number}",
            )
            for index, room in enumerate(rooms)
        ]
    )
    Room.locks.through.objects.bulk_create(
        [
            Room.locks.through(room_id=room.pk, lock_id=lock.pk)
            for room, lock in zip(rooms, locks, strict=True)
        ]
    )
    Lock.gateways.through.objects.bulk_create(
        [Lock.gateways.through(lock_id=lock.pk, gateway_id=gateway.pk) for lock in locks]
    )
    return rooms


def room_numbers() -> Iterator[str]:
    """Yield numbers for arriving guests' rooms, floor by floor, leaving the reserved ones out."""
    for floor in count(1):
        for door in range(1, ROOMS_PER_FLOOR + 1):
            number = f"{floor}{door:02d}"
            if number not in RESERVED:
                yield number
