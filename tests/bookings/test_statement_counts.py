"""How often a check-out asks the database: reviewed numbers, which no size of hotel changes."""

from __future__ import annotations

from typing import Final

import pytest

from apps.bookings.models import Booking, Hotel
from apps.bookings.services.bulk import READ_AT_ONCE, BulkCheckOut, Outcome, bulk_check_out
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.rooming import hold_many
from apps.locks.models import Lock
from apps.staff.identity import StaffIdentity
from apps.staff.selectors import identity_of
from tests.bookings.stays import STAFF, assert_in_order
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory, RoomFactory
from tests.factories.concierge import RoomServiceOrderFactory, guest_writes
from tests.factories.locks import AccessCodeFactory, AccessGrantFactory
from tests.factories.staff import works_at
from tests.statements import statements

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]

# Each number is reviewed: what is added here is waited for in every room of a full house.
ONE: Final = 16
EACH_OF_MANY: Final = 15
FOR_ALL: Final = 3  # the rooms, their stays, the guests of these


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory(with_locks=True)
    return made


@pytest.fixture
def staff(hotel: Hotel) -> StaffIdentity:
    return identity_of(works_at(hotel))


def in_house(hotel: Hotel) -> Booking:
    """A stay with all that a stay can have: codes, an address, a chat, an order, nights."""
    room = RoomFactory(hotel=hotel, occupied=True, with_lock=True)
    booking: Booking = BookingFactory(hotel=hotel, in_house=True, assigned_room=room)
    GuestFactory(booking=booking, email="mary@example.com")
    guest_writes(booking)
    RoomServiceOrderFactory(booking=booking)
    hold_many([booking])
    doors = [Lock.objects.get(account=hotel.lock_account, is_front_door=True), room.locks.get()]
    grant = AccessGrantFactory(
        account=hotel.lock_account,
        holder=booking.lock_holder,
        pin=f"{40_000 + booking.pk}",  # one front door, so no two are the same
        ready=True,
        locks=doors,
    )
    for door in doors:
        AccessCodeFactory(grant=grant, lock=door, on_the_lock=True)
    return booking


def test_one_check_out_makes_the_reviewed_number_of_statements(hotel: Hotel) -> None:
    alone = in_house(hotel)

    def leave() -> None:
        checkout_booking(booking=alone, performed_by=STAFF, source="tests")

    made = statements(leave)

    assert len(made) == ONE, "\n".join(made)


@pytest.mark.parametrize("count", [1, 20])
def test_of_many_check_outs_each_makes_as_many(
    hotel: Hotel, staff: StaffIdentity, count: int
) -> None:
    stays = [in_house(hotel) for _ in range(count)]
    rooms = [stay.assigned_room_id for stay in stays if stay.assigned_room_id is not None]
    items = []

    def leave() -> None:
        items.extend(bulk_check_out(BulkCheckOut(hotel=hotel, room_ids=rooms, staff=staff)))

    made = statements(leave)

    assert [item.outcome for item in items] == [Outcome.CHECKED_OUT] * count
    assert len(made) == FOR_ALL + EACH_OF_MANY * count, "\n".join(made)
    assert_in_order()


def test_what_is_read_for_all_is_read_again_for_every_hundred_rooms(
    hotel: Hotel, staff: StaffIdentity
) -> None:
    """However many are asked for, no room is judged by what was read minutes ago."""
    rooms = [room.pk for room in RoomFactory.create_batch(READ_AT_ONCE + 1, hotel=hotel)]

    def leave() -> None:
        bulk_check_out(BulkCheckOut(hotel=hotel, room_ids=rooms, staff=staff, is_dry_run=True))

    assert len(statements(leave)) == 2 * 2  # nobody is in them: no guests are read
