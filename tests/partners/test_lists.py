"""Lists: which reservations, rooms and codes, whose they are, and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.bookings.models import Booking, Hotel
from apps.locks.models import AccessHistory
from apps.partners.scopes import READ_ONLY, Scope
from tests.background import run_due_jobs
from tests.bookings.stays import leave, stay_with_codes
from tests.factories.bookings import BookingFactory, HotelFactory, RoomFactory
from tests.factories.partners import partner_of
from tests.fakes.lock_cloud import LockCloud
from tests.partners.asking import RESERVATIONS, ROOT, day, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]

ROOMS = f"{ROOT}rooms/"
CODES = f"{ROOT}access-codes/"
CountQueries = Callable[[Callable[[], Any]], int]


def seen(answer: Any) -> list[str]:
    return [row["booking_reference"] for row in answer.json()["results"]]


# -- reservations ----------------------------------------------------------------------------------


def test_filters_narrow_together(hotel: Hotel, partner: APIClient) -> None:
    room = RoomFactory(hotel=hotel, number="101")
    wanted = BookingFactory(hotel=hotel, assigned_room=room, pending=True)
    BookingFactory(hotel=hotel, assigned_room=RoomFactory(hotel=hotel), cancelled=True)
    reference = wanted.booking_reference
    tomorrow, after, leaving = (day(hotel, index).isoformat() for index in (1, 2, 3))

    asked = [
        {"status": "PENDING"},
        {"room_number": "101"},
        {"room_number": "101", "arriving_on": tomorrow},
        {"room_number": "101", "departing_on": leaving},
        {"status": "PENDING", "in_house_on": after},
        {"status": "PENDING", "hotel": hotel.slug},
    ]
    nothing = [
        {"status": "PENDING", "in_house_on": leaving},
        {"status": "PENDING", "room_number": "102"},
        {"arriving_on": leaving},
        {"updated_since": "2100-01-01T00:00:00Z"},
    ]

    assert [seen(partner.get(RESERVATIONS, query)) for query in asked] == [[reference]] * 6
    assert [seen(partner.get(RESERVATIONS, query)) for query in nothing] == [[]] * 4
    assert len(seen(partner.get(RESERVATIONS))) == 2


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"status": "GONE"}, 400),
        ({"arriving_on": "soon"}, 400),
        ({"updated_since": "yesterday"}, 400),
        ({"updated_since": "0001-01-01T00:00:00+14:00"}, 400),
        ({"updated_since": "9999-12-31T23:59:59-14:00"}, 400),
        ({"next_updated_since": "x"}, 400),
        ({"limit": "0"}, 400),
        ({"cursor": "x"}, 400),
        ({"hotel": "nowhere"}, 404),
        ({"hotel": "\x00"}, 404),
        ({"room_number": "\x00"}, 200),
        ({"in_house_on": "9999-12-31"}, 200),
        ({"updated_since": "2026-01-01"}, 200),
        ({"updated_since": "2026-01-01T00:00:00"}, 200),
    ],
    ids=str,
)
def test_questions_that_are_none_are_refused(
    partner: APIClient, query: dict[str, str], status: int
) -> None:
    answer = partner.get(RESERVATIONS, query)

    assert answer.status_code == status, answer.content


# -- rooms -----------------------------------------------------------------------------------------


def test_rooms_of_the_keys_hotels_are_listed_with_their_states(
    hotel: Hotel, partner: APIClient, queries_of: CountQueries
) -> None:
    RoomFactory(number="999")
    RoomFactory(hotel=hotel, number="101")
    RoomFactory(hotel=hotel, number="102", dirty=True)
    partner.get(ROOMS)
    few = queries_of(lambda: partner.get(ROOMS))
    RoomFactory.create_batch(20, hotel=hotel)

    first, *_ = partner.get(ROOMS).json()["results"]

    assert queries_of(lambda: partner.get(ROOMS)) == few
    assert {name: first[name] for name in ("hotel", "number", "status", "is_occupied")} == {
        "hotel": hotel.slug,
        "number": "101",
        "status": "READY_FOR_GUEST",
        "is_occupied": False,
    }
    numbers = {row["number"] for row in partner.get(ROOMS, {"limit": 100}).json()["results"]}
    assert "999" not in numbers
    dirty = partner.get(ROOMS, {"status": "CHECKOUT_DIRTY"}).json()["results"]
    assert [row["number"] for row in dirty] == ["102"]
    assert refusal(partner.get(ROOMS, {"hotel": "nowhere"})) == (404, "NOT_FOUND")


# -- codes -----------------------------------------------------------------------------------------


def codes_for(booking: Booking, *scopes: Scope) -> Any:
    reader = partner_of(booking.hotel, scopes=[*READ_ONLY, *scopes])
    return reader.get(CODES, {"booking_reference": booking.booking_reference})


def reveals() -> list[str]:
    found = AccessHistory.objects.filter(event="revealed", actor__startswith="partner:")
    return list(found.values_list("actor", flat=True))


@pytest.mark.usefixtures("lock_cloud")
def test_codes_are_shown_as_states_and_their_digits_to_those_who_may_see_them() -> None:
    booking = stay_with_codes()

    states, digits = codes_for(booking), codes_for(booking, Scope.REVEAL_CODES)

    rows = states.json()["results"]
    assert [(row["is_front_door"], row["status"]) for row in rows] == [
        (True, "SET"),
        (False, "SET"),
    ]
    assert [row["code"] for row in rows] == [None, None]
    pins = {row["code"] for row in digits.json()["results"]}
    assert len(pins) == 1
    assert pins.isdisjoint({None})
    assert len(reveals()) == 1
    codes_for(booking, Scope.REVEAL_CODES)
    assert len(reveals()) == 2  # each reader, each time
    assert digits["Cache-Control"] == "no-store"
    leave(booking)
    assert codes_for(booking, Scope.REVEAL_CODES).json()["results"] == []


def test_codes_of_nobody_are_not_found(hotel: Hotel, partner: APIClient) -> None:
    foreign = BookingFactory(hotel=HotelFactory()).booking_reference

    assert refusal(partner.get(CODES)) == (400, "VALIDATION_ERROR")
    assert refusal(partner.get(CODES, {"booking_reference": foreign})) == (404, "BOOKING_NOT_FOUND")
    assert refusal(partner.get(CODES, {"booking_reference": "\x00"}))[0] == 404


def test_dates_and_room_flow_into_the_codes_on_the_locks(lock_cloud: LockCloud) -> None:
    """The guest keeps the PIN; it opens the new room, in the new hours, and no more the old one."""
    booking = stay_with_codes()
    partner = partner_of(booking.hotel)
    old = booking.assigned_room
    assert old is not None
    new = RoomFactory(hotel=booking.hotel, number="900", with_lock=True)
    before = codes_for(booking, Scope.REVEAL_CODES).json()["results"]

    answer = partner.patch(
        f"{RESERVATIONS}{booking.booking_reference}/",
        {"room_number": "900", "late_check_out_time": "17:30"},
        format="json",
    )
    run_due_jobs()

    assert answer.status_code == 200, answer.content
    after = codes_for(booking, Scope.REVEAL_CODES).json()["results"]
    assert {row["code"] for row in after} == {row["code"] for row in before}
    assert {row["lock_name"] for row in after} == {"Front door", "Room 900"}
    assert all("T17:30:00" in row["ends_at"] for row in after)
    assert lock_cloud.codes_on(old.locks.get()) == []
    assert lock_cloud.codes_on(new.locks.get()) == [after[0]["code"]]
