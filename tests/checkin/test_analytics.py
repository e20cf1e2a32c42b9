"""What is counted of a check-in as it goes along: no names, and never in the guest's way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.bookings.errors import InvalidPhone
from apps.bookings.models import Booking
from apps.bookings.signals import booking_closed
from apps.checkin import errors
from apps.checkin.models import CheckInAnalytics, CheckInFlow
from apps.checkin.selectors import OpenFlow
from apps.checkin.services.desk import DeskCheckIn, check_in_at_desk
from apps.checkin.services.pin_status import apply_grant_state
from apps.checkin.services.starting import StartRequest, flow_lifetime, start_check_in
from apps.checkin.services.steps import (
    DetailsRequest,
    confirm_check_in,
    submit_details,
    submit_parking,
)
from apps.checkin.states import DeviceType, FlowStatus, PinFailure, PinStatus, Step
from apps.locks.models import AccessGrant
from apps.locks.states import GrantState
from tests.background import run_due_jobs
from tests.factories.bookings import OTHER_PHONE, BookingFactory
from tests.factories.checkin import CheckInAnalyticsFactory
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking() -> Booking:
    """A booking of a house without locks."""
    made: Booking = BookingFactory(arriving_today=True, with_room=True)
    return made


@pytest.fixture
def booking_with_doors(lock_cloud: LockCloud) -> Booking:
    made: Booking = BookingFactory(arriving_today=True, with_doors=True)
    return made


def start(booking: Booking, **more: Any) -> str:
    opened = start_check_in(StartRequest(booking_reference=booking.booking_reference, **more))
    assert isinstance(opened, OpenFlow)
    return opened.token


def give_details(token: str) -> None:
    submit_details(DetailsRequest(token=token, full_name="Séamus Ó Sé", phone_number=OTHER_PHONE))


def park(token: str) -> None:
    submit_parking(token=token, has_car=False, car_registration=None)


def counted() -> CheckInAnalytics:
    return CheckInAnalytics.objects.get()


def test_a_start_is_counted_once_however_many_devices_begin(booking: Booking) -> None:
    start(booking, device_type=DeviceType.TABLET)
    start(booking, device_type=DeviceType.MOBILE)

    row = counted()
    assert (row.hotel, row.flow) == (booking.hotel, CheckInFlow.objects.get())
    assert (row.furthest_step, row.status) == (Step.FOUND, FlowStatus.IN_PROGRESS)
    assert row.device_type == DeviceType.TABLET
    assert row.takeovers == 0


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Australia/Lord_Howe", date(2026, 7, 2)), ("America/Los_Angeles", date(2026, 7, 1))],
)
def test_the_day_of_a_start_is_the_hotels(zone: str, day: date) -> None:
    with time_machine.travel(datetime(2026, 7, 1, 14, 30, tzinfo=UTC), tick=False):
        start(BookingFactory(arriving_today=True, with_room=True, hotel__timezone=zone))

    assert counted().started_on == day


def test_the_furthest_step_stays_when_the_guest_goes_back(booking: Booking) -> None:
    token = start(booking)
    give_details(token)
    park(token)
    give_details(token)

    row = counted()
    assert row.furthest_step == Step.PARKING
    assert row.resubmissions == 1


def test_a_completed_check_in_is_counted_with_its_instant(booking: Booking) -> None:
    token = start(booking)
    give_details(token)
    park(token)
    confirm_check_in(token=token)
    confirm_check_in(token=token)

    row, flow = counted(), CheckInFlow.objects.get()
    assert (row.is_completed, row.status) == (True, FlowStatus.COMPLETED)
    assert (row.furthest_step, row.completed_at) == (Step.CONFIRMED, flow.completed_at)


def test_a_refused_step_counts_for_nothing(booking: Booking) -> None:
    token = start(booking)
    give_details(token)
    with pytest.raises(InvalidPhone):
        submit_details(DetailsRequest(token=token, full_name="Séamus Ó Sé", phone_number="12"))

    assert counted().resubmissions == 0


def test_another_device_that_goes_on_is_counted(booking: Booking) -> None:
    give_details(start(booking))
    start(booking, verification=OTHER_PHONE[-4:])

    assert counted().takeovers == 1


def test_a_device_that_fails_to_prove_itself_is_no_takeover(booking: Booking) -> None:
    give_details(start(booking))
    with pytest.raises(errors.VerificationFailed):
        start(booking, verification="0000")

    assert counted().takeovers == 0


def test_an_abandoned_check_in_is_counted_as_expired_where_it_stopped(booking: Booking) -> None:
    give_details(start(booking))
    with time_machine.travel(timezone.now() + flow_lifetime() + timedelta(seconds=5), tick=False):
        run_due_jobs()

    row = counted()
    assert (row.status, row.furthest_step) == (FlowStatus.EXPIRED, Step.DETAILS)
    assert (row.is_completed, row.completed_at) == (False, None)


def test_what_the_desk_finishes_is_told_apart_from_what_the_guest_confirmed(
    booking: Booking,
) -> None:
    give_details(start(booking))
    check_in_at_desk(DeskCheckIn(booking=booking, performed_by="desk"))

    row = counted()
    assert (row.status, row.is_completed) == (FlowStatus.COMPLETED, True)
    assert (row.furthest_step, row.is_finished_by_staff) == (Step.DETAILS, True)


def test_a_cancelled_booking_ends_the_count(booking: Booking) -> None:
    start(booking)
    with transaction.atomic():
        booking_closed.send(Booking, booking=booking)

    assert counted().status == FlowStatus.CANCELLED


def test_a_new_start_after_the_end_is_counted_anew(booking: Booking) -> None:
    start(booking)
    with time_machine.travel(timezone.now() + flow_lifetime() + timedelta(seconds=5), tick=False):
        start(booking)

    statuses = CheckInAnalytics.objects.order_by("started_at").values_list("status", flat=True)
    assert list(statuses) == [FlowStatus.EXPIRED, FlowStatus.IN_PROGRESS]


# -- the time to the PIN -------------------------------------------------------------------------


def test_the_time_to_the_pin_runs_from_the_details_to_the_locks(
    booking_with_doors: Booking,
) -> None:
    asked_at = timezone.now()
    with time_machine.travel(asked_at, tick=False):
        give_details(start(booking_with_doors))
    assert counted().seconds_to_pin is None
    with time_machine.travel(asked_at + timedelta(seconds=12), tick=False):
        run_due_jobs()

    row = counted()
    assert (row.pin_asked_at, row.pin_ready_at) == (asked_at, asked_at + timedelta(seconds=12))
    assert row.seconds_to_pin == 12
    assert not row.had_pin_failure


def test_the_first_time_to_the_pin_counts(booking_with_doors: Booking) -> None:
    token = start(booking_with_doors)
    give_details(token)
    run_due_jobs()
    first = counted()
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        give_details(token)
        run_due_jobs()

    row = counted()
    assert (row.pin_asked_at, row.seconds_to_pin) == (first.pin_asked_at, first.seconds_to_pin)


def test_a_house_without_locks_says_nothing_of_the_time_to_a_pin(booking: Booking) -> None:
    give_details(start(booking))

    assert counted().seconds_to_pin is None


def test_a_worker_whose_clock_is_behind_stops_no_check_in(booking_with_doors: Booking) -> None:
    asked_at = timezone.now()
    with time_machine.travel(asked_at, tick=False):
        give_details(start(booking_with_doors))
    flow = CheckInFlow.objects.get()
    AccessGrant.objects.update(state=GrantState.READY)
    with time_machine.travel(asked_at - timedelta(seconds=3), tick=False):
        apply_grant_state(flow)

    assert CheckInFlow.objects.get().pin_status == PinStatus.READY
    assert counted().seconds_to_pin == 0


# -- failures ------------------------------------------------------------------------------------


def test_a_booking_without_a_room_has_no_pin_for_want_of_one() -> None:
    give_details(start(BookingFactory(arriving_today=True)))

    assert counted().had_pin_failure
    assert counted().pin_failure == PinFailure.NO_ROOM


@pytest.mark.parametrize(
    ("is_given_up", "cause"), [(True, PinFailure.GIVEN_UP), (False, PinFailure.UNREACHABLE)]
)
def test_a_failed_pin_is_counted_with_its_cause_even_if_it_comes_right_later(
    booking_with_doors: Booking, is_given_up: bool, cause: PinFailure
) -> None:
    give_details(start(booking_with_doors))
    AccessGrant.objects.update(state=GrantState.FAILED, is_given_up=is_given_up)
    apply_grant_state(CheckInFlow.objects.get())
    AccessGrant.objects.update(state=GrantState.READY)
    apply_grant_state(CheckInFlow.objects.get())

    row = counted()
    assert (row.had_pin_failure, row.pin_failure) == (True, cause)
    assert row.seconds_to_pin is not None


# -- the row itself ------------------------------------------------------------------------------


def test_the_row_outlives_its_flow(booking: Booking) -> None:
    start(booking)
    CheckInFlow.objects.all().delete()

    assert counted().flow is None


def test_the_row_has_no_place_for_a_name() -> None:
    """Its only texts are choices, and its only ways to anybody are the hotel and the flow."""
    fields = CheckInAnalytics._meta.get_fields()
    texts = [field for field in fields if isinstance(field, models.CharField | models.TextField)]
    ways = {field.name for field in fields if field.is_relation}

    assert all(field.choices for field in texts)
    assert ways == {"hotel", "flow"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"is_completed": True},
        {"status": FlowStatus.COMPLETED},
        {"completed_at": timezone.now()},
        {"furthest_step": Step.CONFIRMED},
        {"is_finished_by_staff": True},
        {
            "is_completed": True,
            "status": FlowStatus.COMPLETED,
            "completed_at": timezone.now(),
            "furthest_step": Step.PARKING,
        },
        {"pin_ready_at": timezone.now(), "seconds_to_pin": 1.0},
        {"pin_asked_at": timezone.now(), "seconds_to_pin": 1.0},
        {"pin_asked_at": timezone.now(), "pin_ready_at": timezone.now()},
        {
            "pin_asked_at": timezone.now(),
            "pin_ready_at": timezone.now() - timedelta(seconds=1),
            "seconds_to_pin": 0.0,
        },
        {"had_pin_failure": True},
        {"pin_failure": PinFailure.NO_ROOM},
    ],
    ids=lambda wrong: " ".join(wrong),
)
def test_the_database_refuses_a_row_that_contradicts_itself(wrong: dict[str, Any]) -> None:
    row = CheckInAnalyticsFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        CheckInAnalytics.objects.filter(pk=row.pk).update(**wrong)


@pytest.mark.parametrize("take", [give_details, park, lambda token: confirm_check_in(token=token)])
def test_each_step_costs_one_statement(booking: Booking, take: Callable[[str], object]) -> None:
    token = start(booking)
    give_details(token)
    park(token)
    with CaptureQueriesContext(connection) as queries:
        take(token)

    table = CheckInAnalytics._meta.db_table
    assert len([query for query in queries if table in query["sql"]]) == 1
