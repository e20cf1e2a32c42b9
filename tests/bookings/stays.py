"""Guests in house, as the tests of the desk need them."""

from __future__ import annotations

from apps.bookings.models import Booking, Room
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.rooming import assign_room
from apps.checkin.services.desk import DeskCheckIn, check_in_at_desk
from apps.locks.models import Lock
from backend.consistency import find_inconsistencies
from tests.background import run_due_jobs
from tests.factories.bookings import BookingFactory
from tests.fakes.lock_cloud import LockCloud

STAFF = "staff:niamh"


def stay_with_codes() -> Booking:
    """Somebody who was checked in at the desk, with a PIN on the front door and on the room."""
    booking = BookingFactory(arriving_today=True, with_doors=True, on_file=True)
    assign_room(booking, booking.assigned_room)
    check_in_at_desk(DeskCheckIn(booking=booking, performed_by=STAFF))
    run_due_jobs()
    booking.refresh_from_db()
    return booking


def leave(booking: Booking, source: str = "tests") -> Booking:
    """Check the guest out."""
    return checkout_booking(booking=booking, performed_by=STAFF, source=source)


def room_of(booking: Booking) -> Room:
    """The booking's room as the database has it now."""
    booking.refresh_from_db()
    assert booking.assigned_room is not None
    return booking.assigned_room


def front_door(booking: Booking) -> Lock:
    """The lock of the house."""
    return Lock.objects.get(account=booking.hotel.lock_account, is_front_door=True)


def own_door(room: Room) -> Lock:
    """The one lock of a room."""
    return room.locks.get()


def codes(lock_cloud: LockCloud, *locks: Lock) -> list[list[str]]:
    """What the locks know, after the worker has done all it can."""
    run_due_jobs()
    return [lock_cloud.codes_on(lock) for lock in locks]


def assert_in_order() -> None:
    """Nothing disagrees."""
    assert [str(finding) for finding in find_inconsistencies()] == []
