"""Many check-outs and check-ins at once: each by itself, each with its result."""

from __future__ import annotations

from typing import Any

import pytest

from apps.bookings.models import Booking, Guest, Hotel, RemovalRecord, Room
from apps.bookings.services import bulk
from apps.bookings.services.bulk import BulkCheckOut, BulkItem, Outcome, bulk_check_out
from apps.bookings.services.rooming import assign_room
from apps.bookings.services.undo import undo_check_out
from apps.bookings.states import BookingStatus, RoomStatus
from apps.checkin.services.bulk import MOST_BOOKINGS, Arrival, BulkCheckIn, bulk_check_in
from apps.common.errors import Forbidden, Invalid
from apps.common.models import Event
from apps.staff.identity import StaffIdentity
from apps.staff.selectors import identity_of
from tests.bookings.stays import STAFF, assert_in_order
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory, RoomFactory
from tests.factories.staff import UserFactory, works_at

pytestmark = pytest.mark.django_db
MOST_QUERIES_A_ROOM = 15


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


@pytest.fixture
def staff(hotel: Hotel) -> StaffIdentity:
    return identity_of(works_at(hotel))


def in_house(hotel: Hotel) -> Booking:
    booking: Booking = BookingFactory(hotel=hotel, in_house=True)
    assign_room(booking, booking.assigned_room)
    GuestFactory(booking=booking)
    return booking


def key(booking: Booking) -> int:
    assert booking.assigned_room_id is not None
    return booking.assigned_room_id


def check_out(hotel: Hotel, staff: StaffIdentity, *ids: int, **more: bool) -> list[BulkItem]:
    return bulk_check_out(BulkCheckOut(hotel=hotel, room_ids=ids, staff=staff, **more))


def check_in(hotel: Hotel, staff: StaffIdentity, *arrivals: Arrival, **more: bool) -> Any:
    return bulk_check_in(BulkCheckIn(hotel=hotel, arrivals=arrivals, staff=staff, **more))


# -- check-outs ----------------------------------------------------------------------------------


def test_results_keep_the_order_and_tell_what_became_of_each(
    hotel: Hotel, staff: StaffIdentity
) -> None:
    stay, foreign = in_house(hotel), in_house(HotelFactory())
    empty = RoomFactory(hotel=hotel)

    items = check_out(hotel, staff, key(foreign), empty.pk, key(stay), 999_999_999, key(stay))

    assert [(item.room_id, item.outcome, item.code) for item in items] == [
        (key(foreign), Outcome.NOT_FOUND, "ROOM_NOT_FOUND"),
        (empty.pk, Outcome.CLEARED, None),
        (key(stay), Outcome.CHECKED_OUT, None),
        (999_999_999, Outcome.NOT_FOUND, "ROOM_NOT_FOUND"),
    ]
    foreign.refresh_from_db()
    assert foreign.status == BookingStatus.CONFIRMED
    assert_in_order()


def test_a_dry_run_answers_the_same_and_changes_nothing(hotel: Hotel, staff: StaffIdentity) -> None:
    stay, ghost = in_house(hotel), RoomFactory(hotel=hotel, occupied=True)
    ids = (key(stay), ghost.pk, 999_999_999)

    tried = check_out(hotel, staff, *ids, is_dry_run=True)

    stay.refresh_from_db()
    ghost.refresh_from_db()
    assert stay.status == BookingStatus.CONFIRMED
    assert ghost.is_occupied
    assert not Event.objects.exists()
    assert check_out(hotel, staff, *ids) == tried


def test_one_that_is_refused_stops_no_other(
    hotel: Hotel, staff: StaffIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    stays = [in_house(hotel) for _ in range(3)]
    free = RoomFactory(hotel=hotel)
    read = bulk._stays_in

    def move_one_after_reading(room_ids: list[int]) -> dict[int, Booking]:
        found = read(room_ids)
        monkeypatch.setattr(bulk, "_stays_in", read)
        Booking.objects.filter(pk=stays[1].pk).update(assigned_room=free)
        return found

    monkeypatch.setattr(bulk, "_stays_in", move_one_after_reading)

    items = check_out(hotel, staff, *map(key, stays))

    assert [item.outcome for item in items] == [
        Outcome.CHECKED_OUT,
        Outcome.REFUSED,
        Outcome.CHECKED_OUT,
    ]


def test_a_ghost_is_cleared_and_recorded(hotel: Hotel, staff: StaffIdentity) -> None:
    ghost: Room = RoomFactory(hotel=hotel, occupied=True)

    check_out(hotel, staff, ghost.pk)

    ghost.refresh_from_db()
    assert ghost.status == RoomStatus.CHECKOUT_DIRTY
    change = ghost.status_changes.get()
    assert (change.old_status, change.performed_by) == (RoomStatus.OCCUPIED, staff.actor)
    assert ghost.tasks.count() == 1


def test_a_vacant_room_keeps_its_state(hotel: Hotel, staff: StaffIdentity) -> None:
    ready: Room = RoomFactory(hotel=hotel)

    check_out(hotel, staff, ready.pk)

    ready.refresh_from_db()
    assert ready.status == RoomStatus.READY_FOR_GUEST
    assert not Event.objects.exists()


def test_too_many_are_refused_before_anything_is_done(hotel: Hotel, staff: StaffIdentity) -> None:
    stay = in_house(hotel)

    with pytest.raises(Invalid):
        check_out(hotel, staff, key(stay), *range(10_000_000, 10_010_000))

    stay.refresh_from_db()
    assert stay.status == BookingStatus.CONFIRMED


def test_destruction_is_for_superusers(hotel: Hotel, staff: StaffIdentity) -> None:
    stay = in_house(hotel)

    for is_dry_run in (True, False):
        with pytest.raises(Forbidden):
            check_out(hotel, staff, key(stay), is_destructive=True, is_dry_run=is_dry_run)

    stay.refresh_from_db()
    assert stay.status == BookingStatus.CONFIRMED


def test_the_record_says_exactly_what_was_deleted(hotel: Hotel) -> None:
    root = identity_of(UserFactory(is_superuser=True))
    stay, other = in_house(hotel), in_house(hotel)
    GuestFactory(booking=stay, is_primary=False)
    guests = sorted(stay.guests.values_list("pk", flat=True))

    check_out(hotel, root, key(stay), is_destructive=True)

    record = RemovalRecord.objects.get()
    assert (record.hotel, record.booking_id, record.room_id, record.performed_by) == (
        hotel,
        stay.booking_id,
        key(stay),
        root.actor,
    )
    assert {kind: keys for kind, keys in record.removed.items() if keys} == {"guests": guests}
    assert list(Guest.objects.values_list("booking", flat=True)) == [other.pk]
    stay.refresh_from_db()
    assert stay.status == BookingStatus.COMPLETED
    assert_in_order()


def test_a_stay_comes_back_without_what_was_deleted(hotel: Hotel) -> None:
    root = identity_of(UserFactory(is_superuser=True))
    stay = in_house(hotel)
    check_out(hotel, root, key(stay), is_destructive=True)

    undo_check_out(booking=stay, performed_by=STAFF, reason="A mistake.")

    assert not Guest.objects.exists()
    assert_in_order()


# -- check-ins -----------------------------------------------------------------------------------


def arriving(hotel: Hotel, **more: Any) -> Booking:
    booking: Booking = BookingFactory(hotel=hotel, arriving_today=True, **more)
    if booking.assigned_room is not None:
        assign_room(booking, booking.assigned_room)
    return booking


def test_guests_are_taken_in_each_into_their_room(hotel: Hotel, staff: StaffIdentity) -> None:
    has_room, needs_room = arriving(hotel, with_room=True), arriving(hotel)
    RoomFactory(hotel=hotel, number="700")
    foreign = arriving(HotelFactory(), with_room=True)
    early = BookingFactory(hotel=hotel, with_room=True)
    arrivals = (
        Arrival(booking_id=has_room.booking_id),
        Arrival(booking_id=needs_room.booking_id, room_number="700"),
        Arrival(booking_id=f"{foreign.booking_id}-none"),
        Arrival(booking_id=early.booking_id),
        Arrival(booking_id=has_room.booking_id, room_number="no-such-room"),
        Arrival(booking_id="\x00", room_number="\ud800"),
    )

    tried = check_in(hotel, staff, *arrivals, is_dry_run=True)
    assert not Booking.objects.filter(checked_in_at__isnull=False).exists()
    done = check_in(hotel, staff, *arrivals)

    assert [(item.outcome, item.code) for item in done] == [
        (Outcome.CHECKED_IN, None),
        (Outcome.CHECKED_IN, None),
        (Outcome.NOT_FOUND, "BOOKING_NOT_FOUND"),
        (Outcome.REFUSED, "CHECK_IN_NOT_OPEN"),
        (Outcome.NOT_FOUND, "ROOM_NOT_FOUND"),
        (Outcome.NOT_FOUND, "BOOKING_NOT_FOUND"),
    ]
    assert tried == done
    assert check_in(hotel, staff, *arrivals[:2]) == done[:2]  # again is the same success


@pytest.mark.parametrize("is_dry_run", [True, False])
def test_a_room_is_given_once(hotel: Hotel, staff: StaffIdentity, is_dry_run: bool) -> None:
    RoomFactory(hotel=hotel, number="700")
    taken = RoomFactory(hotel=hotel, number="701")
    assign_room(BookingFactory(hotel=hotel), taken)
    guests = [arriving(hotel) for _ in range(3)]
    numbers = ["700", "700", "701"]

    items = check_in(
        hotel,
        staff,
        *(
            Arrival(booking_id=guest.booking_id, room_number=number)
            for guest, number in zip(guests, numbers, strict=True)
        ),
        is_dry_run=is_dry_run,
    )

    assert [item.code for item in items] == [None, "ROOM_OCCUPIED", "ROOM_NOT_AVAILABLE"]


def test_too_many_arrivals_are_refused(hotel: Hotel, staff: StaffIdentity) -> None:
    booking = arriving(hotel, with_room=True)

    with pytest.raises(Invalid):
        check_in(hotel, staff, *[Arrival(booking_id=booking.booking_id)] * (MOST_BOOKINGS + 1))

    booking.refresh_from_db()
    assert booking.checked_in_at is None
