"""Readers who come back for what is new: nothing that was committed late is missed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from apps.bookings.models import Booking, Hotel
from apps.bookings.selectors import get_booking_for_update
from apps.common import settled
from apps.common.settled import settled_until
from tests.factories.bookings import BookingFactory
from tests.partners.asking import RESERVATIONS, body_of, patch, put

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("fresh_limits")]

PATIENCE = 60.0
IS_SQLITE = connection.vendor == "sqlite"


@pytest.fixture(autouse=True)
def no_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    """The margin is for clocks that differ; here there is one."""
    monkeypatch.setattr(settled, "MARGIN", timedelta())


class Writer:
    """Somebody who has changed a booking and does not commit until told to."""

    def __init__(self, booking: Booking) -> None:
        self.go_on = threading.Event()
        self.about_to_commit: datetime | None = None
        self._has_written = threading.Event()
        self._thread = threading.Thread(target=self._write, args=(booking.pk,), daemon=True)

    def __enter__(self) -> Writer:
        self._thread.start()
        assert self._has_written.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        self._thread.join(PATIENCE)

    def _write(self, pk: int) -> None:
        try:
            with transaction.atomic():
                booking = get_booking_for_update(pk)
                booking.late_check_out_time = time(14)
                booking.save(update_fields=["late_check_out_time", "updated_at"])
                self._has_written.set()
                self.go_on.wait(PATIENCE)
                self.about_to_commit = timezone.now()
        finally:
            connections.close_all()


@contextmanager
def asking() -> Iterator[list[datetime]]:
    """Ask in a thread of its own until when all is settled; the answer is there at the end."""
    answers: list[datetime] = []

    def ask() -> None:
        try:
            answers.append(settled_until(Booking))
        finally:
            connections.close_all()

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    yield answers
    thread.join(PATIENCE)


def seen(answer: Any) -> set[str]:
    return {row["booking_reference"] for row in answer.json()["results"]}


@pytest.mark.skipif(IS_SQLITE, reason="there, whoever asks waits for the writer")
def test_what_is_committed_late_is_in_the_next_reading(hotel: Hotel, partner: APIClient) -> None:
    late = BookingFactory(hotel=hotel)
    BookingFactory(hotel=hotel)

    with Writer(late):
        first = partner.get(RESERVATIONS)
        newest = max(row["updated_at"] for row in first.json()["results"])
    mark = first.json()["next_updated_since"]

    late.refresh_from_db()
    assert late.booking_reference in seen(partner.get(RESERVATIONS, {"updated_since": mark}))
    assert newest < mark <= late.updated_at.isoformat().replace("+00:00", "Z")


@pytest.mark.skipif(IS_SQLITE, reason="there, whoever asks waits for the writer")
def test_whoever_only_reads_for_long_holds_nobody_back(hotel: Hotel) -> None:
    BookingFactory(hotel=hotel)
    before = timezone.now()

    with transaction.atomic():
        list(Booking.objects.all())
        with asking() as answers:
            pass

    assert answers[0] >= before


@pytest.mark.skipif(not IS_SQLITE, reason="only there one writer keeps all others waiting")
def test_on_sqlite_the_answer_waits_for_the_writer(hotel: Hotel) -> None:
    booking = BookingFactory(hotel=hotel)

    with Writer(booking) as writer, asking() as answers:
        writer.go_on.set()

    assert writer.about_to_commit is not None
    assert answers[0] >= writer.about_to_commit


def test_pages_are_walked_to_the_end_though_rows_change_meanwhile(
    hotel: Hotel, partner: APIClient
) -> None:
    references = [f"LS-{index}" for index in range(7)]
    for reference in references:
        put(partner, reference, body_of(hotel))
    first = partner.get(RESERVATIONS, {"limit": 2})
    mark, walked = first.json()["next_updated_since"], seen(first)

    patch(partner, "LS-0", {"late_check_out_time": "13:00"})
    patch(partner, "LS-4", {"late_check_out_time": "13:00"})
    page = first
    while (following := page.json()["next"]) is not None:
        page = partner.get(following)
        walked |= seen(page)
        assert page.json()["next_updated_since"] == mark

    assert walked == set(references)
    again = seen(partner.get(RESERVATIONS, {"updated_since": mark}))
    assert {"LS-0", "LS-4"} <= again


def test_a_page_without_its_mark_promises_nothing_new(hotel: Hotel, partner: APIClient) -> None:
    for index in range(3):
        put(partner, f"LS-{index}", body_of(hotel))
    following = partner.get(RESERVATIONS, {"limit": 1}).json()["next"]
    cut = following.partition("&next_updated_since")[0]

    page = partner.get(cut)

    assert page.status_code == 200
    assert page.json()["next_updated_since"].startswith("1970-01-01")
