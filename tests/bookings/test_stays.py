"""Keys to the stay link, the guest's row, and the arrival."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.bookings.errors import StayNotFound
from apps.bookings.models import Booking, Guest, StayToken
from apps.bookings.selectors import get_booking_by_stay_token
from apps.bookings.services.arrivals import arrive_or_expect
from apps.bookings.services.stays import (
    GRACE_AFTER_DEPARTURE,
    GuestDetails,
    mint_stay_token,
    register_primary_guest,
)
from apps.bookings.states import RoomStatus
from apps.bookings.stay_view import StayStatus, view_stay
from apps.bookings.stay_window import stay_window
from apps.common.crypto import token_digest
from tests.factories.bookings import OTHER_PHONE, BookingFactory, GuestFactory, RoomFactory
from tests.factories.locks import AccessCodeFactory, AccessGrantFactory

pytestmark = pytest.mark.django_db
DETAILS = GuestDetails(
    full_name="Mary O'Brien", phone_number=OTHER_PHONE, email="", car_registration="191 D 12345"
)


def take_in_if_possible(booking: Booking, now: datetime | None = None) -> bool:
    return arrive_or_expect(booking, now=now or timezone.now(), source="tests")


def test_a_key_is_stored_as_a_digest_alone() -> None:
    booking = BookingFactory()

    token = mint_stay_token(booking)

    stored = StayToken.objects.get()
    assert stored.digest == token_digest(token)
    assert token not in str([getattr(stored, field.name) for field in StayToken._meta.fields])
    assert get_booking_by_stay_token(token) == booking


def test_every_reveal_mints_another_key_and_earlier_ones_go_on_working() -> None:
    booking = BookingFactory()

    keys = {mint_stay_token(booking) for _ in range(3)}

    assert len(keys) == 3
    assert {get_booking_by_stay_token(key) for key in keys} == {booking}


def test_a_key_dies_after_the_grace_that_follows_the_departure() -> None:
    booking = BookingFactory()
    token = mint_stay_token(booking)
    dies_at = stay_window(booking).ends_at + GRACE_AFTER_DEPARTURE

    with time_machine.travel(dies_at - timedelta(seconds=1), tick=False):
        assert get_booking_by_stay_token(token) == booking
    with time_machine.travel(dies_at, tick=False), pytest.raises(StayNotFound):
        get_booking_by_stay_token(token)


@pytest.mark.parametrize("token", ["", "unknown", "\x00", "\ud800", "x" * 5_000])
def test_an_unknown_key_opens_nothing(token: str) -> None:
    with pytest.raises(StayNotFound):
        get_booking_by_stay_token(token)


@pytest.mark.parametrize("state", ["cancelled", "no_show"])
def test_a_stay_that_will_not_be_opens_for_nobody(state: str) -> None:
    token = mint_stay_token(BookingFactory(**{state: True}))

    with pytest.raises(StayNotFound):
        get_booking_by_stay_token(token)


def test_registering_again_changes_the_same_row() -> None:
    booking = BookingFactory()
    first = register_primary_guest(booking, DETAILS)

    again = register_primary_guest(
        booking,
        GuestDetails(
            full_name="Máire Ní Bhriain", phone_number=OTHER_PHONE, email="", car_registration=""
        ),
    )

    assert again.pk == first.pk
    assert Guest.objects.get().full_name == "Máire Ní Bhriain"


TODAY, TOMORROW, YESTERDAY = timedelta(0), timedelta(days=1), timedelta(days=-1)


@pytest.mark.parametrize(
    ("arrival", "room", "is_taken_in"),
    [
        (TODAY, {}, True),
        (YESTERDAY, {}, True),
        (TOMORROW, {}, False),
        (TODAY, {"occupied": True}, False),
        (TODAY, {"dirty": True}, False),
        (TODAY, {"being_cleaned": True}, False),
        (TODAY, {"uninspected": True}, False),
        (TODAY, {"out_of_service": True}, False),
        (TODAY, None, False),
    ],
)
def test_a_guest_is_taken_in_from_the_arrival_day_on_into_a_ready_room(
    arrival: timedelta, room: dict[str, Any] | None, is_taken_in: bool
) -> None:
    booking = BookingFactory(arriving_today=True)
    booking.check_in_date += arrival
    if room is not None:
        booking.assigned_room = RoomFactory(hotel=booking.hotel, **room)
    booking.save()
    status_before = booking.assigned_room.status if booking.assigned_room else None

    assert take_in_if_possible(booking) is is_taken_in

    booking = Booking.objects.get(pk=booking.pk)
    assert (booking.checked_in_at is not None) is is_taken_in
    if booking.assigned_room:
        wanted = RoomStatus.OCCUPIED if is_taken_in else status_before
        assert booking.assigned_room.status == wanted


def test_the_guests_get_the_room() -> None:
    booking = BookingFactory(arriving_today=True, with_room=True)
    guest = register_primary_guest(booking, DETAILS)

    take_in_if_possible(booking)

    guest.refresh_from_db()
    assert guest.room == booking.assigned_room


def test_a_guest_in_house_stays_so() -> None:
    booking = BookingFactory(in_house=True)
    since = booking.checked_in_at

    assert take_in_if_possible(booking)
    assert Booking.objects.get(pk=booking.pk).checked_in_at == since


def test_the_day_begins_at_the_hotels_midnight() -> None:
    booking = BookingFactory(arriving_today=True, with_room=True, hotel__timezone="Asia/Kolkata")
    midnight = timezone.now().astimezone(booking.hotel.zone).replace(hour=0, minute=0, second=0)

    assert not take_in_if_possible(booking, midnight - timedelta(seconds=1))
    assert take_in_if_possible(booking, midnight)


# -- what the stay page shows --------------------------------------------------------------------


def test_one_pin_where_every_lock_takes_the_same_digits() -> None:
    booking = BookingFactory(in_house=True)
    grant = AccessGrantFactory(holder=booking.lock_holder, ready=True)
    AccessCodeFactory(grant=grant, on_the_lock=True)
    AccessCodeFactory(grant=grant, on_the_lock=True)

    assert view_stay(booking).pin == grant.pin


def test_no_pin_while_a_lock_has_none() -> None:
    booking = BookingFactory(in_house=True)
    grant = AccessGrantFactory(holder=booking.lock_holder)
    AccessCodeFactory(grant=grant, on_the_lock=True)
    AccessCodeFactory(grant=grant, delayed=True)

    view = view_stay(booking)
    assert view.pin is None
    assert len(view.codes) == 2


def test_no_codes_after_check_out() -> None:
    booking = BookingFactory(checked_out=True)
    AccessCodeFactory(grant__holder=booking.lock_holder, on_the_lock=True)

    view = view_stay(booking)
    assert (view.status, view.codes, view.pin) == (StayStatus.CHECKED_OUT, [], None)


def test_no_codes_when_the_time_is_over_though_nobody_checked_out() -> None:
    booking = BookingFactory(in_house=True)
    AccessCodeFactory(grant__holder=booking.lock_holder, on_the_lock=True)

    with time_machine.travel(stay_window(booking).ends_at, tick=False):
        assert view_stay(booking).codes == []


def test_the_stay_costs_the_same_for_one_code_and_for_many(queries_of: Any) -> None:
    guest = GuestFactory()
    grant = AccessGrantFactory(holder=guest.booking.lock_holder)
    AccessCodeFactory(grant=grant, on_the_lock=True)
    booking = Booking.objects.select_related("hotel", "assigned_room").get()
    one = queries_of(lambda: view_stay(booking))
    AccessCodeFactory.create_batch(10, grant=grant, on_the_lock=True)

    assert queries_of(lambda: view_stay(booking)) == one
