"""What is thrown away by itself, and what stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from apps.bookings.models import StayToken
from apps.bookings.services.stays import mint_stay_token
from apps.checkin.models import (
    CheckInAnalytics,
    CheckInFlow,
    CheckInToken,
    VerificationFailure,
)
from apps.checkin.selectors import find_open_flow
from apps.checkin.services.purge import purge_flow_tokens, purge_unfinished_flows
from apps.checkin.states import FlowStatus
from apps.common import maintenance
from apps.common.maintenance import owe_duties
from apps.common.models import Duty
from tests.background import run_due_jobs
from tests.factories.bookings import BookingFactory
from tests.factories.checkin import CheckInAnalyticsFactory, CheckInFlowFactory, key_to

pytestmark = pytest.mark.django_db
RETENTION = timedelta(days=30)


def aged(by: timedelta, **state: bool) -> CheckInFlow:
    """A flow that last changed so long ago."""
    flow: CheckInFlow = CheckInFlowFactory(with_details=True, **state)
    CheckInFlow.objects.filter(pk=flow.pk).update(updated_at=timezone.now() - by)
    return flow


@pytest.mark.parametrize("how", ["expired", "cancelled"])
def test_a_flow_that_never_finished_goes_after_a_while_with_its_keys(how: str) -> None:
    old = aged(RETENTION + timedelta(minutes=1), **{how: True})
    key_to(old)
    young = aged(RETENTION - timedelta(minutes=1), **{how: True})

    assert not purge_unfinished_flows(timezone.now())

    assert list(CheckInFlow.objects.all()) == [young]
    assert not CheckInToken.objects.exists()


def test_flows_under_way_and_completed_ones_are_kept(settings: Settings) -> None:
    settings.CHECKIN_FLOW_RETENTION_DAYS = 1
    kept = {aged(timedelta(days=400)), aged(timedelta(days=400), completed=True)}

    purge_unfinished_flows(timezone.now())

    assert set(CheckInFlow.objects.all()) == kept


def test_what_was_counted_of_a_flow_stays() -> None:
    flow = aged(RETENTION * 2, expired=True)
    counted = CheckInAnalyticsFactory(
        flow=flow, hotel=flow.booking.hotel, status=FlowStatus.EXPIRED
    )

    purge_unfinished_flows(timezone.now())

    counted.refresh_from_db()
    assert (counted.flow, counted.status) == (None, FlowStatus.EXPIRED)


def test_a_pile_is_cleared_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "PORTION", 2)
    for _ in range(3):
        aged(RETENTION * 2, expired=True)

    assert purge_unfinished_flows(timezone.now())
    assert CheckInFlow.objects.count() == 1
    assert not purge_unfinished_flows(timezone.now())
    assert not CheckInFlow.objects.exists()


def test_only_keys_that_open_nothing_any_more_go() -> None:
    opening = [key_to(aged(timedelta(hours=23), completed=True)), key_to(aged(timedelta(0)))]
    key_to(aged(timedelta(hours=25), completed=True))
    key_to(aged(timedelta(hours=25), expired=True))

    purge_flow_tokens(timezone.now())

    assert CheckInToken.objects.count() == 2
    assert all(find_open_flow(token) for token in opening)


def test_the_duties_of_a_day_clear_what_is_old() -> None:
    """Without anybody's doing: a month later, after one round of the workers, nothing is left."""
    now = datetime.fromisoformat("2026-07-01T12:00:00Z")
    with time_machine.travel(now, tick=False):
        Duty.objects.all().delete()
        owe_duties()
        flow = CheckInFlowFactory(with_details=True, expired=True)
        key_to(flow)
        booking = BookingFactory()
        mint_stay_token(booking)
        VerificationFailure.objects.create(booking=booking, address_digest="0", failed_at=now)
        counted = CheckInAnalyticsFactory(flow=flow, hotel=flow.booking.hotel)
    with time_machine.travel(now + RETENTION + timedelta(days=1), tick=False):
        run_due_jobs()

    for gone in (CheckInFlow, CheckInToken, StayToken, VerificationFailure):
        assert not gone.objects.exists(), gone
    assert CheckInAnalytics.objects.get() == counted
