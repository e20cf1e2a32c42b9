"""A booking that will not be stayed: nothing of it is left on the doors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.bookings.errors import BookingNotConfirmed, BookingNotFound, GuestInHouse, StayNotFound
from apps.bookings.models import Booking, ExpectedArrival, RoomNight
from apps.bookings.selectors import get_booking_by_stay_token
from apps.bookings.services.closing import cancel_booking, mark_no_show
from apps.bookings.services.rooming import assign_room
from apps.bookings.services.stays import mint_stay_token
from apps.bookings.states import BookingStatus
from apps.checkin.errors import FlowExpired
from apps.checkin.models import CheckInFlow
from apps.checkin.selectors import OpenFlow, find_open_flow
from apps.checkin.services.starting import OpenStay, StartRequest, start_check_in
from apps.checkin.services.steps import (
    DetailsRequest,
    confirm_check_in,
    submit_details,
    submit_parking,
)
from apps.checkin.states import FlowStatus
from apps.common.models import Event
from apps.locks.models import AccessGrant
from apps.locks.states import GrantState
from tests.background import run_due_jobs
from tests.factories.bookings import OTHER_PHONE, BookingFactory
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db
Close = Callable[..., Booking]
BOTH = [(cancel_booking, BookingStatus.CANCELLED), (mark_no_show, BookingStatus.NO_SHOW)]


def begin(booking: Booking) -> str:
    """Start the check-in and give details; the codes are on the locks afterwards."""
    opened = start_check_in(StartRequest(booking_reference=booking.booking_reference))
    assert isinstance(opened, OpenFlow)
    submit_details(
        DetailsRequest(token=opened.token, full_name="Séamus Ó Sé", phone_number=OTHER_PHONE)
    )
    run_due_jobs()
    return opened.token


def complete(booking: Booking) -> OpenStay:
    token = begin(booking)
    submit_parking(token=token, has_car=False, car_registration=None)
    return confirm_check_in(token=token)


def codes_on_all(lock_cloud: LockCloud) -> list[str]:
    locks = AccessGrant.objects.get().locks.all()
    return [digits for lock in locks for digits in lock_cloud.codes_on(lock)]


@pytest.fixture
def arriving(lock_cloud: LockCloud) -> Booking:
    booking: Booking = BookingFactory(arriving_today=True, with_doors=True)
    assign_room(booking, booking.assigned_room)
    return booking


@pytest.mark.parametrize(("close", "status"), BOTH)
def test_a_check_in_under_way_ends_and_its_codes_leave_the_locks(
    close: Close, status: BookingStatus, arriving: Booking, lock_cloud: LockCloud
) -> None:
    token = begin(arriving)
    assert len(codes_on_all(lock_cloud)) == 2

    close(booking=arriving, performed_by="staff:mary")
    run_due_jobs()

    assert codes_on_all(lock_cloud) == []
    assert CheckInFlow.objects.get().status == FlowStatus.CANCELLED
    opened = find_open_flow(token)
    assert opened is not None  # it reads CANCELLED for a day
    with pytest.raises(FlowExpired):
        submit_parking(token=token, has_car=False, car_registration=None)
    arriving.refresh_from_db()
    assert arriving.status == status


@pytest.mark.parametrize(("close", "status"), BOTH)
def test_a_stay_link_that_was_given_opens_nothing_any_more(
    close: Close, status: BookingStatus, lock_cloud: LockCloud
) -> None:
    booking = BookingFactory(with_doors=True)  # from tomorrow on: not in house yet
    stay = complete(booking)
    assert ExpectedArrival.objects.filter(booking=booking).exists()

    close(booking=booking, performed_by="staff:mary")
    run_due_jobs()

    assert codes_on_all(lock_cloud) == []
    assert not ExpectedArrival.objects.exists()
    with pytest.raises(StayNotFound):
        get_booking_by_stay_token(stay.token)
    with pytest.raises(BookingNotFound):
        begin(booking)


def test_the_room_is_free_for_others_at_once(arriving: Booking) -> None:
    cancel_booking(booking=arriving, performed_by="staff:mary")

    assert not RoomNight.objects.exists()
    other = BookingFactory(hotel=arriving.hotel, arriving_today=True)
    assign_room(other, arriving.assigned_room)
    assert other.nights.count() == 2


def test_cancelling_again_is_the_same_success(arriving: Booking) -> None:
    for _ in range(2):
        cancel_booking(booking=arriving, performed_by="staff:mary")

    assert Event.objects.filter(name="booking-cancelled").count() == 1


def test_who_closed_it_is_written_into_the_history_of_its_access(arriving: Booking) -> None:
    booking = BookingFactory(with_doors=True)
    complete(booking)

    cancel_booking(booking=booking, performed_by="staff:mary")

    grant = AccessGrant.objects.get(holder=booking.lock_holder)
    assert grant.state == GrantState.ENDED
    assert grant.history.get(event="revoked").actor == "staff:mary"


def test_codes_leave_also_while_no_gateway_answers_once_one_does(
    arriving: Booking, lock_cloud: LockCloud
) -> None:
    begin(arriving)
    lock_cloud.faults(offline_gateways=[1, 2])

    cancel_booking(booking=arriving, performed_by="staff:mary")
    run_due_jobs()
    assert len(codes_on_all(lock_cloud)) == 2
    lock_cloud.all_well()
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        run_due_jobs()

    assert codes_on_all(lock_cloud) == []


@pytest.mark.parametrize(
    ("traits", "close", "refusal"),
    [
        ({"in_house": True}, cancel_booking, GuestInHouse),
        ({"in_house": True}, mark_no_show, GuestInHouse),
        ({"pending": True}, mark_no_show, BookingNotConfirmed),
        ({"no_show": True}, cancel_booking, BookingNotConfirmed),
        ({"cancelled": True}, mark_no_show, BookingNotConfirmed),
    ],
)
def test_what_can_t_be_closed_stays_as_it_is(
    traits: dict[str, Any], close: Close, refusal: type[Exception]
) -> None:
    booking = BookingFactory(**traits)
    mint_stay_token(booking)

    with pytest.raises(refusal):
        close(booking=booking, performed_by="staff:mary")

    assert Booking.objects.get(pk=booking.pk).status == booking.status
    assert booking.stay_tokens.count() == 1
