"""Two houses with a row of every kind that has a page: what one's people do, the other's never see.

``MARK`` is in the name of everything that is the other house's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model

from apps.bookings.models import Hotel
from apps.staff.models import Membership
from apps.staff.roles import Role
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory, RoomFactory
from tests.factories.concierge import MenuItemFactory
from tests.factories.staff import UserFactory

MARK = "Zanzibar"

Maker = Callable[[Hotel, str], Model]


def _user(hotel: Hotel, mark: str) -> Model:
    user = UserFactory(username=f"{mark}-desk", first_name=mark)
    Membership.objects.create(user=user, hotel=hotel, role=Role.FRONT_DESK)
    return user


def _membership(hotel: Hotel, mark: str) -> Model:
    user = UserFactory(username=f"{mark}-cleaner", first_name=mark)
    return Membership.objects.create(user=user, hotel=hotel, role=Role.HOUSEKEEPING)


def _guest(hotel: Hotel, mark: str) -> Model:
    guest: Any = GuestFactory(
        full_name=f"{mark} Guest", booking__hotel=hotel, booking__booking_id=f"{mark}-2"
    )
    return guest  # type: ignore[no-any-return]


MAKERS: dict[str, Maker] = {
    "bookings.hotel": lambda hotel, _mark: hotel,
    "bookings.room": lambda hotel, mark: RoomFactory(hotel=hotel, number=mark),
    "bookings.booking": lambda hotel, mark: BookingFactory(
        hotel=hotel, booking_id=f"{mark}-1", contact_name=f"{mark} Party"
    ),
    "bookings.guest": _guest,
    "concierge.menuitem": lambda hotel, mark: MenuItemFactory(hotel=hotel, name=f"{mark} soup"),
    "auth.user": _user,
    "staff.membership": _membership,
}


def house(mark: str) -> Hotel:
    """Return a house of that name."""
    hotel: Hotel = HotelFactory(name=f"{mark} House", slug=mark.lower())
    return hotel


def furnish(hotel: Hotel, mark: str) -> dict[str, Model]:
    """Return a row of every kind, all of the hotel."""
    return {label: make(hotel, mark) for label, make in MAKERS.items()}
