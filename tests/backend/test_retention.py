"""What grows for ever is thrown away in time; what is owed, paid for or counted stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db.models import Model
from django.utils import timezone
from pytest_django import Settings

from apps.bookings.models import Booking
from apps.checkin.models import CheckInAnalytics, CheckInFlow
from apps.checkin.services.purge import purge_completed_flows
from apps.common import maintenance
from apps.common.models import Alert, Notice
from apps.common.notices.models import NoticeState
from apps.common.purge import purge_alerts, purge_notices
from apps.locks.models import AccessCode, AccessGrant, AccessHistory, LockUse
from apps.locks.services import purge as access
from apps.locks.services.history import record
from apps.locks.services.purge import purge_access
from apps.locks.states import CodeState, GrantState
from apps.partners.models import (
    DeliveryState,
    Partner,
    ToldCode,
    WebhookDelivery,
    WebhookEndpoint,
)
from apps.partners.services.webhook_redelivery import forget_deliveries
from apps.seating.models import PaymentProof, SeatOrder
from apps.seating.services.orders import release_seats
from apps.seating.services.purge import purge_given_up_orders
from apps.staff.services.logins import purge_sessions
from tests.factories.bookings import BookingFactory
from tests.factories.checkin import CheckInAnalyticsFactory, CheckInFlowFactory
from tests.factories.locks import AccessCodeFactory, AccessGrantFactory, LockFactory
from tests.factories.seating import SeatingEventFactory, choose

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)
Duty = Callable[[datetime], bool]


def left(model: type[Model], duty: Duty) -> set[Any]:
    """Run a duty to its end, and once more; return the keys of what is left."""
    while duty(NOW):
        pass
    once = set(model._default_manager.values_list("pk", flat=True))
    assert not duty(NOW)
    assert set(model._default_manager.values_list("pk", flat=True)) == once
    return once


# -- notices, alerts, sessions -------------------------------------------------------------------


def notice(age: timedelta, **columns: Any) -> Any:
    state = {"state": NoticeState.SENT, "sent_at": NOW - age} | columns
    made = Notice.objects.create(
        scope="hotel:1",
        channel="EMAIL",
        template="link",
        language="en",
        dedupe_key=str(uuid4()),
        asked_at=NOW - age,
        **state,
    )
    return made.pk


def test_notices_go_when_they_are_old_and_done_with(settings: Settings) -> None:
    settings.NOTICE_RETENTION_DAYS = 365
    notice(366 * DAY)
    notice(366 * DAY, state=NoticeState.FAILED, sent_at=None)
    kept = {
        notice(364 * DAY),
        notice(366 * DAY, state=NoticeState.PENDING, sent_at=None, due_at=NOW),
        notice(367 * DAY, due_at=NOW),  # it still owes its own erasure
    }

    assert left(Notice, purge_notices) == kept


def test_alerts_go_when_they_were_closed_long_ago(settings: Settings) -> None:
    settings.ALERT_RETENTION_DAYS = 30

    def alert(subject: str, closed: timedelta | None) -> Any:
        closed_at = None if closed is None else NOW - closed
        opened_at = NOW - 90 * DAY
        columns = {"scope": "hotel:1", "kind": "k", "subject": subject, "message": "m"}
        return Alert.objects.create(opened_at=opened_at, closed_at=closed_at, **columns).pk

    alert("old", 31 * DAY)
    kept = {alert("young", 29 * DAY), alert("open", None)}

    assert left(Alert, purge_alerts) == kept


def test_sessions_go_when_their_time_is_over() -> None:
    Session.objects.create(session_key="over", session_data="", expire_date=NOW - DAY)
    Session.objects.create(session_key="open", session_data="", expire_date=NOW + DAY)

    assert left(Session, purge_sessions) == {"open"}


# -- access --------------------------------------------------------------------------------------


def ended_access(age: timedelta, *, state: CodeState = CodeState.REMOVED) -> AccessGrant:
    """A grant that ended so long ago, with a code that was told of, used and written down."""
    grant: AccessGrant = AccessGrantFactory(
        state=GrantState.ENDED, ended_at=NOW - age, locks=[LockFactory()]
    )
    code = AccessCodeFactory(grant=grant, state=state, vendor_code_id=7)
    record("asked", grant=grant, code=code)
    LockUse.objects.create(lock=code.lock, code=code, happened_at=NOW - age)
    ToldCode.objects.create(code=code, state=state)
    return grant


def test_access_goes_with_all_of_its_rows_when_it_ended_long_ago(settings: Settings) -> None:
    settings.ACCESS_RETENTION_DAYS = 100
    gone = ended_access(101 * DAY)
    flow = CheckInFlowFactory(with_details=True, access_grant=gone)
    young, in_debt = ended_access(99 * DAY), ended_access(101 * DAY, state=CodeState.REMOVAL_FAILED)
    live = AccessGrantFactory(ready=True, starts_at=NOW - 200 * DAY)

    assert left(AccessGrant, purge_access) == {young.pk, in_debt.pk, live.pk}

    kept = {young.pk, in_debt.pk}
    assert set(AccessCode.objects.values_list("grant_id", flat=True)) == kept
    assert set(AccessHistory.objects.values_list("grant_id", flat=True)) == kept
    assert LockUse.objects.count() == ToldCode.objects.count() == 2
    flow.refresh_from_db()
    assert flow.access_grant is None


def test_access_goes_in_portions(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ACCESS_RETENTION_DAYS = 100
    monkeypatch.setattr(access, "PORTION", 2)
    oldest = [ended_access((110 - place) * DAY).pk for place in range(3)]

    assert purge_access(NOW)
    assert list(AccessGrant.objects.values_list("pk", flat=True)) == oldest[2:]
    assert not purge_access(NOW)
    assert not AccessGrant.objects.exists()


# -- check-ins -----------------------------------------------------------------------------------


def test_a_completed_check_in_goes_long_after_the_stay_and_its_figures_stay(
    settings: Settings,
) -> None:
    settings.CHECKIN_COMPLETED_RETENTION_DAYS = 365

    def completed(booking: Booking, age: timedelta) -> CheckInFlow:
        flow: CheckInFlow = CheckInFlowFactory(completed=True, booking=booking)
        CheckInFlow.objects.filter(pk=flow.pk).update(updated_at=NOW - age)
        return flow

    old = completed(BookingFactory(checked_out=True), 366 * DAY)
    CheckInAnalyticsFactory(flow=old)
    kept = {
        completed(BookingFactory(checked_out=True), 364 * DAY).pk,
        completed(BookingFactory(in_house=True), 366 * DAY).pk,
    }

    assert left(CheckInFlow, purge_completed_flows) == kept
    assert CheckInAnalytics.objects.get().flow is None
    assert Booking.objects.count() == 3


# -- seats ---------------------------------------------------------------------------------------


def given_up(label: str, age: timedelta, **columns: Any) -> SeatOrder:
    event = SeatingEventFactory(seats=6)
    opened = release_seats(order_token=choose(event, label).token)
    SeatOrder.objects.filter(pk=opened.order.pk).update(ended_at=NOW - age, **columns)
    return opened.order


def test_orders_that_came_to_nothing_go_and_whatever_has_to_do_with_money_stays(
    settings: Settings,
) -> None:
    settings.SEAT_ORDER_RETENTION_DAYS = 90
    given_up("A-1", 91 * DAY)
    proven = given_up("A-3", 91 * DAY)
    PaymentProof.objects.create(
        order=proven,
        content_hash="0",
        file_name="0",
        media_type="image/png",
        size_bytes=1,
        submitted_at=NOW,
    )
    kept = {
        given_up("A-2", 89 * DAY).pk,
        proven.pk,
        given_up("A-4", 91 * DAY, mark="LATE").pk,
        choose(SeatingEventFactory(seats=6), "A-1").order.pk,
    }

    assert left(SeatOrder, purge_given_up_orders) == kept
    assert PaymentProof.objects.exists()


# -- webhooks ------------------------------------------------------------------------------------


def test_webhooks_are_kept_for_as_long_as_is_set(settings: Settings) -> None:
    settings.WEBHOOK_RETENTION_DAYS = 5
    partner = Partner.objects.create(name="Lakeside PMS")
    endpoint = WebhookEndpoint.objects.create(partner=partner, url="https://example.com")

    def delivery(age: timedelta) -> Any:
        at = NOW - age
        columns = {"state": DeliveryState.DELIVERED, "created_at": at, "due_at": at, "ended_at": at}
        return endpoint.deliveries.create(message_id=str(age), type="t", body="{}", **columns).pk

    delivery(6 * DAY)
    kept = {delivery(4 * DAY)}

    assert left(WebhookDelivery, forget_deliveries) == kept


def test_workers_know_every_duty_that_throws_something_away() -> None:
    assert {
        *("common.purge_notices", "common.purge_alerts", "staff.purge_sessions"),
        *("locks.purge_access", "checkin.purge_completed_flows", "seating.purge_given_up_orders"),
    } <= {duty.name for duty in maintenance.all_duties()}
