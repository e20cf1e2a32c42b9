"""What the house does is told by its types, and by the real services."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.bookings.models import Hotel
from apps.locks.models import AccessCode
from apps.locks.states import CodeState
from apps.partners.models import WebhookDelivery
from apps.partners.services.code_news import tell_of_codes
from apps.seating.services.payments import submit_payment_proof
from apps.seating.services.reviews import Review, approve_payment, reject_payment
from tests.background import run_due_jobs
from tests.bookings.stays import leave, stay_with_codes
from tests.factories.partners import partner_of
from tests.factories.seating import SeatingEventFactory, choose, picture
from tests.factories.webhooks import endpoint_at, happen
from tests.fakes.lock_cloud import LockCloud
from tests.partners.asking import ROOT, body_of, day, one, patch, post, put
from tests.partners.receiver import Receiver, Reply

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]


def told(client: APIClient, hotel: Hotel) -> list[dict[str, Any]]:
    page = client.get(f"{ROOT}events/", {"hotel_slug": hotel.slug, "limit": 100})
    events: list[dict[str, Any]] = page.json()["results"]
    return events


def test_a_reservation_is_told_of_when_a_partner_makes_changes_and_cancels_it(
    hotel: Hotel, partner: APIClient
) -> None:
    put(partner, "LS-1", body_of(hotel))
    put(partner, "LS-1", body_of(hotel))
    patch(partner, "LS-1", {"check_out_date": day(hotel, 4).isoformat()})
    post(partner, one("LS-1", "cancel"))
    events = told(partner, hotel)
    assert [event["type"] for event in events] == [
        "booking.created",
        "booking.updated",
        "booking.cancelled",
    ]
    assert {event["data"]["booking_reference"] for event in events} == {"LS-1"}
    assert events[1]["data"]["changed"] == ["check_out_date"]


def test_a_stay_is_told_of_with_its_room_and_its_codes(lock_cloud: LockCloud) -> None:
    booking = stay_with_codes()
    leave(booking)
    run_due_jobs()
    types = [event["type"] for event in told(partner_of(booking.hotel), booking.hotel)]
    for expected, count in {
        "booking.checked_in": 1,
        "access_code.set": 2,
        "booking.checked_out": 1,
        "room.status_changed": 2,
        "access_code.removed": 2,
    }.items():
        assert types.count(expected) == count, expected


def test_a_code_that_can_not_be_had_is_told_of(lock_cloud: LockCloud) -> None:
    booking = stay_with_codes()
    code = AccessCode.objects.order_by("pk")[0]
    AccessCode.objects.filter(pk=code.pk).update(state=CodeState.FAILED)
    tell_of_codes(code.grant)
    last = told(partner_of(booking.hotel), booking.hotel)[-1]
    assert (last["type"], last["data"]["status"]) == ("access_code.failed", "FAILED")


def test_seat_orders_are_told_of_without_their_holders(settings: Settings, tmp_path: Path) -> None:
    settings.PROOF_DIR = tmp_path / "proofs"
    gala = SeatingEventFactory(seats=12)
    for place, judge in enumerate((approve_payment, reject_payment)):
        opened = choose(gala, f"A-{place + 1}")
        submit_payment_proof(order_token=opened.token, file=picture(shade=place))
        judge(
            Review(
                order_pk=opened.order.pk,
                reviewed_by="staff:desk",
                expected_version=None,
                reason="No amount.",
            )
        )
    events = told(partner_of(gala.hotel), gala.hotel)
    assert [event["type"] for event in events] == [
        "seat_order.submitted",
        "seat_order.confirmed",
        "seat_order.submitted",
        "seat_order.rejected",
    ]
    keys = {"hotel_slug", "sequence", "order_number", "event_slug", "status"}
    assert all(set(event["data"]) == keys for event in events)


def test_operators_see_what_waits_for_a_receiver(
    client: Client, hotel: Hotel, receiver: Receiver
) -> None:
    endpoint_at(receiver.url(), hotel)
    run_due_jobs()
    assert "doorstep_webhooks_due 0.0" in client.get("/metrics").content.decode()
    receiver.replies = lambda _: Reply(status=500)
    happen(hotel, "room-status-changed", room_number=101)
    run_due_jobs()
    WebhookDelivery.objects.update(due_at=timezone.now() - timedelta(minutes=5))
    told_then = client.get("/metrics").content.decode()
    assert "doorstep_webhooks_due 1.0" in told_then
    assert 'doorstep_work_due{kind="partners.WebhookEndpoint"' not in told_then
