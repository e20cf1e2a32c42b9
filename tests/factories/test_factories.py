"""Every trait makes a row that the database and the model's own checks accept."""

from __future__ import annotations

from typing import Any

import pytest
from factory.django import DjangoModelFactory

from tests.factories import bookings, checkin, locks

FACTORIES = [
    locks.LockAccountFactory,
    locks.GatewayFactory,
    locks.LockFactory,
    locks.AccessGrantFactory,
    locks.AccessCodeFactory,
    bookings.HotelFactory,
    bookings.RoomFactory,
    bookings.BookingFactory,
    bookings.GuestFactory,
    checkin.CheckInFlowFactory,
]


def _with_each_trait() -> list[Any]:
    return [
        pytest.param(maker, traits, id="-".join([maker.__name__, *traits]))
        for maker in FACTORIES
        for traits in [{}, *({name: True} for name in maker._meta.parameters if name != "nights")]
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("maker", "traits"), _with_each_trait())
def test_each_trait_makes_a_valid_row(
    maker: type[DjangoModelFactory[Any]], traits: dict[str, bool]
) -> None:
    maker(**traits).full_clean()


@pytest.mark.django_db
def test_a_booking_with_doors_has_a_lock_at_the_front_and_one_at_the_room() -> None:
    booking = bookings.BookingFactory(with_doors=True, arriving_today=True)

    account = booking.hotel.lock_account
    assert [lock.is_front_door for lock in account.locks.order_by("-is_front_door")] == [
        True,
        False,
    ]
    assert booking.assigned_room.locks.get().account == account
