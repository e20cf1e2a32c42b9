"""The check-out endpoints that front ends call today: their bodies, key for key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from apps.bookings.models import Booking, CheckOut, Guest, Hotel, RemovalRecord, Room
from apps.bookings.states import BookingStatus, RoomStatus
from apps.staff.roles import Role
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory, RoomFactory
from tests.factories.staff import UserFactory, logged_in, works_at

pytestmark = pytest.mark.django_db

PRIMARY = "/api/staff/hotels/{hotel}/room-bookings/{booking}/check-out/"
LEGACY = "/api/staff/hotels/{hotel}/bookings/{booking}/checkout/"
BULK = "/api/staff/hotel/{hotel}/rooms/checkout/"
SOURCES = {PRIMARY: "staff_checkout_endpoint", LEGACY: "legacy_checkout_endpoint"}

both_doors = pytest.mark.parametrize("door", [PRIMARY, LEGACY], ids=["primary", "legacy"])


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


@pytest.fixture
def desk(hotel: Hotel) -> APIClient:
    return logged_in(works_at(hotel))


def superuser() -> User:
    made: User = UserFactory(is_superuser=True)
    return made


def in_house(hotel: Hotel, number: str = "101") -> Booking:
    room = RoomFactory(hotel=hotel, number=number, occupied=True)
    booking: Booking = BookingFactory(hotel=hotel, in_house=True, assigned_room=room)
    GuestFactory(booking=booking)
    return booking


def check_out(client: APIClient, door: str, booking: Booking, hotel: Hotel | None = None) -> Any:
    slug = (hotel or booking.hotel).slug
    return client.post(door.format(hotel=slug, booking=booking.booking_id), format="json")


def bulk(client: APIClient, hotel: Hotel, body: Any) -> Any:
    return client.post(BULK.format(hotel=hotel.slug), body, format="json")


def refusal(answer: Any) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) - {"fields"} == {"code", "message"}
    return answer.status_code, body["error"]["code"]


# -- one check-out -------------------------------------------------------------------------------


@both_doors
def test_the_body_has_exactly_the_keys_and_types_of_the_contract(
    door: str, desk: APIClient, hotel: Hotel
) -> None:
    booking = in_house(hotel)

    answer = check_out(desk, door, booking)

    booking.refresh_from_db()
    assert booking.checked_out_at is not None
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {
        "message": "Booking checked out successfully",
        "booking": {
            "booking_id": booking.booking_id,
            "status": "COMPLETED",
            "checked_out_at": booking.checked_out_at.astimezone(hotel.zone).isoformat(),
            "assigned_room": {"room_number": 101, "room_status": "CHECKOUT_DIRTY"},
        },
    }
    assert type(answer.json()["booking"]["assigned_room"]["room_number"]) is int
    shown = datetime.fromisoformat(answer.json()["booking"]["checked_out_at"])
    assert shown.utcoffset() == shown.astimezone(hotel.zone).utcoffset()
    assert CheckOut.objects.get().source == SOURCES[door]


@both_doors
@pytest.mark.parametrize("number", ["Garden 2", "007b", "٣"])
def test_a_number_that_is_none_stays_a_text(
    door: str, number: str, desk: APIClient, hotel: Hotel
) -> None:
    answer = check_out(desk, door, in_house(hotel, number))

    assert answer.json()["booking"]["assigned_room"]["room_number"] == number


@both_doors
def test_asking_again_answers_the_same(door: str, desk: APIClient, hotel: Hotel) -> None:
    booking = in_house(hotel)
    first = check_out(desk, door, booking)

    again = [check_out(desk, other, booking) for other in (PRIMARY, LEGACY, door)]

    assert {answer.content for answer in again} == {first.content}
    assert CheckOut.objects.count() == 1


@both_doors
def test_an_empty_or_an_unexpected_body_changes_nothing(
    door: str, desk: APIClient, hotel: Hotel
) -> None:
    booking = in_house(hotel)

    address = door.format(hotel=hotel.slug, booking=booking.booking_id)
    answer = desk.generic("POST", address, b"not json", content_type="application/json")

    assert answer.status_code == 200


@both_doors
@pytest.mark.parametrize(
    ("made", "code"),
    [
        ({"arriving_today": True, "with_room": True}, "NOT_CHECKED_IN"),
        ({"cancelled": True}, "NOT_CHECKED_IN"),
        ({"no_show": True}, "NOT_CHECKED_IN"),
        ({"pending": True}, "NOT_CHECKED_IN"),
        ({"in_house": True, "assigned_room": None}, "CHECKOUT_FAILED"),
    ],
)
def test_what_is_no_stay_is_refused(
    door: str, made: dict[str, Any], code: str, desk: APIClient, hotel: Hotel
) -> None:
    booking = BookingFactory(hotel=hotel, **made)
    before = booking.status

    assert refusal(check_out(desk, door, booking)) == (409, code)

    booking.refresh_from_db()
    assert (booking.status, booking.checked_out_at) == (before, None)


@both_doors
def test_a_booking_of_another_hotel_reads_like_one_that_does_not_exist(
    door: str, desk: APIClient, hotel: Hotel
) -> None:
    foreign = in_house(HotelFactory())

    assert refusal(check_out(desk, door, foreign, hotel)) == (404, "BOOKING_NOT_FOUND")
    nowhere = desk.post(door.format(hotel=hotel.slug, booking="BK-none"))
    assert refusal(nowhere) == (404, "BOOKING_NOT_FOUND")

    foreign.refresh_from_db()
    assert foreign.status == BookingStatus.CONFIRMED


@both_doors
def test_strangers_other_staff_and_housekeeping_stay_outside(
    door: str, desk: APIClient, hotel: Hotel
) -> None:
    foreign = in_house(HotelFactory())
    booking = in_house(hotel)
    wrong = APIClient()
    wrong.credentials(HTTP_AUTHORIZATION="Bearer wrong")
    cleaner = logged_in(works_at(hotel, Role.HOUSEKEEPING))

    assert refusal(check_out(APIClient(), door, booking)) == (401, "NOT_AUTHENTICATED")
    assert refusal(check_out(wrong, door, booking)) == (401, "NOT_AUTHENTICATED")
    assert refusal(check_out(cleaner, door, booking)) == (403, "PERMISSION_DENIED")
    assert refusal(check_out(desk, door, foreign)) == (403, "PERMISSION_DENIED")
    nowhere = desk.post(door.format(hotel="no-such-hotel", booking=booking.booking_id))
    assert refusal(nowhere) == (403, "PERMISSION_DENIED")
    assert not CheckOut.objects.exists()


# -- many ----------------------------------------------------------------------------------------


def test_the_bulk_body_has_exactly_the_keys_and_types_of_the_contract(
    desk: APIClient, hotel: Hotel
) -> None:
    first, second = in_house(hotel, "101"), in_house(hotel, "102")
    empty, garden = RoomFactory(hotel=hotel, number="103"), RoomFactory(hotel=hotel, number="G")
    foreign = in_house(HotelFactory())
    asked = [first.assigned_room_id, empty.pk, second.assigned_room_id, garden.pk]

    answer = bulk(desk, hotel, {"room_ids": [*asked, foreign.assigned_room_id, 2**62]})

    assert answer.status_code == 200
    assert answer.json() == {
        "detail": f"Processed 4 room(s) in hotel '{hotel.slug}'",
        "results": {
            "checked_out_bookings": [first.booking_id, second.booking_id],
            "rooms_cleared": [103, "G"],
            "destructive_mode": False,
        },
    }
    foreign.refresh_from_db()
    assert foreign.status == BookingStatus.CONFIRMED
    assert CheckOut.objects.filter(source="bulk_checkout").count() == 2


def test_a_room_that_is_named_twice_is_done_once(desk: APIClient, hotel: Hotel) -> None:
    room_id = in_house(hotel).assigned_room_id

    answer = bulk(desk, hotel, {"room_ids": [room_id] * 5, "destructive": False})

    assert len(answer.json()["results"]["checked_out_bookings"]) == 1
    assert CheckOut.objects.count() == 1


def bad_ids(room_id: int) -> list[Any]:
    return [
        [str(room_id)],
        [room_id, "2"],
        [room_id, -1],
        [room_id, 0],
        [room_id, True],
        [room_id, 1.0],
        [room_id, None],
        [room_id, [room_id]],
        [room_id, 2**63],
        [room_id, 2**80],
        [room_id, *range(1, 10_001)],
        [],
        str(room_id),
        room_id,
        {"0": room_id},
        None,
    ]


@pytest.mark.parametrize("index", range(16))
def test_ids_that_are_none_are_refused_and_nothing_changes(
    index: int, desk: APIClient, hotel: Hotel
) -> None:
    booking = in_house(hotel)
    assert booking.assigned_room_id is not None

    answer = bulk(desk, hotel, {"room_ids": bad_ids(booking.assigned_room_id)[index]})

    assert refusal(answer) == (400, "VALIDATION_ERROR")
    assert list(answer.json()["error"]["fields"]) == ["room_ids"]
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CONFIRMED


@pytest.mark.parametrize("body", [{}, {"destructive": "yes", "room_ids": [1]}])
def test_other_bodies_are_refused_too(body: Any, desk: APIClient, hotel: Hotel) -> None:
    assert refusal(bulk(desk, hotel, body)) == (400, "VALIDATION_ERROR")


def test_the_bulk_door_asks_who_comes(desk: APIClient, hotel: Hotel) -> None:
    other = HotelFactory()
    body = {"room_ids": [RoomFactory(hotel=other).pk]}

    assert refusal(bulk(APIClient(), other, body)) == (401, "NOT_AUTHENTICATED")
    assert refusal(bulk(desk, other, body)) == (403, "PERMISSION_DENIED")


def test_only_superusers_delete_and_what_they_delete_is_on_record(hotel: Hotel) -> None:
    booking, kept = in_house(hotel, "101"), in_house(hotel, "102")
    guest = Guest.objects.get(booking=booking)
    body = {"room_ids": [booking.assigned_room_id], "destructive": True}

    manager = logged_in(works_at(hotel, Role.MANAGER))
    assert refusal(bulk(manager, hotel, body)) == (403, "PERMISSION_DENIED")
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CONFIRMED

    answer = bulk(logged_in(superuser()), hotel, body)

    assert answer.json()["results"] == {
        "checked_out_bookings": [booking.booking_id],
        "rooms_cleared": [],
        "destructive_mode": True,
    }
    record = RemovalRecord.objects.get()
    assert record.booking_id == booking.booking_id
    assert record.removed["guests"] == [guest.pk]
    assert list(Guest.objects.values_list("booking", flat=True)) == [kept.pk]


def test_a_room_marked_occupied_without_a_stay_is_cleared(desk: APIClient, hotel: Hotel) -> None:
    ghost: Room = RoomFactory(hotel=hotel, number="9", occupied=True)

    answer = bulk(desk, hotel, {"room_ids": [ghost.pk]})

    assert answer.json()["results"]["rooms_cleared"] == [9]
    ghost.refresh_from_db()
    assert ghost.status == RoomStatus.CHECKOUT_DIRTY
