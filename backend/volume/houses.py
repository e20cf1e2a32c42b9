"""Hotels with their rooms, locks and gateways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from apps.bookings.models import Hotel, Room, Verification
from apps.bookings.stay_window import StayWindow, local_instant
from apps.concierge.models import MenuItem
from apps.locks.models import Gateway, Lock, LockAccount
from backend.volume.sheets import Sheets

ZONES: Final = ("Europe/Dublin", "Europe/London", "Europe/Lisbon")
REGIONS: Final = ("IE", "GB", "PT")
FIRST_VENDOR_ID: Final = 5_000_000_000  # beyond those of the demo and of the simulator
MOST_ROOMS: Final = 10_000
MENU: Final = ("Tea", "Coffee", "Soup of the day", "Toasted sandwich", "Porridge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A room and the key of its lock."""

    room: int
    number: str
    lock: int


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A hotel that is being filled, with the keys of what it is built of."""

    hotel: Hotel
    account: int
    front_door: int
    doors: Sequence[Door]
    menu: Sequence[int]
    today: date
    now: datetime
    random: Random

    def window(self, begins: date, ends: date) -> StayWindow:
        """Return the instants between which a guest of these nights may open the doors."""
        zone = self.hotel.timezone
        return StayWindow(
            starts_at=_instant(begins, self.hotel.check_in_time.hour, zone),
            ends_at=_instant(ends, self.hotel.check_out_time.hour, zone),
        )

    def ago(self, most: timedelta) -> datetime:
        """Return an instant within the time before now."""
        return self.now - most * self.random.random()


@lru_cache(maxsize=10_000)
def _instant(day: date, hour: int, zone: str) -> datetime:
    clock = datetime(2000, 1, 1, hour, tzinfo=UTC).time()
    return local_instant(day, clock, ZoneInfo(zone), is_end=False)


def zone_of(number: int) -> ZoneInfo:
    """Return where the hotel of that number is."""
    return ZoneInfo(ZONES[number % len(ZONES)])


def build_house(
    sheets: Sheets, *, number: int, occupied: Sequence[bool], now: datetime, random: Random
) -> House:
    """Add a hotel with a room for each of ``occupied``, behind a lock of its own and the front
    door's."""
    account = sheets[LockAccount].add(name=f"House {number}", due_at=now + timedelta(hours=1))
    hotel = Hotel(
        slug=f"house-{number:04d}",
        name=f"House {number}",
        timezone=str(zone_of(number)),
        phone_region=REGIONS[number % len(ZONES)],
        phone=f"+44207946{random.randrange(1000):04d}",
        email=f"desk@house-{number}.example.com",
        whatsapp_number=f"+44207946{random.randrange(1000):04d}",
        guest_app_url="https://stay.example.com/#/{token}",
        checkin_verification=Verification.NONE,
        lock_account_id=account,
    )
    columns = {
        field.attname: getattr(hotel, field.attname) for field in Hotel._meta.concrete_fields
    }
    del columns["id"]
    hotel.pk = sheets[Hotel].add(**columns)
    front_door, doors = _hang_doors(sheets, hotel, occupied, now)
    menu = [
        sheets[MenuItem].add(hotel_id=hotel.pk, name=name, category="All day", price=6)
        for name in MENU
    ]
    return House(
        hotel=hotel,
        account=account,
        front_door=front_door,
        doors=doors,
        menu=menu,
        today=now.astimezone(hotel.zone).date(),
        now=now,
        random=random,
    )


def _hang_doors(
    sheets: Sheets, hotel: Hotel, occupied: Sequence[bool], now: datetime
) -> tuple[int, Sequence[Door]]:
    account, first_id = hotel.lock_account_id, FIRST_VENDOR_ID + hotel.pk * MOST_ROOMS
    gateways = [
        sheets[Gateway].add(account_id=account, vendor_gateway_id=first_id + place, name=name)
        for place, name in enumerate(("Hall", "Landing"))
    ]

    def hang(name: str, place: int, *, is_front_door: bool = False) -> int:
        key: int = sheets[Lock].add(
            account_id=account,
            vendor_lock_id=first_id + place,
            name=name,
            is_front_door=is_front_door,
            battery_percent=80,
            looked_at=now,
            due_at=now + timedelta(hours=1),
        )
        gateway = gateways[0 if is_front_door else 1]
        sheets[Lock.gateways.through].add(lock_id=key, gateway_id=gateway)
        return key

    front_door = hang("Front door", 0, is_front_door=True)
    doors = []
    for place, is_occupied in enumerate(occupied, start=1):
        number = f"{1 + (place - 1) // 20}{1 + (place - 1) % 20:02d}"
        room = sheets[Room].add(hotel_id=hotel.pk, number=number, is_occupied=is_occupied)
        lock = hang(f"Room {number}", place)
        sheets[Room.locks.through].add(room_id=room, lock_id=lock)
        doors.append(Door(room=room, number=number, lock=lock))
    return front_door, doors
