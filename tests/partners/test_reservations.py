"""Reservations: made, changed by what is said and no more, ended, and seen by whose they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from apps.bookings.models import Booking, Hotel, Room, RoomNight
from apps.bookings.states import BookingStatus
from apps.partners.api.serializers import ReservationSerializer
from apps.partners.reservations import show_reservation
from apps.partners.scopes import READ_ONLY, Scope
from tests.bookings.stays import assert_in_order
from tests.factories.bookings import PHONE, BookingFactory, HotelFactory, RoomFactory
from tests.factories.partners import partner_of
from tests.partners.asking import (
    RESERVATIONS,
    ROOT,
    body_of,
    day,
    events_of,
    one,
    patch,
    post,
    put,
    refusal,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]

GUEST = {"full_name": "Mary O'Brien", "email": "mary@example.com", "phone_number": PHONE}
CountQueries = Callable[[Callable[[], Any]], int]


def in_house(hotel: Hotel, **more: Any) -> Booking:
    booking: Booking = BookingFactory(hotel=hotel, in_house=True, **more)
    nights = (booking.check_out_date - booking.check_in_date).days
    RoomNight.objects.bulk_create(
        RoomNight(
            booking=booking,
            room=booking.assigned_room,
            night=booking.check_in_date + timedelta(days=index),
        )
        for index in range(nights)
    )
    return booking


# -- making --------------------------------------------------------------------------------------


def test_a_reservation_is_made_with_all_that_was_said(hotel: Hotel, partner: APIClient) -> None:
    room = RoomFactory(hotel=hotel, number="101")
    body = body_of(hotel, room_number="101", guest=GUEST, late_check_out_time="13:00")

    answer = post(partner, RESERVATIONS, {**body, "booking_reference": "LS-1"})

    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert set(said) == set(ReservationSerializer().fields)
    assert said["status"] == "CONFIRMED"
    assert said["guest"] == GUEST
    assert said["room_number"] == "101"
    assert said["late_check_out_time"] == "13:00:00"
    assert said["early_check_in_time"] is None
    assert said["hotel"] == hotel.slug
    assert partner.get(answer["Location"]).json() == said
    assert RoomNight.objects.filter(room=room).count() == 2
    assert events_of(hotel) == ["booking-created"]
    assert_in_order()


def test_a_reference_is_taken_once_at_a_hotel_and_free_at_another(hotel: Hotel) -> None:
    other = HotelFactory()
    BookingFactory(hotel=other, booking_reference="LS-1")
    partner, stranger = partner_of(hotel), partner_of(other)
    body = {**body_of(hotel), "booking_reference": "LS-1"}

    assert post(partner, RESERVATIONS, body).status_code == 201
    assert refusal(post(partner, RESERVATIONS, body)) == (409, "BOOKING_EXISTS")
    assert refusal(post(stranger, RESERVATIONS, body)) == (409, "BOOKING_EXISTS")


def test_put_makes_then_leaves_alone_then_changes(hotel: Hotel, partner: APIClient) -> None:
    body = body_of(hotel, guest=GUEST)

    made, again = put(partner, "LS-1", body), put(partner, "LS-1", body)
    changed = put(partner, "LS-1", {**body, "late_check_out_time": "14:00"})

    assert [answer.status_code for answer in (made, again, changed)] == [201, 200, 200]
    assert again.json() == made.json()
    assert again["ETag"] == made["ETag"] != changed["ETag"]
    assert events_of(hotel) == ["booking-created", "booking-updated"]


def test_what_is_read_can_be_sent_back_and_changes_nothing(
    hotel: Hotel, partner: APIClient
) -> None:
    references = [
        in_house(hotel, on_file=True).booking_reference,
        BookingFactory(hotel=hotel, checked_out=True).booking_reference,
        BookingFactory(hotel=hotel, cancelled=True).booking_reference,
        BookingFactory(hotel=hotel, with_room=True).booking_reference,
    ]
    for reference in references:
        read = partner.get(one(reference))

        sent = put(partner, reference, read.json())

        assert sent.status_code == 200, sent.content
        assert sent.json() == read.json()
        assert sent["ETag"] == read["ETag"]
    assert events_of(hotel) == []


@pytest.mark.parametrize("status", ["PENDING", "CONFIRMED", "CANCELLED", "NO_SHOW"])
def test_a_reservation_may_begin_in_any_state_but_the_end_of_a_stay(
    hotel: Hotel, partner: APIClient, status: str
) -> None:
    room = RoomFactory(hotel=hotel)

    made = put(partner, "LS-1", body_of(hotel, status=status, room_number=room.number))
    ended = put(partner, "LS-2", body_of(hotel, status="COMPLETED"))

    assert made.json()["status"] == status
    assert RoomNight.objects.exists() is (status in {"PENDING", "CONFIRMED"})
    assert refusal(ended) == (409, "BOOKING_NOT_CONFIRMED")
    assert not Booking.objects.filter(booking_reference="LS-2").exists()
    assert_in_order()


# -- absent, null, value ---------------------------------------------------------------------------

# Each field is absent, null, or a value that differs from what is there.
ABSENT: Any = ...
HOURS = {"early_check_in_time": "12:30:00", "late_check_out_time": "14:30:00"}
PATCHES = st.fixed_dictionaries(
    {
        "guest": st.one_of(
            st.just(ABSENT),
            st.none(),
            st.fixed_dictionaries(
                {
                    "full_name": st.sampled_from([ABSENT, None, "Niamh Kelly"]),
                    "email": st.sampled_from([ABSENT, None, "niamh@example.com"]),
                    "phone_number": st.sampled_from([ABSENT, None, "+442079460987"]),
                }
            ),
        ),
        "room_number": st.sampled_from([ABSENT, None, "102"]),
        **{name: st.sampled_from([ABSENT, None, value]) for name, value in HOURS.items()},
        "check_in_date": st.sampled_from([ABSENT, None, 2]),
        "check_out_date": st.sampled_from([ABSENT, None, 5]),
    }
)
METHODS = st.sampled_from(["PUT", "PATCH"])


def without_absent(said: dict[str, Any], hotel: Hotel) -> dict[str, Any]:
    body = {name: value for name, value in said.items() if value is not ABSENT}
    if isinstance(body.get("guest"), dict):
        body["guest"] = without_absent(body["guest"], hotel)
    for name in ("check_in_date", "check_out_date"):
        if isinstance(body.get(name), int):
            body[name] = day(hotel, body[name]).isoformat()
    return body


def merged(before: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """What the reservation is to be: absent leaves, null clears, inside the guest too."""
    after = {**before, **body}
    if "guest" in body and body["guest"] is not None:
        guest = {**(before["guest"] or dict.fromkeys(GUEST)), **body["guest"]}
        after["guest"] = guest if any(guest.values()) else None
    return after


@pytest.mark.django_db
@settings(max_examples=40)
@given(said=PATCHES, method=METHODS)
def test_absent_leaves_null_clears_and_a_value_is_set(said: dict[str, Any], method: str) -> None:
    hotel = HotelFactory()
    RoomFactory(hotel=hotel, number="102")
    room = RoomFactory(hotel=hotel, number="101")
    booking = BookingFactory(hotel=hotel, assigned_room=room, on_file=True, **HOURS)
    partner = partner_of(hotel)
    before = partner.get(one(booking.booking_reference)).json()
    body = without_absent(said, hotel)

    answer = partner.generic(method, one(booking.booking_reference), *json_of(body))

    after = partner.get(one(booking.booking_reference)).json()
    if {body.get("check_in_date", 0), body.get("check_out_date", 0)} & {None}:
        assert refusal(answer) == (400, "VALIDATION_ERROR")
        assert after == before
    else:
        assert answer.status_code == 200, answer.content
        assert answer.json() == after
        expected = merged(before, body)
        assert {**after, "updated_at": ""} == {**expected, "updated_at": ""}


def json_of(body: Any) -> tuple[bytes, str]:
    return json.dumps(body).encode(), "application/json"


# -- in house, ended, taken up again ---------------------------------------------------------------


def test_a_guest_in_house_keeps_a_room_and_dates_that_are_not_over(
    hotel: Hotel, partner: APIClient
) -> None:
    booking = in_house(hotel)
    reference = booking.booking_reference
    yesterday, tomorrow = day(hotel, -1).isoformat(), day(hotel, 1).isoformat()

    assert refusal(patch(partner, reference, {"room_number": None})) == (409, "ROOM_OCCUPIED")
    over = {"check_in_date": day(hotel, -3).isoformat(), "check_out_date": yesterday}
    assert refusal(patch(partner, reference, over)) == (400, "VALIDATION_ERROR")
    later = {"check_in_date": tomorrow}
    assert refusal(patch(partner, reference, later)) == (400, "VALIDATION_ERROR")
    assert refusal(patch(partner, reference, {"status": "CANCELLED"}))[0] == 409
    assert events_of(hotel) == []
    longer = patch(partner, reference, {"check_out_date": day(hotel, 6).isoformat()})
    assert longer.status_code == 200
    assert RoomNight.objects.filter(booking=booking).count() == 6


def test_a_guest_in_house_moves_to_a_room_that_is_ready(hotel: Hotel, partner: APIClient) -> None:
    booking = in_house(hotel)
    left = booking.assigned_room
    ready = RoomFactory(hotel=hotel, number="201")
    RoomFactory(hotel=hotel, number="202", dirty=True)
    in_house(hotel, assigned_room=RoomFactory(hotel=hotel, number="203", occupied=True))
    move = [
        patch(partner, booking.booking_reference, {"room_number": number})
        for number in ("202", "203", "999", 201)
    ]

    assert [refusal(answer) for answer in move[:3]] == [
        (409, "ROOM_NOT_READY"),
        (409, "ROOM_OCCUPIED"),
        (404, "ROOM_NOT_FOUND"),
    ]
    assert move[3].json()["room_number"] == "201"
    ready.refresh_from_db()
    assert left is not None
    left.refresh_from_db()
    assert (ready.is_occupied, left.is_occupied, left.condition) == (True, False, "DIRTY")
    assert events_of(hotel) == ["room-status-changed", "room-status-changed", "booking-moved"]
    assert_in_order()


def test_dates_and_room_that_change_together_are_judged_together(
    hotel: Hotel, partner: APIClient
) -> None:
    """Neither the old room on the new dates nor the new room on the old ones is free."""
    old, new = RoomFactory(hotel=hotel, number="1"), RoomFactory(hotel=hotel, number="2")
    here, there = (
        body_of(hotel),
        {
            "check_in_date": day(hotel, 10).isoformat(),
            "check_out_date": day(hotel, 12).isoformat(),
        },
    )
    put(partner, "LS-1", {**here, "room_number": old.number})
    put(partner, "LS-2", {**there, "room_number": old.number})
    put(partner, "LS-3", {**here, "room_number": new.number})

    moved = put(partner, "LS-1", {**there, "room_number": new.number})
    refused = put(partner, "LS-3", {"room_number": new.number, **there})

    assert moved.status_code == 200, moved.content
    assert refusal(refused) == (409, "ROOM_NOT_AVAILABLE")
    assert partner.get(one("LS-3")).json()["check_in_date"] == here["check_in_date"]
    assert_in_order()


@pytest.mark.parametrize(("action", "status"), [("cancel", "CANCELLED"), ("no-show", "NO_SHOW")])
def test_a_reservation_is_given_up_and_taken_up_again(
    hotel: Hotel, partner: APIClient, action: str, status: str
) -> None:
    room = RoomFactory(hotel=hotel, number="101")
    put(partner, "LS-1", body_of(hotel, room_number="101"))

    ended = post(partner, one("LS-1", action))
    again = post(partner, one("LS-1", action))
    dates = patch(partner, "LS-1", {"check_out_date": day(hotel, 9).isoformat()})
    free = put(partner, "LS-2", body_of(hotel, room_number="101"))
    taken = patch(partner, "LS-1", {"status": "CONFIRMED"})
    elsewhere = patch(partner, "LS-1", {"status": "CONFIRMED", "room_number": None})

    assert ended.json()["status"] == again.json()["status"] == status
    assert refusal(dates) == (409, "BOOKING_NOT_CONFIRMED")
    assert free.status_code == 201
    assert refusal(taken) == (409, "ROOM_NOT_AVAILABLE")
    assert elsewhere.json()["status"] == "CONFIRMED"
    assert RoomNight.objects.filter(room=room).values("booking").distinct().count() == 1
    assert events_of(hotel)[1] == f"booking-{'cancelled' if action == 'cancel' else action}"
    assert_in_order()


def test_the_state_that_is_sent_does_what_the_action_does(hotel: Hotel, partner: APIClient) -> None:
    put(partner, "LS-1", body_of(hotel, status="PENDING"))
    guest = in_house(hotel).booking_reference

    confirmed = patch(partner, "LS-1", {"status": "CONFIRMED"})
    back = patch(partner, "LS-1", {"status": "PENDING"})
    left = patch(partner, guest, {"status": "COMPLETED", "guest": GUEST})
    never = patch(partner, "LS-1", {"status": "COMPLETED", "late_check_out_time": "12:00"})
    undone = patch(partner, guest, {"status": "CONFIRMED"})

    assert confirmed.json()["status"] == "CONFIRMED"
    assert refusal(back) == (409, "BOOKING_NOT_CONFIRMED")
    assert (left.json()["status"], left.json()["guest"]) == ("COMPLETED", GUEST)
    assert refusal(never) == (409, "NOT_CHECKED_IN")
    assert partner.get(one("LS-1")).json()["late_check_out_time"] is None
    assert refusal(undone) == (409, "BOOKING_NOT_CONFIRMED")
    assert events_of(hotel).count("booking-checked-out") == 1
    assert_in_order()


def test_the_guest_comes_and_leaves_by_the_services_of_all_doors(
    hotel: Hotel, partner: APIClient
) -> None:
    RoomFactory(hotel=hotel, number="101")
    today = {"check_in_date": day(hotel).isoformat(), "check_out_date": day(hotel, 1).isoformat()}
    put(partner, "LS-1", {**today, "guest": GUEST})

    early = post(partner, one("LS-1", "check-out"))
    nowhere = post(partner, one("LS-1", "check-in"))
    came = post(partner, one("LS-1", "check-in"), {"room_number": "101"})
    left = [post(partner, one("LS-1", "check-out")) for _ in range(2)]

    assert refusal(early) == (409, "NOT_CHECKED_IN")
    assert refusal(nowhere) == (409, "ROOM_NOT_AVAILABLE")
    assert came.json()["checked_in_at"] is not None
    assert came.json()["room_number"] == "101"
    assert [answer.status_code for answer in left] == [200, 200]
    assert left[0].json() == left[1].json()
    assert left[0].json()["status"] == "COMPLETED"
    assert events_of(hotel).count("booking-checked-out") == 1
    assert Room.objects.get().condition == "DIRTY"
    booking = Booking.objects.get()
    assert booking.check_outs.get().source == "partner_api"
    assert booking.check_outs.get().performed_by.startswith("partner:")
    assert_in_order()


# -- conditions ------------------------------------------------------------------------------------


def test_a_change_is_refused_where_the_reservation_has_changed_since(
    hotel: Hotel, partner: APIClient
) -> None:
    tag = put(partner, "LS-1", body_of(hotel))["ETag"]
    newer = patch(partner, "LS-1", {"late_check_out_time": "13:00"}, **{"If-Match": tag})["ETag"]

    stale = [
        patch(partner, "LS-1", {"late_check_out_time": None}, **{"If-Match": tag}),
        put(partner, "LS-1", {"late_check_out_time": None}, **{"If-Match": tag}),
        post(partner, one("LS-1", "cancel"), **{"If-Match": tag}),
        put(partner, "LS-9", body_of(hotel), **{"If-Match": "*"}),
        put(partner, "LS-1", body_of(hotel), **{"If-None-Match": "*"}),
    ]

    assert {refusal(answer) for answer in stale} == {(412, "PRECONDITION_FAILED")}
    assert partner.get(one("LS-1"))["ETag"] == newer
    weak = {"If-Match": f'"0", W/{newer}'}
    assert patch(partner, "LS-1", {"late_check_out_time": None}, **weak).status_code == 200
    assert put(partner, "LS-2", body_of(hotel), **{"If-None-Match": "*"}).status_code == 201


def test_a_condition_that_would_be_passed_over_is_refused(hotel: Hotel, partner: APIClient) -> None:
    for unknown in ('"7c9e"', ""):
        answer = put(partner, "LS-1", body_of(hotel), **{"If-None-Match": unknown})

        assert refusal(answer) == (400, "VALIDATION_ERROR")
        assert list(answer.json()["error"]["fields"]) == ["If-None-Match"]
    assert partner.get(one("LS-1")).status_code == 404


def test_what_is_asked_twice_with_one_key_is_done_once(hotel: Hotel, partner: APIClient) -> None:
    body = {**body_of(hotel), "booking_reference": "LS-1"}
    key = {"Idempotency-Key": "7c9e6679"}

    made, again = (post(partner, RESERVATIONS, body, **key) for _ in range(2))
    other = post(partner, RESERVATIONS, {**body, "booking_reference": "LS-2"}, **key)
    ends = [post(partner, one("LS-1", "cancel"), **key) for _ in range(2)]
    bulk = {"reservations": [{**body, "booking_reference": "LS-3"}, {}]}
    many = [post(partner, f"{ROOT}bulk/reservations/", bulk, **key) for _ in range(2)]

    assert (made.status_code, again.status_code) == (201, 201)
    assert again.json() == made.json()
    assert [answer.get("Idempotent-Replayed") for answer in (made, again)] == [None, "true"]
    assert refusal(other) == (409, "IDEMPOTENCY_CONFLICT")
    assert ends[0].json() == ends[1].json()
    assert many[0].json() == many[1].json()
    assert [row["outcome"] for row in many[1].json()["results"]] == ["CREATED", "REFUSED"]
    assert events_of(hotel) == ["booking-created", "booking-cancelled", "booking-created"]


# -- whose it is -----------------------------------------------------------------------------------


def test_what_is_another_hotels_is_not_there(hotel: Hotel, partner: APIClient) -> None:
    foreign = BookingFactory(hotel=HotelFactory(), with_room=True)
    reference = foreign.booking_reference
    answers = [
        partner.get(one(reference)),
        patch(partner, reference, {"late_check_out_time": "13:00"}),
        *[
            post(partner, one(reference, action))
            for action in ("cancel", "no-show", "check-in", "check-out")
        ],
        partner.get(f"{ROOT}access-codes/?booking_reference={reference}"),
    ]
    missing = partner.get(one("nothing"))

    assert {refusal(answer) for answer in answers} == {(404, "BOOKING_NOT_FOUND")}
    assert all(answer.json() == missing.json() for answer in answers)
    assert partner.get(RESERVATIONS).json()["results"] == []
    assert put(partner, reference, body_of(hotel)).status_code == 201  # one of its own
    number = foreign.assigned_room.number
    assert refusal(patch(partner, reference, {"room_number": number})) == (404, "ROOM_NOT_FOUND")
    named = partner.get(f"{one(reference)}?hotel={foreign.hotel.slug}")
    assert refusal(named) == (404, "NOT_FOUND")
    assert named.json() == partner.get(f"{one(reference)}?hotel=nowhere").json()
    foreign.refresh_from_db()
    assert foreign.status == BookingStatus.CONFIRMED


def test_a_key_for_several_hotels_says_which(hotel: Hotel) -> None:
    other = HotelFactory()
    both = partner_of(hotel, other)
    body = body_of(hotel)

    assert refusal(put(both, "LS-1", body)) == (400, "VALIDATION_ERROR")
    assert refusal(both.get(one("LS-1"))) == (400, "VALIDATION_ERROR")
    by_body = put(both, "LS-1", {**body, "hotel": hotel.slug})
    by_address = both.put(f"{one('LS-1')}?hotel={other.slug}", body, format="json")
    torn = both.put(f"{one('LS-1')}?hotel={other.slug}", by_body.json(), format="json")

    assert (by_body.status_code, by_address.status_code) == (201, 201)
    assert refusal(torn) == (400, "VALIDATION_ERROR")
    assert both.get(by_address["Location"]).json()["hotel"] == other.slug
    assert len(both.get(RESERVATIONS).json()["results"]) == 2
    assert len(both.get(f"{RESERVATIONS}?hotel={other.slug}").json()["results"]) == 1


def test_each_door_asks_for_its_scope(hotel: Hotel) -> None:
    put(partner_of(hotel), "LS-1", body_of(hotel))
    reader = partner_of(hotel, scopes=READ_ONLY)
    rooms_only = partner_of(hotel, scopes={Scope.READ_ROOMS})
    refused = [
        put(reader, "LS-1", {}),
        patch(reader, "LS-1", {}),
        post(reader, RESERVATIONS),
        post(reader, f"{ROOT}bulk/reservations/"),
        *[
            post(reader, one("LS-1", action))
            for action in ("cancel", "no-show", "check-in", "check-out")
        ],
        rooms_only.get(RESERVATIONS),
        rooms_only.get(one("LS-1")),
        rooms_only.get(f"{ROOT}access-codes/?booking_reference=LS-1"),
    ]

    assert {refusal(answer) for answer in refused} == {(403, "PERMISSION_DENIED")}
    assert reader.get(one("LS-1")).status_code == 200
    assert reader.get(RESERVATIONS).status_code == 200


# -- bad input -------------------------------------------------------------------------------------

BAD = [
    ({"check_in_date": "soon"}, "VALIDATION_ERROR", "check_in_date"),
    ({"check_in_date": None}, "VALIDATION_ERROR", "check_in_date"),
    ({"check_out_date": "2020-01-01"}, "VALIDATION_ERROR", "check_out_date"),
    ({"check_out_date": "9999-12-31"}, "VALIDATION_ERROR", "check_out_date"),
    ({"check_in_date": "0001-01-01"}, "VALIDATION_ERROR", "check_out_date"),
    ({"status": "ARRIVED"}, "VALIDATION_ERROR", "status"),
    ({"status": None}, "VALIDATION_ERROR", "status"),
    ({"early_check_in_time": "25:00"}, "VALIDATION_ERROR", "early_check_in_time"),
    ({"room_number": True}, "VALIDATION_ERROR", "room_number"),
    ({"room_number": "x" * 17}, "VALIDATION_ERROR", "room_number"),
    ({"room_number": "\x00"}, "ROOM_NOT_FOUND", "room_number"),
    ({"guest": "Mary"}, "VALIDATION_ERROR", "guest"),
    ({"guest": {"full_name": 7}}, "VALIDATION_ERROR", "guest.full_name"),
    ({"guest": {"full_name": "\x00"}}, "INVALID_NAME", "guest.full_name"),
    ({"guest": {"full_name": "x" * 201}}, "INVALID_NAME", "guest.full_name"),
    ({"guest": {"phone_number": "123"}}, "INVALID_PHONE", "guest.phone_number"),
    ({"guest": {"email": "mary"}}, "INVALID_EMAIL", "guest.email"),
    ({"hotel": "nowhere"}, "NOT_FOUND", "hotel"),
    ({"hotel": "\x00"}, "NOT_FOUND", "hotel"),
    ({"booking_reference": "LS-2"}, "VALIDATION_ERROR", "booking_reference"),
]


@pytest.mark.parametrize(("said", "code", "name"), BAD, ids=str)
def test_what_can_not_be_used_names_its_input(
    hotel: Hotel, partner: APIClient, said: dict[str, Any], code: str, name: str
) -> None:
    before = put(partner, "LS-1", body_of(hotel)).json()

    answers = [put(partner, "LS-1", said), patch(partner, "LS-1", said)]

    for answer in answers:
        assert refusal(answer)[1] == code, answer.content
        assert 400 <= answer.status_code < 405
        assert list(answer.json()["error"]["fields"]) == [name]
    assert partner.get(one("LS-1")).json() == before


@pytest.mark.parametrize("reference", ["a b", "a/b", "", "-a", "x" * 65, "é", "a\n", "a\x00", 7])
def test_a_reference_that_no_address_could_hold_is_refused(
    hotel: Hotel, partner: APIClient, reference: Any
) -> None:
    answer = post(partner, RESERVATIONS, {**body_of(hotel), "booking_reference": reference})

    assert answer.status_code == (201 if reference == 7 else 400)


@pytest.mark.parametrize("reference", ["a%20b", "%00", "%0A", "%C3%A9", "x" * 300])
def test_odd_addresses_are_nowhere(hotel: Hotel, partner: APIClient, reference: str) -> None:
    url = f"{RESERVATIONS}{reference}/"

    assert partner.get(url).status_code == 404
    assert partner.patch(url, {}, format="json").status_code == 404
    assert partner.put(url, body_of(hotel), format="json").status_code == 400


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("[]", "application/json", 400),
        ("{", "application/json", 400),
        ("<x/>", "application/xml", 415),
        ('{"a": "' + "x" * 1_000_001 + '"}', "application/json", 413),
    ],
    ids=["list", "half", "xml", "long"],
)
def test_bodies_that_are_none_are_refused_in_the_envelope(
    partner: APIClient, body: str, kind: str, status: int
) -> None:
    answer = partner.generic("PUT", one("LS-1"), body, content_type=kind)

    assert answer.status_code == status
    assert answer.json()["error"]["code"]


def test_a_new_reservation_needs_its_dates(hotel: Hotel, partner: APIClient) -> None:
    whole = body_of(hotel)
    for name in whole:
        rest = {key: value for key, value in whole.items() if key != name}
        answer = put(partner, "LS-1", rest)
        assert refusal(answer) == (400, "VALIDATION_ERROR")
        assert list(answer.json()["error"]["fields"]) == [name]
    assert refusal(patch(partner, "LS-1", whole)) == (404, "BOOKING_NOT_FOUND")


# -- what it costs ---------------------------------------------------------------------------------


def test_the_public_form_is_the_one_described(hotel: Hotel) -> None:
    booking = BookingFactory(hotel=hotel, checked_out=True, on_file=True, with_room=True)

    shown = show_reservation(booking)

    assert set(shown) == set(ReservationSerializer().fields)
    assert shown["checked_in_at"].endswith(("+00:00", "+01:00"))
    assert shown["updated_at"].endswith("Z")


def test_a_page_makes_as_many_queries_for_many_as_for_one(
    hotel: Hotel, partner: APIClient, queries_of: CountQueries
) -> None:
    BookingFactory(hotel=hotel, with_room=True, on_file=True)
    partner.get(RESERVATIONS)  # the key's first use is written down
    one_row = queries_of(lambda: partner.get(RESERVATIONS))
    BookingFactory.create_batch(19, hotel=hotel, with_room=True, on_file=True)

    answers: list[Any] = []
    many_rows = queries_of(lambda: answers.append(partner.get(RESERVATIONS)))

    assert len(answers[0].json()["results"]) == 20
    assert one_row == many_rows


def test_storing_makes_as_many_queries_in_a_full_house_as_in_an_empty_one(
    hotel: Hotel, partner: APIClient, queries_of: CountQueries
) -> None:
    numbers = iter(range(1000))
    body = body_of(hotel)

    def store() -> None:
        assert put(partner, f"LS-{next(numbers)}", body).status_code == 201

    store()
    in_empty = queries_of(store)
    BookingFactory.create_batch(20, hotel=hotel)

    assert queries_of(store) == in_empty
