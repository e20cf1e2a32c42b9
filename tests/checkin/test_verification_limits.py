"""Guessing: how many wrong answers are heard, who is kept waiting by them, and who is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from apps.bookings.errors import BookingNotFound, StayEnded
from apps.bookings.models import Booking, Hotel, Verification
from apps.bookings.selectors import contact_of, get_booking_by_stay_token
from apps.bookings.services.stays import mint_stay_token
from apps.checkin.errors import VerificationFailed, VerificationRequired
from apps.checkin.models import VerificationFailure
from apps.checkin.selectors import find_open_flow
from apps.checkin.services import start_limits
from apps.checkin.services.starting import OpenStay, StartRequest, start_check_in
from apps.checkin.services.verification_tries import purge_failures
from apps.common.crypto import keyed_digest
from apps.common.errors import RateLimited
from apps.common.limits.rates import Rate
from apps.common.models import Alert
from tests.factories.bookings import PHONE, BookingFactory, HotelFactory
from tests.factories.checkin import CheckInFlowFactory, key_to

pytestmark = pytest.mark.django_db
RIGHT = PHONE[-4:]
WRONG = "0000"
HERE = "203.0.113.9"
THERE = "198.51.100.66"
NOON = datetime.fromisoformat("2026-06-12T12:00:00+00:00")
elsewhere = (f"192.0.2.{n}" for n in count())


def attempt(booking: Booking, answer: str | None = WRONG, *, address: str = HERE) -> Any:
    """Start with an answer; returns what came of it, a refusal too."""
    try:
        return start_check_in(
            StartRequest(
                booking_reference=booking.booking_reference,
                verification=answer,
                client_address=address,
            )
        )
    except (VerificationFailed, RateLimited, VerificationRequired) as refusal:
        return refusal


def wrong_answers(booking: Booking, tries: int, *, address: str = HERE) -> list[type[Any]]:
    return [type(attempt(booking, address=address)) for _ in range(tries)]


@pytest.fixture
def booking() -> Booking:
    """A guest who has checked in, and comes back to the stay."""
    made: Booking = BookingFactory(in_house=True, on_file=True)
    return made


# -- how many ------------------------------------------------------------------------------------


def test_after_five_wrong_answers_even_the_right_one_has_to_wait(booking: Booking) -> None:
    assert wrong_answers(booking, 7) == [VerificationFailed] * 5 + [RateLimited] * 2

    refusal = attempt(booking, RIGHT)
    assert isinstance(refusal, RateLimited)
    assert 0 < refusal.retry_after_seconds <= 15 * 60
    assert refusal.contact == contact_of(booking.hotel)


@pytest.mark.parametrize("case", ["new start", "second device", "stay that has ended"])
def test_every_kind_of_start_that_asks_is_limited(case: str) -> None:
    if case == "new start":
        booking = BookingFactory(
            arriving_today=True, on_file=True, hotel__checkin_verification=Verification.AUTO
        )
    elif case == "second device":
        booking = BookingFactory(arriving_today=True, on_file=True)
        CheckInFlowFactory(booking=booking, with_details=True)
    else:
        booking = BookingFactory(checked_out=True, on_file=True)

    assert wrong_answers(booking, 6) == [VerificationFailed] * 5 + [RateLimited]
    assert isinstance(attempt(booking, RIGHT), RateLimited)


def test_from_anywhere_twenty_wrong_answers_are_heard(booking: Booking) -> None:
    outcomes = [type(attempt(booking, address=next(elsewhere))) for _ in range(22)]

    assert outcomes == [VerificationFailed] * 20 + [RateLimited] * 2
    assert isinstance(attempt(booking, RIGHT), RateLimited)


def test_an_address_that_has_used_up_its_tries_leaves_the_others_theirs(booking: Booking) -> None:
    wrong_answers(booking, 6, address=THERE)

    assert isinstance(attempt(booking, RIGHT), OpenStay)


def test_the_wait_ends_and_the_next_mistake_makes_a_longer_one(booking: Booking) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        booking = BookingFactory(in_house=True, on_file=True)
        wrong_answers(booking, 5)
        clock.shift(timedelta(minutes=14, seconds=59))
        assert attempt(booking, RIGHT).retry_after_seconds == 1
        clock.shift(timedelta(seconds=1))
        assert wrong_answers(booking, 2) == [VerificationFailed, RateLimited]
        assert attempt(booking, RIGHT).retry_after_seconds == 30 * 60
        clock.shift(timedelta(minutes=30))
        assert isinstance(attempt(booking, RIGHT), OpenStay)


def test_a_patient_crowd_gets_sixty_tries_a_day() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        booking = BookingFactory(in_house=True, on_file=True)
        heard = 0
        for _ in range(90):
            heard += wrong_answers(booking, 1, address=next(elsewhere)) == [VerificationFailed]
            clock.shift(timedelta(minutes=1))

        assert heard <= 60
        clock.shift(timedelta(hours=6))
        assert isinstance(attempt(booking, RIGHT), OpenStay) is (heard < 60)


def test_no_answer_is_no_try(booking: Booking) -> None:
    assert {type(attempt(booking, None)) for _ in range(8)} == {VerificationRequired}
    assert not VerificationFailure.objects.exists()
    wrong_answers(booking, 5)
    assert isinstance(attempt(booking, None), VerificationRequired)


# -- who is forgiven, and what goes on -----------------------------------------------------------


def test_the_right_answer_forgives_the_guest_s_own_mistakes(booking: Booking) -> None:
    wrong_answers(booking, 4)
    assert isinstance(attempt(booking, RIGHT), OpenStay)

    assert wrong_answers(booking, 6) == [VerificationFailed] * 5 + [RateLimited]


def test_the_right_answer_forgives_for_a_stay_that_has_ended_too() -> None:
    ended = BookingFactory(checked_out=True, on_file=True)
    wrong_answers(ended, 4)
    with pytest.raises(StayEnded):
        attempt(ended, RIGHT)

    assert not VerificationFailure.objects.exists()


def test_the_right_answer_gives_nothing_back_to_an_attacker_elsewhere(booking: Booking) -> None:
    wrong_answers(booking, 5, address=THERE)
    assert isinstance(attempt(booking, RIGHT), OpenStay)

    assert wrong_answers(booking, 1, address=THERE) == [RateLimited]


def test_keys_that_exist_go_on_working(booking: Booking) -> None:
    stay_token = mint_stay_token(booking)
    waiting = BookingFactory(arriving_today=True, on_file=True)
    flow_token = key_to(CheckInFlowFactory(booking=waiting, with_details=True))
    for limited in (booking, waiting):
        assert wrong_answers(limited, 6)[-1] is RateLimited

    assert get_booking_by_stay_token(stay_token) == booking
    assert find_open_flow(flow_token) is not None


def test_a_mistake_outlives_the_refusal_and_says_nothing_of_the_address(booking: Booking) -> None:
    attempt(booking)

    failure = VerificationFailure.objects.get()
    assert failure.booking == booking
    assert failure.address_digest == keyed_digest(HERE)


def test_a_new_key_does_not_forget_mistakes(booking: Booking, settings: Settings) -> None:
    wrong_answers(booking, 5)
    settings.FIELD_ENCRYPTION_KEYS = ("a new key that is long enough for us", *_keys(settings))

    assert wrong_answers(booking, 1) == [RateLimited]


def _keys(settings: Settings) -> tuple[str, ...]:
    keys: tuple[str, ...] = settings.FIELD_ENCRYPTION_KEYS
    return keys


@pytest.mark.django_db(transaction=True)
def test_a_start_refuses_to_run_inside_a_transaction_that_could_take_the_note_away(
    booking: Booking,
) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        start_check_in(StartRequest(booking_reference=booking.booking_reference))


def test_old_mistakes_are_purged_and_recent_ones_kept(booking: Booking) -> None:
    now = timezone.now()
    for days in (1, 6, 8, 30):
        VerificationFailure.objects.create(
            booking=booking, address_digest="x" * 64, failed_at=now - timedelta(days=days)
        )

    assert purge_failures(now=now) == 2
    assert VerificationFailure.objects.count() == 2
    assert purge_failures(now=now) == 0


# -- starts by address ---------------------------------------------------------------------------


def test_starts_count_whatever_comes_of_them(settings: Settings) -> None:
    settings.RATE_LIMIT_CHECKIN = Rate(3, 60)
    booking, address = BookingFactory(arriving_today=True), next(elsewhere)
    request = StartRequest(
        booking_reference=booking.booking_reference, client_address=address, hotel_slug=None
    )
    start_check_in(request)
    for reference in ("0000000000", "\x00"):
        with pytest.raises(BookingNotFound):
            start_check_in(StartRequest(booking_reference=reference, client_address=address))

    with pytest.raises(RateLimited) as refusal:
        start_check_in(request)
    assert 0 < refusal.value.retry_after_seconds <= 60
    other = next(elsewhere)
    start_check_in(StartRequest(booking_reference=booking.booking_reference, client_address=other))


def test_a_refused_start_names_the_hotel_that_the_caller_named_and_looks_up_no_reference(
    settings: Settings,
) -> None:
    settings.RATE_LIMIT_CHECKIN = Rate(1, 3600)
    hotel, address = HotelFactory(), next(elsewhere)
    booking = BookingFactory(hotel=hotel)

    def refuse(reference: str, slug: str | None) -> tuple[Any, list[str]]:
        request = StartRequest(booking_reference=reference, hotel_slug=slug, client_address=address)
        with CaptureQueriesContext(connection) as queries, pytest.raises(RateLimited) as refusal:
            start_check_in(request)
        return refusal.value.contact, [query["sql"] for query in queries]

    with pytest.raises(BookingNotFound):
        start_check_in(StartRequest(booking_reference="unknown", client_address=address))
    for reference in (booking.booking_reference, "unknown"):
        assert refuse(reference, None) == (None, [])
        assert refuse(reference, "\ud800\x00") == (None, [])
        assert refuse(reference, "no-such-hotel")[0] is None
        contact, queries = refuse(reference, hotel.slug)
        assert contact == contact_of(hotel)
        assert len(queries) == 1


# -- references that tell nothing ----------------------------------------------------------------

HIDDEN: dict[str, Callable[[Hotel, Hotel], str]] = {
    "unknown": lambda _own, _other: "0000000000",
    "cancelled": lambda own, _other: _reference(hotel=own, cancelled=True),
    "never arrived": lambda own, _other: _reference(hotel=own, no_show=True),
    "of another hotel": lambda _own, other: _reference(hotel=other, arriving_today=True),
}


def _reference(**traits: Any) -> str:
    reference: str = BookingFactory(on_file=True, **traits).booking_reference
    return reference


@pytest.mark.parametrize("is_guessed_a_lot", [False, True])
def test_references_that_are_not_found_cost_the_same_and_answer_alike(
    is_guessed_a_lot: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_guessed_a_lot:
        monkeypatch.setattr(start_limits, "USUAL_FAILURES", Rate(1, 3600))
    own, other = HotelFactory(), HotelFactory()
    seen = set()
    for n, make in enumerate([HIDDEN["unknown"], *HIDDEN.values()]):
        reference = make(own, other)
        request = StartRequest(booking_reference=reference, hotel_slug=own.slug, verification=WRONG)
        with CaptureQueriesContext(connection) as queries, pytest.raises(BookingNotFound) as no:
            start_check_in(request)
        shapes = tuple(
            query["sql"].replace(reference, "?").split(" WHERE ")[0] for query in queries
        )
        if n:  # the first one only uses up what is usual
            without_values = tuple(shape.split(" VALUES ")[0] for shape in shapes)
            seen.add((str(no.value), no.value.field, no.value.code, without_values))

    assert len(seen) == 1
    assert not VerificationFailure.objects.exists()


def test_a_hidden_booking_is_not_even_read() -> None:
    reference = _reference(cancelled=True)

    with CaptureQueriesContext(connection) as queries, pytest.raises(BookingNotFound):
        start_check_in(StartRequest(booking_reference=reference))

    (query,) = [query["sql"] for query in queries]
    assert "contact_phone" not in query
    assert " JOIN " not in query


# -- what a hotel hears of -----------------------------------------------------------------------


@pytest.fixture
def two_are_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_limits, "USUAL_FAILURES", Rate(2, 3600))


@pytest.mark.usefixtures("two_are_usual")
def test_unusually_many_wrong_answers_raise_one_alert_and_keep_nobody_out(booking: Booking) -> None:
    for _ in range(2):
        attempt(booking, address=next(elsewhere))
    assert not Alert.objects.exists()
    for _ in range(3):
        attempt(booking, address=next(elsewhere))

    alert = Alert.objects.get()
    assert (alert.scope, alert.kind) == (f"hotel:{booking.hotel.pk}", start_limits.GUESSING)
    assert isinstance(attempt(booking, RIGHT), OpenStay)


@pytest.mark.usefixtures("two_are_usual")
def test_the_alert_stays_while_the_window_is_full_and_closes_itself_afterwards(
    booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        attempt(booking, address=next(elsewhere))

    start_limits.close_calmed_alerts(timezone.now())
    assert Alert.objects.get().closed_at is None

    # Another window, in which nothing has been counted: as it is once this one is over.
    monkeypatch.setattr(start_limits, "USUAL_FAILURES", Rate(2, 3601))
    start_limits.close_calmed_alerts(timezone.now())
    assert Alert.objects.get().closed_at is not None


@pytest.mark.usefixtures("two_are_usual")
def test_unknown_references_count_for_the_hotel_that_is_named() -> None:
    hotel = HotelFactory()
    for slug in [None, "no-such-hotel", hotel.slug] * 3:
        assert not Alert.objects.exists()
        with pytest.raises(BookingNotFound):
            start_check_in(StartRequest(booking_reference="unknown", hotel_slug=slug))

    assert Alert.objects.get().scope == f"hotel:{hotel.pk}"


@pytest.mark.usefixtures("two_are_usual")
def test_an_alert_tells_no_secret(booking: Booking) -> None:
    for _ in range(3):
        attempt(booking, "4711", address=HERE)

    message = Alert.objects.get().message
    for secret in ("4711", HERE, booking.booking_reference, RIGHT):
        assert secret not in message
