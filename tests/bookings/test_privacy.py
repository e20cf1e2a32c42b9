"""Guests are forgotten, stays are not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from apps.bookings.errors import ErasureNotAllowed, StayNotFound
from apps.bookings.models import Booking, GuestErasure
from apps.bookings.selectors import get_booking_by_stay_token
from apps.bookings.services import privacy
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.privacy import (
    LONG_PAST,
    ErasureCount,
    ErasureRequest,
    anonymise_booking,
    anonymise_guest,
    anonymise_guests,
)
from apps.bookings.services.stays import GRACE_AFTER_DEPARTURE, mint_stay_token
from apps.bookings.signals import guest_erased
from apps.bookings.states import BookingStatus
from apps.bookings.stay_window import stay_window
from apps.checkin.models import CheckInAnalytics, CheckInFlow, CheckInToken, VerificationFailure
from apps.checkin.selectors import OpenFlow
from apps.checkin.services.starting import StartRequest, start_check_in
from apps.checkin.services.steps import (
    DetailsRequest,
    confirm_check_in,
    submit_details,
    submit_parking,
)
from tests.background import run_due_jobs
from tests.erasure import places_of
from tests.factories.bookings import OTHER_PHONE, PHONE, BookingFactory, GuestFactory
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db

NOW = datetime.fromisoformat("2026-07-01T14:00:00Z")
NAME, EMAIL, CAR = "Séamus Ó Sé", "seamus@example.com", "191 D 12345"
DESK = "the desk"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def closed(status: BookingStatus = BookingStatus.COMPLETED, **more: Any) -> Booking:
    """A booking on file with a guest, whose stay is over for good."""
    left_at = NOW - timedelta(days=8)
    was_there = status == BookingStatus.COMPLETED
    booking: Booking = BookingFactory(
        **{
            "on_file": True,
            "status": status,
            "check_in_date": date(2026, 6, 20),
            "check_out_date": date(2026, 6, 23),
            "checked_in_at": left_at - timedelta(days=3) if was_there else None,
            "checked_out_at": left_at if was_there else None,
            "language": "ga",
        }
        | more
    )
    GuestFactory(booking=booking, room=None, email=EMAIL, car_registration=CAR)
    return booking


def forget(**more: Any) -> ErasureCount:
    return anonymise_guests(
        ErasureRequest(**{"before": date(2026, 7, 1), "performed_by": DESK} | more)
    )


def knows_its_guest(booking: Booking) -> bool:
    booking.refresh_from_db()
    return bool(booking.contact_name) and booking.guests.exclude(full_name="").exists()


# -- nothing is left -----------------------------------------------------------------------------


def test_after_a_whole_stay_no_column_of_the_database_knows_the_guest(
    lock_cloud: LockCloud,
) -> None:
    booking = BookingFactory(
        arriving_today=True, with_doors=True, on_file=True, hotel__checkin_verification="PHONE"
    )
    stay_through(booking)
    texts = [NAME, OTHER_PHONE, OTHER_PHONE[1:], EMAIL, CAR, CAR.replace(" ", "")]
    texts += [booking.contact_name, PHONE, PHONE[1:], booking.contact_email]
    assert len(places_of(*texts)) >= 10, "they are found before, or the search proves nothing"

    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        anonymise_booking(booking=booking, performed_by=DESK)

    assert places_of(*texts) == []


def stay_through(booking: Booking) -> None:
    opened = start_check_in(
        StartRequest(booking_reference=booking.booking_reference, verification=PHONE[-4:])
    )
    assert isinstance(opened, OpenFlow)
    submit_details(
        DetailsRequest(token=opened.token, full_name=NAME, phone_number=OTHER_PHONE, email=EMAIL)
    )
    submit_parking(token=opened.token, has_car=True, car_registration=CAR)
    submit_details(
        DetailsRequest(token=opened.token, full_name=NAME, phone_number=OTHER_PHONE, email=EMAIL)
    )
    run_due_jobs()
    confirm_check_in(token=opened.token)
    run_due_jobs()
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        checkout_booking(booking=booking, performed_by=DESK, source="tests")
        run_due_jobs()


def test_bookings_and_what_was_counted_stay(lock_cloud: LockCloud) -> None:
    booking = BookingFactory(arriving_today=True, with_doors=True)
    opened = start_check_in(StartRequest(booking_reference=booking.booking_reference))
    assert isinstance(opened, OpenFlow)
    submit_details(DetailsRequest(token=opened.token, full_name=NAME, phone_number=OTHER_PHONE))
    before = CheckInAnalytics.objects.values().get()
    with time_machine.travel(NOW + timedelta(days=60), tick=False):
        anonymise_booking(booking=booking, performed_by=DESK)

    booking.refresh_from_db()
    assert booking.anonymised_at == NOW + timedelta(days=60)
    assert booking.status == BookingStatus.CONFIRMED
    assert CheckInFlow.objects.get().full_name == ""
    assert CheckInAnalytics.objects.values().get() == before


def test_the_keys_of_the_stay_and_of_its_check_in_end() -> None:
    booking = closed()
    token = mint_stay_token(booking)
    flow = CheckInFlow.objects.create(
        booking=booking, started_at=NOW, expires_at=NOW, status="EXPIRED"
    )
    CheckInToken.objects.create(flow=flow, digest="0")
    VerificationFailure.objects.create(booking=booking, address_digest="0", failed_at=NOW)
    forget()

    with pytest.raises(StayNotFound):
        get_booking_by_stay_token(token)
    assert not CheckInToken.objects.exists()
    assert not VerificationFailure.objects.exists()


# -- who is forgotten, and when ------------------------------------------------------------------


@pytest.mark.parametrize(
    "status", [BookingStatus.COMPLETED, BookingStatus.CANCELLED, BookingStatus.NO_SHOW]
)
def test_a_closed_booking_is_forgotten_after_the_grace_that_follows_departure(
    status: BookingStatus,
) -> None:
    booking = closed(status)
    allowed_at = stay_window(booking).ends_at + GRACE_AFTER_DEPARTURE
    with time_machine.travel(allowed_at - timedelta(seconds=1), tick=False):
        assert forget().too_early == 1
        assert knows_its_guest(booking)
    with time_machine.travel(allowed_at, tick=False):
        assert forget().erased == 1

    assert not knows_its_guest(booking)
    assert (booking.contact_phone, booking.contact_email, booking.language) == ("", "", "")


@pytest.mark.parametrize("status", [BookingStatus.CONFIRMED, BookingStatus.PENDING])
def test_a_booking_that_nobody_closed_is_forgotten_when_it_is_long_past(
    status: BookingStatus,
) -> None:
    booking = closed(status)
    allowed_at = stay_window(booking).ends_at + LONG_PAST
    with time_machine.travel(allowed_at - timedelta(seconds=1), tick=False):
        assert forget().too_early == 1
    with time_machine.travel(allowed_at, tick=False):
        assert forget().erased == 1


def test_a_guest_in_house_is_never_forgotten() -> None:
    booking = closed(BookingStatus.CONFIRMED, checked_in_at=NOW - timedelta(days=11))
    with time_machine.travel(NOW + timedelta(days=1000), tick=False):
        assert forget(before=date(2030, 1, 1)) == ErasureCount(in_house=1)
        with pytest.raises(ErasureNotAllowed):
            anonymise_booking(booking=booking, performed_by=DESK)

    assert knows_its_guest(booking)


def test_who_departs_on_the_day_or_later_is_not_meant() -> None:
    booking = closed()

    assert forget(before=booking.check_out_date) == ErasureCount()
    assert forget(before=booking.check_out_date + timedelta(days=1)).erased == 1


def test_another_hotel_is_left_alone() -> None:
    mine, other = closed(), closed()
    forget(hotel=mine.hotel)

    assert not knows_its_guest(mine)
    assert knows_its_guest(other)


def test_with_one_guest_their_companions_are_kept() -> None:
    booking = closed()
    companion = GuestFactory(booking=booking, room=None, is_primary=False, full_name="Ana Nunes")
    anonymise_guest(guest=booking.guests.get(is_primary=True), performed_by=DESK)

    assert list(booking.guests.exclude(full_name="")) == [companion]
    booking.refresh_from_db()
    assert booking.contact_name == ""


def test_without_a_companion_the_booking_still_knows_whom_to_reach() -> None:
    booking = closed()
    companion = GuestFactory(booking=booking, room=None, is_primary=False, full_name="Ana Nunes")
    anonymise_guest(guest=companion, performed_by=DESK)

    assert knows_its_guest(booking)
    assert places_of("Ana Nunes") == []


# -- again, in part, and on record ---------------------------------------------------------------


def test_a_second_run_finds_nothing_to_do() -> None:
    closed()
    forget()

    assert forget() == ErasureCount()


def test_what_a_partner_writes_again_is_forgotten_again() -> None:
    booking = closed()
    forget()
    Booking.objects.filter(pk=booking.pk).update(contact_name="Mary O'Brien")

    assert forget().erased == 1
    assert places_of("Mary O'Brien") == []


def test_a_room_that_can_not_forget_keeps_the_booking_whole() -> None:
    booking = closed()

    def fail(**_: Any) -> None:
        raise RuntimeError("not now")

    guest_erased.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            forget()
    finally:
        guest_erased.disconnect(fail)

    assert knows_its_guest(booking)
    assert GuestErasure.objects.get().bookings == 0


def test_a_run_is_on_record_without_saying_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "BATCH", 2)
    for _ in range(3):
        closed()
    told: list[int] = []
    request = ErasureRequest(before=date(2026, 7, 1), performed_by=DESK)
    anonymise_guests(request, tell=lambda count: told.append(count.erased))

    record = GuestErasure.objects.get()
    assert (record.performed_by, record.performed_at, record.hotel) == (DESK, NOW, None)
    assert (record.bookings, record.guests) == (3, 3)
    assert told == [2, 3]


def test_the_record_of_one_stay_names_the_booking() -> None:
    booking = closed()
    anonymise_booking(booking=booking, performed_by=DESK)

    record = GuestErasure.objects.get()
    assert (record.booking_id, record.hotel) == (booking.booking_id, booking.hotel)
    assert (record.bookings, record.guests) == (1, 1)


# -- the command ---------------------------------------------------------------------------------


def command(*arguments: str) -> str:
    said = StringIO()
    call_command("anonymise_guests", *arguments, stdout=said)
    return said.getvalue()


def test_the_command_forgets_and_says_how_many() -> None:
    booking = closed()
    closed(BookingStatus.CONFIRMED, checked_in_at=NOW - timedelta(days=11))

    said = command("--before", "2026-07-01", "--by", "Nora")

    assert "Bookings forgotten: 1" in said
    assert "never checked out: 1" in said
    assert not knows_its_guest(booking)
    assert GuestErasure.objects.get().performed_by == "Nora"


def test_a_dry_run_counts_and_changes_nothing() -> None:
    booking = closed()

    assert "Bookings to be forgotten: 1" in command("--before", "2026-07-01", "--dry-run")
    assert knows_its_guest(booking)
    assert not GuestErasure.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [(), ("--before", "yesterday"), ("--before", "2026-07-01", "--hotel", "nowhere")],
    ids=str,
)
def test_the_command_refuses_what_it_can_not_read(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        command(*arguments)
