"""The example for partners keeps a ledger in step with a live server, both ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.utils import timezone
from pytest_django import Settings

from apps.bookings.models import Booking, Hotel
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.closing import cancel_booking
from apps.partners.models import WebhookDelivery
from examples.pms_client import Doorstep, Ledger, Listener, Sync
from tests.background import run_due_jobs
from tests.common.errands import wait_until
from tests.factories.bookings import BookingFactory, HotelFactory
from tests.factories.partners import key_for
from tests.live_server import server as server

pytestmark = pytest.mark.usefixtures("fresh_limits")

GUEST = {"full_name": "Aoife Byrne", "email": "aoife@example.com"}


def sooner_or_later(is_so: Callable[[], Any]) -> None:
    """Do the work of a worker meanwhile, in case none runs beside the server."""

    def after_work() -> Any:
        run_due_jobs()
        return is_so()

    wait_until(after_work)


@pytest.fixture
def hotel(server: str, settings: Settings) -> Hotel:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    made: Hotel = HotelFactory()
    return made


@pytest.fixture
def doorstep(server: str, hotel: Hotel) -> Doorstep:
    url = server.replace("ws://", "http://").removesuffix("/graphql/")
    return Doorstep(url, key_for(hotel).secret)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def sync(doorstep: Doorstep, ledger: Ledger) -> Sync:
    return Sync(doorstep, ledger)


@pytest.fixture
def listener(doorstep: Doorstep, sync: Sync) -> Iterator[Listener]:
    with Listener(sync) as running:
        endpoint_id, running.secret = doorstep.listen_at(running.url)
        yield running
        doorstep.stop_listening(endpoint_id)


def stay(**more: Any) -> dict[str, Any]:
    day = timezone.now().date() + timedelta(days=30)
    dates = {"check_in_date": str(day), "check_out_date": str(day + timedelta(days=2))}
    return {**dates, "guest": GUEST, **more}


def test_what_changes_here_is_there(sync: Sync, ledger: Ledger, hotel: Hotel) -> None:
    ledger.write("LS-1", **stay())
    sync.push()
    booking = Booking.objects.get(hotel=hotel, booking_reference="LS-1")
    assert booking.contact_name == GUEST["full_name"]
    later = str(booking.check_out_date + timedelta(days=1))
    ledger.write("LS-1", check_out_date=later)
    sync.push()
    booking.refresh_from_db()
    assert str(booking.check_out_date) == later
    assert ledger.to_push == set()


def test_what_changes_there_is_here(sync: Sync, ledger: Ledger, hotel: Hotel) -> None:
    booking = BookingFactory(hotel=hotel)
    sync.pull()
    assert ledger.reservations[booking.booking_reference]["status"] == "CONFIRMED"
    cancel_booking(booking=booking, performed_by="desk")
    sync.pull()
    assert ledger.reservations[booking.booking_reference]["status"] == "CANCELLED"


def test_a_webhook_brings_the_news_at_once(
    listener: Listener, ledger: Ledger, hotel: Hotel
) -> None:
    booking = BookingFactory(hotel=hotel, in_house=True)
    checkout_booking(booking=booking, performed_by="desk", source="desk")
    sooner_or_later(lambda: booking.booking_reference in ledger.reservations)
    assert ledger.reservations[booking.booking_reference]["status"] == "COMPLETED"


def test_who_can_not_sign_is_not_believed(listener: Listener, ledger: Ledger, hotel: Hotel) -> None:
    booking = BookingFactory(hotel=hotel)
    cancel_booking(booking=booking, performed_by="desk")
    sooner_or_later(lambda: ledger.heard)
    sent = WebhookDelivery.objects.get()
    ledger.reservations.clear()
    ledger.heard.clear()
    headers = {
        "webhook-id": sent.message_id,
        "webhook-timestamp": str(int(timezone.now().timestamp())),
        "webhook-signature": "v1,bm90IHRoZSBzaWduYXR1cmU=",
    }
    answer = requests.post(listener.url, data=sent.body, headers=headers, timeout=10)
    assert answer.status_code == 401
    assert ledger.reservations == {}


def test_what_nobody_listened_to_is_caught_up_with_once(
    sync: Sync, ledger: Ledger, hotel: Hotel
) -> None:
    booking = BookingFactory(hotel=hotel)
    cancel_booking(booking=booking, performed_by="desk")
    sync.catch_up()
    assert ledger.reservations[booking.booking_reference]["status"] == "CANCELLED"
    heard = set(ledger.heard)
    sync.catch_up()
    assert ledger.heard == heard
    assert len(heard) == 1
