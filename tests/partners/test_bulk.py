"""Many reservations at once: each has its result, and none takes another down."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.bookings.models import Booking, Hotel
from apps.partners.api.bulk_items import MOST_AT_ONCE
from tests.background import at_once
from tests.bookings.stays import assert_in_order
from tests.factories.bookings import BookingFactory, HotelFactory, RoomFactory
from tests.factories.partners import partner_of
from tests.partners.asking import ROOT, body_of, events_of, post, put, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]

BULK = f"{ROOT}bulk/reservations/"


def send(client: APIClient, *items: Any, at: str = BULK) -> Any:
    return post(client, at, {"reservations": list(items)})


def outcomes(answer: Any) -> list[tuple[str, str | None]]:
    assert answer.status_code == 200, answer.content
    return [(result["outcome"], result["code"]) for result in answer.json()["results"]]


def test_each_item_has_its_result_in_the_order_sent(hotel: Hotel, partner: APIClient) -> None:
    RoomFactory(hotel=hotel, number="101")
    foreign = RoomFactory(hotel=HotelFactory(), number="900")
    new = body_of(hotel, booking_reference="LS-1", room_number="101")

    answer = send(
        partner,
        new,
        {**new, "booking_reference": "LS-2"},
        new,
        {**new, "late_check_out_time": "13:00"},
        {"booking_reference": "LS-3"},
        {},
        {**new, "booking_reference": "LS-4", "room_number": None, "guest": {"email": "x"}},
        {**new, "booking_reference": "LS-5", "room_number": foreign.number},
        {**new, "booking_reference": "LS-6", "hotel": foreign.hotel.slug},
        {**new, "booking_reference": ["LS-7"]},
        {**new, "booking_reference": "LS-8", "room_number": None},
    )

    assert outcomes(answer) == [
        ("CREATED", None),
        ("REFUSED", "ROOM_NOT_AVAILABLE"),
        ("UNCHANGED", None),
        ("UPDATED", None),
        ("REFUSED", "VALIDATION_ERROR"),
        ("REFUSED", "VALIDATION_ERROR"),
        ("REFUSED", "INVALID_EMAIL"),
        ("NOT_FOUND", "ROOM_NOT_FOUND"),
        ("NOT_FOUND", "NOT_FOUND"),
        ("REFUSED", "VALIDATION_ERROR"),
        ("CREATED", None),
    ]
    results = answer.json()["results"]
    assert [result["index"] for result in results] == list(range(11))
    assert results[0]["booking_reference"] == "LS-1"
    assert list(results[6]["fields"]) == ["guest.email"]
    assert set(Booking.objects.values_list("booking_reference", flat=True)) == {"LS-1", "LS-8"}
    assert events_of(hotel) == ["booking-created", "booking-updated", "booking-created"]
    assert_in_order()


def test_a_foreign_hotels_reference_is_a_free_name_here_and_untouched_there(
    hotel: Hotel, partner: APIClient
) -> None:
    foreign = BookingFactory(hotel=HotelFactory(), on_file=True)
    before = Booking.objects.filter(pk=foreign.pk).values().get()
    body = body_of(hotel, booking_reference=foreign.booking_reference, guest=None)

    here = send(partner, body)
    there = send(partner, {**body, "hotel": foreign.hotel.slug}, {**body, "hotel": "nowhere"})

    assert outcomes(here) == [("CREATED", None)]
    messages = [result["message"] for result in there.json()["results"]]
    assert outcomes(there) == [("NOT_FOUND", "NOT_FOUND")] * 2
    assert messages[0] == messages[1]
    assert Booking.objects.filter(pk=foreign.pk).values().get() == before


def test_items_may_name_different_hotels_of_the_key(hotel: Hotel) -> None:
    other = HotelFactory()
    both = partner_of(hotel, other)
    item = body_of(hotel, booking_reference="LS-1")

    named = send(both, {**item, "hotel": hotel.slug}, {**item, "hotel": other.slug}, item)
    by_address = send(both, item, at=f"{BULK}?hotel={other.slug}")

    assert [outcome for outcome, _ in outcomes(named)] == ["CREATED", "CREATED", "REFUSED"]
    assert outcomes(by_address) == [("UNCHANGED", None)]
    assert refusal(send(both, item, at=f"{BULK}?hotel=nowhere")) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reservations": None},
        {"reservations": {}},
        {"reservations": [7]},
        {"reservations": [{}] * (MOST_AT_ONCE + 1)},
    ],
    ids=["nothing", "null", "object", "number", "too many"],
)
def test_what_is_no_list_of_reservations_is_refused_whole(partner: APIClient, body: Any) -> None:
    assert refusal(post(partner, BULK, body)) == (400, "VALIDATION_ERROR")


def test_as_many_as_may_be_sent_are_stored(hotel: Hotel, partner: APIClient) -> None:
    """A few of them are; the rest have the same way up to their refusal."""
    items = [body_of(hotel, booking_reference=f"LS-{index}") for index in range(10)]
    unusable = [{"booking_reference": f"LS-{index}"} for index in range(10, MOST_AT_ONCE)]

    answer = send(partner, *items, *unusable)

    found = [outcome for outcome, _ in outcomes(answer)]
    assert (found.count("CREATED"), found.count("REFUSED")) == (10, MOST_AT_ONCE - 10)


@pytest.mark.django_db(transaction=True)
def test_of_the_same_new_reference_sent_at_once_one_makes_it(hotel: Hotel) -> None:
    clients = [partner_of(hotel) for _ in range(4)]
    body = body_of(hotel)

    answers = at_once(*[lambda client=client: put(client, "LS-1", body) for client in clients])

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, 200, 200, 201]
    assert Booking.objects.count() == 1
    assert events_of(hotel) == ["booking-created"]
