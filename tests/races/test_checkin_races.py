"""Two devices, double clicks and the worker, all at once on one booking."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from apps.bookings.models import Booking, Guest
from apps.checkin import errors
from apps.checkin.models import CheckInFlow, CheckInToken
from apps.checkin.selectors import OpenFlow
from apps.checkin.services import starting
from apps.checkin.services.starting import OpenStay, StartRequest, start_check_in
from apps.checkin.services.steps import (
    DetailsRequest,
    confirm_check_in,
    submit_details,
    submit_parking,
)
from apps.checkin.states import FlowStatus, Step
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.states import LIVE, GrantState
from tests.background import at_once, run_due_jobs
from tests.factories.bookings import OTHER_PHONE, BookingFactory
from tests.factories.checkin import CheckInFlowFactory, key_to
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db(transaction=True)
DEVICES = 4


@pytest.fixture
def booking(lock_cloud: LockCloud) -> Booking:
    made: Booking = BookingFactory(arriving_today=True, with_doors=True)
    return made


def start(booking: Booking) -> OpenFlow:
    opened = start_check_in(StartRequest(booking_reference=booking.booking_reference))
    assert isinstance(opened, OpenFlow)
    return opened


def details(token: str, name: str = "Séamus Ó Sé") -> OpenFlow:
    return submit_details(DetailsRequest(token=token, full_name=name, phone_number=OTHER_PHONE))


def of_kind(kind: type[Any], results: list[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, kind)]


def assert_one_of_everything(booking: Booking, lock_cloud: LockCloud) -> None:
    """One live flow or completed one, one grant, and the same one code on every lock."""
    assert CheckInFlow.objects.count() == 1
    grant = AccessGrant.objects.exclude(state=GrantState.ENDED).get()
    run_due_jobs()
    for lock in grant.locks.all():
        assert AccessCode.objects.filter(lock=lock, state__in=LIVE).count() == 1
        assert lock_cloud.codes_on(lock) == [grant.pin]
    assert lock_cloud.calls("keyboardPwd/add") == grant.locks.count()


def test_starts_at_once_share_one_flow(booking: Booking) -> None:
    opened = at_once(*[lambda: start(booking)] * DEVICES)

    assert len(of_kind(OpenFlow, opened)) == DEVICES, opened
    assert CheckInFlow.objects.count() == 1
    assert CheckInToken.objects.filter(ended_at=None).count() == DEVICES


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time anyway"
)
def test_without_the_lock_on_the_booking_starts_collide(
    booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the test above: it shows that the race is there, and what the lock is for."""
    both_have_read = threading.Barrier(2)

    def read_without_lock(pk: int) -> Booking:
        found = Booking.objects.select_related("hotel", "assigned_room").get(pk=pk)
        both_have_read.wait(10)
        return found

    monkeypatch.setattr(starting, "get_booking_for_update", read_without_lock)

    for _ in range(20):
        results = at_once(*[lambda: start(booking)] * 2)
        if of_kind(IntegrityError, results):
            return
        CheckInFlow.objects.all().delete()
    pytest.fail("the race never happened")


def test_a_double_click_on_the_details_asks_for_one_pin(
    booking: Booking, lock_cloud: LockCloud
) -> None:
    token = start(booking).token

    results = at_once(*[lambda: details(token)] * DEVICES)

    assert len(of_kind(OpenFlow, results)) == DEVICES, results
    assert_one_of_everything(booking, lock_cloud)


def test_of_two_devices_with_details_at_once_one_goes_on(
    booking: Booking, lock_cloud: LockCloud
) -> None:
    tokens = [start(booking).token for _ in range(DEVICES)]

    results = at_once(
        *[lambda n=n: details(tokens[n], f"Device {'ABCD'[n]}") for n in range(DEVICES)]
    )

    accepted = of_kind(OpenFlow, results)
    assert len(accepted) == 1, results
    assert len(of_kind(errors.FlowNotFound, results)) == DEVICES - 1
    assert CheckInFlow.objects.get().full_name == accepted[0].flow.full_name
    assert_one_of_everything(booking, lock_cloud)


def test_a_start_beside_the_details_shows_nothing_of_them(
    booking: Booking, lock_cloud: LockCloud
) -> None:
    token = start(booking).token

    accepted, started = at_once(lambda: details(token), lambda: start(booking))

    assert isinstance(accepted, OpenFlow), accepted
    if isinstance(started, OpenFlow):  # it came first: its key ended with the details
        assert started.flow.step == Step.FOUND
        with pytest.raises(errors.FlowNotFound):
            details(started.token)
    else:
        assert isinstance(started, errors.VerificationRequired)
    assert_one_of_everything(booking, lock_cloud)


def test_a_double_click_on_confirm_checks_one_guest_in(
    booking: Booking, lock_cloud: LockCloud
) -> None:
    token = start(booking).token
    details(token)
    submit_parking(token=token, has_car=False, car_registration=None)
    run_due_jobs()

    results = at_once(*[lambda: confirm_check_in(token=token)] * DEVICES)

    assert len({stay.token for stay in of_kind(OpenStay, results)}) == DEVICES, results
    assert Guest.objects.count() == 1
    assert CheckInFlow.objects.get().status == FlowStatus.COMPLETED
    assert_one_of_everything(booking, lock_cloud)


def test_the_worker_beside_the_guest_gets_in_nobodys_way(
    booking: Booking, lock_cloud: LockCloud
) -> None:
    """Details again and again while the codes are set: no deadlock, no second code, no error."""
    token = start(booking).token
    details(token)
    is_over = threading.Event()

    def click() -> None:
        try:
            for name in ("Mary", "Máire", "Mary O'Brien", "M. O'Brien"):
                details(token, name)
        finally:
            is_over.set()

    def work() -> None:
        while not is_over.is_set():
            run_due_jobs()

    assert at_once(click, work, work) == [None] * 3
    assert_one_of_everything(booking, lock_cloud)


def test_details_at_the_moment_of_expiry_win_or_lose_as_a_whole(
    booking: Booking, lock_cloud: LockCloud
) -> None:
    for _ in range(5):
        CheckInFlow.objects.all().delete()
        soon = timezone.now() + timedelta(milliseconds=300)
        flow = CheckInFlowFactory(booking=booking, expires_at=soon, due_at=soon)
        token = key_to(flow)

        def last_moment(soon: Any = soon, token: str = token) -> OpenFlow:
            threading.Event().wait(max(0.0, (soon - timezone.now()).total_seconds()))
            return details(token)

        def expire(soon: Any = soon) -> None:
            threading.Event().wait(max(0.0, (soon - timezone.now()).total_seconds()))
            run_due_jobs()

        accepted, _expired = at_once(last_moment, expire)
        run_due_jobs()

        flow.refresh_from_db()
        grants = AccessGrant.objects.exclude(state=GrantState.ENDED)
        if isinstance(accepted, OpenFlow):
            assert flow.status == FlowStatus.IN_PROGRESS
            assert grants.count() == 1
        else:
            assert isinstance(accepted, errors.FlowExpired)
            assert flow.status == FlowStatus.EXPIRED
            assert not grants.exists()
