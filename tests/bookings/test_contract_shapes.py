"""What front ends in use rely on at the desk: the quoted bodies, key for key and type for type."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from rest_framework.test import APIClient

from apps.bookings.models import Booking, Hotel
from apps.bookings.sockets import frame_of
from apps.common.events import events_after
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory, RoomFactory
from tests.factories.staff import PASSWORD, UserFactory, logged_in, works_at

pytestmark = pytest.mark.django_db
DESK: Final = "/api/staff/hotels/hotel-killarney"

CHECKED_OUT: Final = """
{"message": "Booking checked out successfully", "booking": {"booking_id": "BK-2026-0101",
 "status": "COMPLETED", "checked_out_at": "2026-06-14T10:02:11+01:00",
 "assigned_room": {"room_number": 101, "room_status": "CHECKOUT_DIRTY"}}}"""
BULK: Final = """
{"detail": "Processed 3 room(s) in hotel 'hotel-killarney'",
 "results": {"checked_out_bookings": ["BK-2026-0101"], "rooms_cleared": [102, 103],
             "destructive_mode": false}}"""
ROOM_FRAME: Final = """
{"channel": "hotel-hotel-killarney", "event": "room-status-changed",
 "data": {"room_number": 101, "old_status": "OCCUPIED", "new_status": "CHECKOUT_DIRTY",
          "source": "staff_checkout_endpoint", "timestamp": "2026-06-14T09:02:11.000Z"}}"""
BOOKING_FRAME: Final = """
{"channel": "hotel-hotel-killarney", "event": "booking-checked-out",
 "data": {"booking_id": "BK-2026-0101", "room_number": 101,
          "timestamp": "2026-06-14T09:02:11.000Z"}}"""
TIMES: Final = ("checked_out_at", "timestamp")


def without_times(value: Any) -> Any:
    """The value with the length of each time in its place: the rest has to be the same."""
    if isinstance(value, dict):
        return {
            key: len(inner) if key in TIMES else without_times(inner)
            for key, inner in value.items()
        }
    return [without_times(inner) for inner in value] if isinstance(value, list) else value


def assert_same(answered: Any, quoted: str) -> None:
    """Equal by keys, values and types, for JSON tells 101 from "101" and true from 1."""
    one, other = (
        json.dumps(without_times(value), sort_keys=True) for value in (answered, json.loads(quoted))
    )
    assert one == other


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory(slug="hotel-killarney")
    return made


@pytest.fixture
def stay(hotel: Hotel) -> Booking:
    room = RoomFactory(hotel=hotel, number="101", occupied=True)
    booking: Booking = BookingFactory(
        hotel=hotel, booking_id="BK-2026-0101", in_house=True, assigned_room=room
    )
    GuestFactory(booking=booking)
    return booking


@pytest.fixture
def desk(hotel: Hotel) -> APIClient:
    return logged_in(works_at(hotel))


@pytest.mark.parametrize(
    "door",
    ["room-bookings/BK-2026-0101/check-out/", "bookings/BK-2026-0101/checkout/"],
    ids=["primary", "legacy"],
)
def test_a_check_out_and_its_frames(
    desk: APIClient, hotel: Hotel, stay: Booking, door: str
) -> None:
    answer = desk.post(f"{DESK}/{door}")

    assert answer.status_code == 200
    # Microseconds are shown as they were kept; the offset is the hotel's.
    shown = answer.json()
    shown["booking"]["checked_out_at"] = shown["booking"]["checked_out_at"][:19] + "+01:00"
    assert_same(shown, CHECKED_OUT)
    changed, left = events_after(hotel.event_stream, 0)
    frame = frame_of(hotel, changed)
    assert_same(frame | {"data": frame["data"] | {"source": "staff_checkout_endpoint"}}, ROOM_FRAME)  # type: ignore[operator]  # a frame's data is a dict
    assert_same(frame_of(hotel, left), BOOKING_FRAME)


def test_the_primary_door_names_itself_as_the_source(
    desk: APIClient, hotel: Hotel, stay: Booking
) -> None:
    desk.post(f"{DESK}/room-bookings/BK-2026-0101/check-out/")

    changed, _ = events_after(hotel.event_stream, 0)
    assert changed.data["source"] == "staff_checkout_endpoint"


def test_many_check_outs(desk: APIClient, hotel: Hotel, stay: Booking) -> None:
    empty = [RoomFactory(hotel=hotel, number=number).pk for number in ("102", "103")]
    ids = [stay.assigned_room_id, *empty]

    answer = desk.post(
        "/api/staff/hotel/hotel-killarney/rooms/checkout/",
        {"room_ids": ids, "destructive": False},
        format="json",
    )

    assert answer.status_code == 200
    assert_same(answer.json(), BULK)


@pytest.mark.parametrize("door", ["room-bookings/{}/check-out/", "bookings/{}/checkout/"])
def test_refusals(desk: APIClient, hotel: Hotel, stay: Booking, door: str) -> None:
    coming = BookingFactory(hotel=hotel)
    roomless = BookingFactory(hotel=hotel, in_house=True, assigned_room=None)
    nobody, foreign = APIClient(), logged_in(works_at(HotelFactory()))

    answers = [
        client.post(f"{DESK}/{door.format(booking_id)}")
        for client, booking_id in (
            (desk, "BK-none"),
            (desk, coming.booking_id),
            (desk, roomless.booking_id),
            (foreign, stay.booking_id),
            (nobody, stay.booking_id),
        )
    ]

    assert [(answer.status_code, answer.json()["error"]["code"]) for answer in answers] == [
        (404, "BOOKING_NOT_FOUND"),
        (409, "NOT_CHECKED_IN"),
        (409, "CHECKOUT_FAILED"),
        (403, "PERMISSION_DENIED"),
        (401, "NOT_AUTHENTICATED"),
    ]
    for answer in answers:
        assert set(answer.json()) == {"error"}
        assert {type(said) for key, said in answer.json()["error"].items() if key != "fields"} == {
            str
        }


@pytest.mark.usefixtures("fresh_limits")
def test_logging_in_and_out(hotel: Hotel) -> None:
    user = UserFactory(with_password=True)
    answer = APIClient().post(
        "/api/auth/token/", {"username": user.username, "password": PASSWORD}, format="json"
    )

    assert {key: type(value) for key, value in answer.json().items()} == {
        "token": str,
        "expires_at": str,
    }
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['token']}")
    assert client.delete("/api/auth/token/").status_code == 204
    assert client.delete("/api/auth/token/").status_code == 401


@pytest.mark.parametrize(
    "path",
    ["rooms", "room-bookings", "checkin-flows", "housekeeping-tasks", "messages", "orders"],
)
def test_lists_are_pages(desk: APIClient, stay: Booking, path: str) -> None:
    answer = desk.get(f"{DESK}/{path}/")

    assert answer.status_code == 200
    assert set(answer.json()) == {"results", "next", "previous"}
    assert (answer.json()["next"], answer.json()["previous"]) == (None, None)
    assert isinstance(answer.json()["results"], list)


@pytest.mark.parametrize("path", ["analytics/checkin", "analytics/checkout"])
def test_reports_are_there(hotel: Hotel, path: str) -> None:
    answer = logged_in(UserFactory(is_superuser=True)).get(f"{DESK}/{path}/")

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *("check-out", "check-in", "undo-check-out", "move", "change-stay"),
        *("reissue-codes", "resend-link"),
    ],
)
def test_every_command_of_a_booking_has_its_door(desk: APIClient, path: str) -> None:
    """There is no such booking, which only the right door can say."""
    answer = desk.post(f"{DESK}/room-bookings/BK-none/{path}/", {}, format="json")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "BOOKING_NOT_FOUND")
    assert desk.put(f"{DESK}/room-bookings/BK-none/{path}/").status_code == 405


def test_an_illegal_change_of_a_room_is_a_conflict(desk: APIClient, stay: Booking) -> None:
    refused = desk.post(
        f"{DESK}/rooms/101/status/", {"status": "READY_FOR_GUEST", "note": "!"}, format="json"
    )

    assert (refused.status_code, refused.json()["error"]["code"]) == (
        409,
        "INVALID_ROOM_TRANSITION",
    )


def test_many_check_ins_have_their_door(desk: APIClient, hotel: Hotel) -> None:
    answer = desk.post(f"{DESK}/rooms/checkin/", {}, format="json")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
