"""Asked twice with one key: done once, answered alike, forgotten with the guest."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.bookings.models import Hotel
from apps.bookings.services.privacy import anonymise_booking
from apps.common.crypto import new_token
from apps.common.idempotency import IdempotencyConflict
from apps.partners.models import KeptAnswer
from apps.partners.services import kept_answers
from apps.partners.services.kept_answers import (
    KEPT_FOR,
    Answer,
    AnswerErased,
    Asked,
    Told,
    answer_by_parts,
    answer_once,
    purge_answers,
)
from tests.background import at_once
from tests.factories.bookings import BookingFactory, HotelFactory
from tests.factories.partners import key_for

CREATE = "POST /api/partner/v1/reservations/"
BODY = '{"guest": "Nora Quinn"}'
ANSWER = Answer(status=201, body=BODY, headers={"ETag": '"1"'})


@pytest.fixture
def asked(db: None) -> Asked:
    partner_id = key_for(HotelFactory()).key.partner_id
    return Asked(partner_id=partner_id, key="wish-1", route=CREATE, content=BODY)


class Work:
    """Something that is to be done once."""

    def __init__(self, answer: Answer = ANSWER) -> None:
        self.times = 0
        self._answer = answer

    def __call__(self) -> Answer:
        self.times += 1
        HotelFactory(slug=f"made-{self.times}")
        return self._answer


def made() -> int:
    return Hotel.objects.filter(slug__startswith="made-").count()


def test_the_same_again_is_answered_as_before_and_not_done_again(asked: Asked) -> None:
    work = Work()

    assert answer_once(asked, work) == Told(answer=ANSWER, is_replayed=False)
    assert answer_once(asked, work) == Told(answer=ANSWER, is_replayed=True)
    assert (work.times, made()) == (1, 1)


@pytest.mark.parametrize(
    "other",
    [{"key": "wish-2"}, {"route": "POST /api/partner/v1/reservations/7/cancel/"}, {"partner": 1}],
)
def test_another_key_another_route_or_another_partner_is_another_wish(
    asked: Asked, other: dict[str, Any]
) -> None:
    if other.pop("partner", None):
        other = {"partner_id": key_for(HotelFactory(), partner="Another").key.partner_id}
    answer_once(asked, lambda: ANSWER)

    assert not answer_once(replace(asked, **other), lambda: ANSWER).is_replayed


def test_another_content_under_the_key_is_a_conflict(asked: Asked) -> None:
    answer_once(asked, lambda: ANSWER)

    with pytest.raises(IdempotencyConflict) as refusal:
        answer_once(replace(asked, content="{}"), Work())
    assert refusal.value.field == "Idempotency-Key"
    assert made() == 0


def test_what_failed_did_nothing_and_left_the_key(asked: Asked) -> None:
    def fail() -> Answer:
        HotelFactory(slug="made-in-vain")
        raise LookupError

    with pytest.raises(LookupError):
        answer_once(asked, fail)
    assert (made(), KeptAnswer.objects.count()) == (0, 0)
    assert not answer_once(asked, Work()).is_replayed


def test_answers_lie_encrypted_and_are_found_by_no_key_in_clear(asked: Asked) -> None:
    answer_once(asked, lambda: ANSWER)

    # As text, or the field would decrypt it.
    (row,) = KeptAnswer.objects.extra(select={"raw": "body"}).values("raw", "key_digest")
    assert "Nora" not in row["raw"]
    assert "wish" not in row["key_digest"]


def test_after_a_day_the_key_is_free_whether_or_not_the_purge_has_run(asked: Asked) -> None:
    answer_once(asked, lambda: ANSWER)
    with time_machine.travel(timezone.now() + KEPT_FOR - timedelta(minutes=1), tick=False):
        purge_answers(timezone.now())
        assert answer_once(asked, lambda: ANSWER).is_replayed
    with time_machine.travel(timezone.now() + KEPT_FOR + timedelta(minutes=1), tick=False):
        assert not answer_once(asked, lambda: ANSWER).is_replayed
        assert KeptAnswer.objects.count() == 1


def test_the_purge_deletes_what_is_a_day_old(asked: Asked) -> None:
    answer_once(asked, lambda: ANSWER)

    purge_answers(timezone.now() + KEPT_FOR + timedelta(minutes=1))

    assert not KeptAnswer.objects.exists()


def test_with_the_guest_goes_the_answer_and_the_wish_is_not_done_again(asked: Asked) -> None:
    booking = BookingFactory(cancelled=True, over=True, on_file=True)
    answer_once(asked, Work(replace(ANSWER, bookings=[booking])))

    anonymise_booking(booking=booking, performed_by="tests")

    kept = KeptAnswer.objects.get()
    assert (kept.body, kept.headers, kept.request_digest) == ("", {}, "")
    with pytest.raises(AnswerErased):
        answer_once(asked, Work())
    assert made() == 1


# -- many parts ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_is_done_by_parts_is_there_for_others_before_the_last_part(asked: Asked) -> None:
    """Or the first part's locks would wait for the last one's."""
    seen: list[int] = []

    def act() -> Answer:
        HotelFactory(slug="made-1")
        seen.extend(at_once(made))
        return ANSWER

    assert answer_by_parts(asked, act) == Told(answer=ANSWER, is_replayed=False)
    assert seen == [1]
    assert answer_by_parts(asked, Work()) == Told(answer=ANSWER, is_replayed=True)


def test_parts_that_failed_leave_the_key_and_another_content_is_a_conflict(asked: Asked) -> None:
    def fail() -> Answer:
        raise LookupError

    with pytest.raises(LookupError):
        answer_by_parts(asked, fail)
    assert not answer_by_parts(asked, Work()).is_replayed
    with pytest.raises(IdempotencyConflict):
        answer_by_parts(replace(asked, content="{}"), Work())


@pytest.mark.django_db(transaction=True)
def test_of_twins_by_parts_one_answer_is_kept(asked: Asked) -> None:
    told = at_once(*[lambda: answer_by_parts(asked, lambda: ANSWER)] * 4)

    assert [one.answer for one in told] == [ANSWER] * 4, told
    assert KeptAnswer.objects.count() == 1


# -- twins ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_twin_waits_for_the_first_and_is_answered_alike(asked: Asked) -> None:
    work = Work()
    told = at_once(*[lambda: answer_once(asked, work)] * 4)

    assert [one.answer for one in told] == [ANSWER] * 4, told
    assert sorted(one.is_replayed for one in told) == [False, True, True, True]
    assert (work.times, made()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_twin_does_what_the_first_gave_up(asked: Asked) -> None:
    has_begun, goes_on = threading.Event(), threading.Event()

    def give_up() -> Answer:
        has_begun.set()
        goes_on.wait(20)
        raise LookupError

    def follow() -> Told:
        has_begun.wait(20)
        threading.Timer(0.2, goes_on.set).start()
        return answer_once(asked, Work())

    first, second = at_once(lambda: answer_once(asked, give_up), follow)

    assert isinstance(first, LookupError)
    assert second == Told(answer=ANSWER, is_replayed=False)
    assert made() == 1


@pytest.mark.django_db(transaction=True)
def test_with_rows_that_never_meet_twins_would_do_it_twice(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the tests above: what they hold is held by the unique row."""
    monkeypatch.setattr(kept_answers, "_key_digest", lambda _asked: new_token())
    work = Work()

    at_once(*[lambda: answer_once(asked, work)] * 4)

    assert work.times == 4
