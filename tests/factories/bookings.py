"""Hotels, rooms, bookings, guests. Days are counted in the hotel's zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.bookings.models import Booking, Guest, Hotel, Room, Verification
from apps.bookings.states import BookingStatus, RoomCondition
from apps.bookings.stay_window import hotel_today
from apps.locks.models import Lock
from tests.factories.locks import LockAccountFactory, LockFactory

# Kept for fiction by Ofcom, and well formed: 020 7946 0000 to 0999.
PHONE = "+442079460123"
OTHER_PHONE = "+442079460987"


class HotelFactory(DjangoModelFactory):
    """A hotel in Dublin that asks its guests for nothing.

    ``with_locks=True``: an account at the lock cloud and a front door with a lock.
    """

    class Meta:
        model = Hotel
        skip_postgeneration_save = True

    class Params:
        with_locks = factory.Trait(
            lock_account=factory.SubFactory(LockAccountFactory),
            front_door=factory.PostGeneration(
                lambda hotel, create, _given, **_: (
                    create
                    and LockFactory(account=hotel.lock_account, name="Front door", front_door=True)
                )
            ),
        )

    slug = factory.Sequence(lambda n: f"hotel-{n}")
    name = factory.Sequence(lambda n: f"Hotel {n}")
    timezone = "Europe/Dublin"
    phone_region = "IE"
    phone = "+44 20 7946 0100"
    email = "desk@example.com"
    whatsapp_number = "+44 20 7946 0200"
    guest_app_url = "https://stay.example.com/#/{token}"
    parking_info = "Behind the house."
    checkin_verification = Verification.NONE


class RoomFactory(DjangoModelFactory):
    """A vacant room that is ready for a guest. ``with_lock=True``: its door has a lock."""

    class Meta:
        model = Room
        skip_postgeneration_save = True

    class Params:
        with_lock = factory.Trait(
            own_lock=factory.PostGeneration(
                lambda room, create, _given, **_: create and _give_lock(room)
            )
        )
        occupied = factory.Trait(is_occupied=True)
        dirty = factory.Trait(condition=RoomCondition.DIRTY)
        being_cleaned = factory.Trait(condition=RoomCondition.CLEANING)
        uninspected = factory.Trait(condition=RoomCondition.CLEAN_UNINSPECTED)
        out_of_service = factory.Trait(is_out_of_service=True)

    hotel = factory.SubFactory(HotelFactory)
    number = factory.Sequence(lambda n: str(101 + n))

    @factory.post_generation
    def locks(self, create: bool, extracted: Iterable[Lock] | None, **_: Any) -> None:
        if create and extracted:
            self.locks.set(extracted)


def _give_lock(room: Room) -> None:
    """A lock of the hotel's account, which is opened on first need."""
    if room.hotel.lock_account is None:
        room.hotel.lock_account = LockAccountFactory()
        room.hotel.save(update_fields=["lock_account"])
    room.locks.add(LockFactory(account=room.hotel.lock_account, name=f"Room {room.number}"))


def _today(booking: Any) -> Any:
    return hotel_today(booking.hotel.zone, timezone.now())


class BookingFactory(DjangoModelFactory):
    """A confirmed booking for two nights from tomorrow, without a room and with nothing on file.

    ``with_room=True``: a ready room; ``with_doors=True``: a front door and a room, both with
    locks. ``in_house=True`` has a room that is occupied.
    """

    class Meta:
        model = Booking
        skip_postgeneration_save = True

    class Params:
        nights = 2
        with_room = factory.Trait(
            assigned_room=factory.SubFactory(RoomFactory, hotel=factory.SelfAttribute("..hotel"))
        )
        with_doors = factory.Trait(
            hotel=factory.SubFactory(HotelFactory, with_locks=True),
            assigned_room=factory.SubFactory(
                RoomFactory, hotel=factory.SelfAttribute("..hotel"), with_lock=True
            ),
        )
        arriving_today = factory.Trait(check_in_date=factory.LazyAttribute(_today))
        in_house = factory.Trait(
            check_in_date=factory.LazyAttribute(_today),
            assigned_room=factory.SubFactory(
                RoomFactory, hotel=factory.SelfAttribute("..hotel"), occupied=True
            ),
            checked_in_at=factory.LazyFunction(timezone.now),
        )
        # The window is over, whoever was there.
        over = factory.Trait(
            check_in_date=factory.LazyAttribute(lambda booking: _today(booking) - timedelta(days=4))
        )
        checked_out = factory.Trait(
            status=BookingStatus.COMPLETED,
            check_in_date=factory.LazyAttribute(
                lambda booking: _today(booking) - timedelta(days=2)
            ),
            checked_in_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=2)),
            checked_out_at=factory.LazyFunction(timezone.now),
        )
        pending = factory.Trait(status=BookingStatus.PENDING)
        cancelled = factory.Trait(status=BookingStatus.CANCELLED)
        no_show = factory.Trait(status=BookingStatus.NO_SHOW)
        on_file = factory.Trait(
            contact_name="Mary O'Brien", contact_phone=PHONE, contact_email="mary@example.com"
        )

    hotel = factory.SubFactory(HotelFactory)
    booking_id = factory.Sequence(lambda n: f"BK-2026-{n:04d}")
    booking_reference = factory.Sequence(lambda n: f"{5_735_300_000 + n}")
    check_in_date = factory.LazyAttribute(lambda booking: _today(booking) + timedelta(days=1))
    check_out_date = factory.LazyAttribute(
        lambda booking: booking.check_in_date + timedelta(days=booking.nights)
    )


class GuestFactory(DjangoModelFactory):
    """The one who checked in, with a phone and no car."""

    class Meta:
        model = Guest

    booking = factory.SubFactory(BookingFactory, in_house=True)
    room = factory.SelfAttribute("booking.assigned_room")
    full_name = "Mary O'Brien"
    phone_number = PHONE
