"""Many guesses at once get no further than one after the other."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from apps.bookings.models import Booking
from apps.checkin.errors import VerificationFailed
from apps.checkin.models import VerificationFailure
from apps.checkin.services import starting
from apps.checkin.services.starting import StartRequest, start_check_in
from apps.common.errors import RateLimited
from tests.background import at_once
from tests.factories.bookings import BookingFactory

pytestmark = pytest.mark.django_db(transaction=True)
GUESSES = 50


@pytest.fixture
def booking() -> Booking:
    made: Booking = BookingFactory(in_house=True, on_file=True)
    return made


def guess(booking: Booking, address: str) -> Any:
    return start_check_in(
        StartRequest(
            booking_reference=booking.booking_reference,
            verification="0000",
            client_address=address,
        )
    )


def of_kind(kind: type[Any], results: list[Any]) -> int:
    return sum(isinstance(result, kind) for result in results)


def test_fifty_guesses_at_once_from_one_address_are_heard_five_times(booking: Booking) -> None:
    results = at_once(*[lambda: guess(booking, "203.0.113.9")] * GUESSES)

    assert of_kind(VerificationFailed, results) == 5, results
    assert of_kind(RateLimited, results) == GUESSES - 5
    assert VerificationFailure.objects.count() == 5


def test_fifty_guesses_at_once_from_everywhere_are_heard_twenty_times(booking: Booking) -> None:
    results = at_once(*[lambda n=n: guess(booking, f"192.0.2.{n}") for n in range(GUESSES)])

    assert of_kind(VerificationFailed, results) == 20, results
    assert of_kind(RateLimited, results) == GUESSES - 20
    assert VerificationFailure.objects.count() == 20


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time anyway"
)
def test_without_the_lock_on_the_booking_more_guesses_are_heard(
    booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the tests above: it shows that the race is there, and what the lock is for."""
    together = 8
    all_have_read = threading.Barrier(together)

    def read_without_lock(pk: int) -> Booking:
        found = Booking.objects.select_related("hotel", "assigned_room").get(pk=pk)
        all_have_read.wait(10)
        return found

    monkeypatch.setattr(starting, "get_booking_for_update", read_without_lock)

    for _ in range(20):
        results = at_once(*[lambda: guess(booking, "203.0.113.9")] * together)
        if of_kind(VerificationFailed, results) > 5:
            return
        VerificationFailure.objects.all().delete()
    pytest.fail("the race never happened")
