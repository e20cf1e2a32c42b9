"""What becomes of a stay's codes is in the hotel's log: once each, without digits."""

from __future__ import annotations

import json

import pytest

from apps.common.events import events_after
from apps.common.models import Event
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.states import CodeState
from apps.partners.models import ToldCode
from apps.partners.services.code_news import NEWS_OF_STATE, tell_of_codes
from tests.background import run_due_jobs
from tests.bookings.stays import leave, stay_with_codes
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db


def told(booking_hotel_stream: str) -> list[Event]:
    names = set(NEWS_OF_STATE.values())
    return [event for event in events_after(booking_hotel_stream, 0) if event.name in names]


def test_codes_are_told_of_when_they_are_on_the_locks_and_when_they_are_off(
    lock_cloud: LockCloud,
) -> None:
    booking = stay_with_codes()
    stream = booking.hotel.event_stream
    assert [event.name for event in told(stream)] == ["access-code-set"] * 2
    assert {event.data["is_front_door"] for event in told(stream)} == {True, False}
    assert {event.data["booking_id"] for event in told(stream)} == {booking.booking_id}
    digits = {code.digits for code in AccessCode.objects.all()}
    text = json.dumps([event.data for event in told(stream)])
    assert not any(f'"{pin}"' in text for pin in digits)
    leave(booking)
    run_due_jobs()
    assert [event.name for event in told(stream)][2:] == ["access-code-removed"] * 2


def test_telling_again_tells_nothing(lock_cloud: LockCloud) -> None:
    booking = stay_with_codes()
    before = len(told(booking.hotel.event_stream))
    tell_of_codes(AccessGrant.objects.get())
    assert len(told(booking.hotel.event_stream)) == before


@pytest.mark.parametrize(
    ("last_told", "now", "news"),
    [
        (None, CodeState.PENDING, None),
        (None, CodeState.SETTING, None),
        (None, CodeState.DELAYED, None),
        (None, CodeState.FAILED, "access-code-failed"),
        (None, CodeState.SET, "access-code-set"),
        (None, CodeState.REMOVED, None),
        (CodeState.FAILED, CodeState.SET, "access-code-set"),
        (CodeState.SET, CodeState.SETTING, None),
        (CodeState.SET, CodeState.SET, None),
        (CodeState.SET, CodeState.REMOVING, None),
        (CodeState.SET, CodeState.REMOVAL_FAILED, "access-code-removal-failed"),
        (CodeState.REMOVAL_FAILED, CodeState.REMOVED, "access-code-removed"),
        (CodeState.FAILED, CodeState.REMOVED, "access-code-removed"),
    ],
)
def test_what_is_told_follows_from_what_was_told(
    lock_cloud: LockCloud, last_told: CodeState | None, now: CodeState, news: str | None
) -> None:
    booking = stay_with_codes()
    stream = booking.hotel.event_stream
    before = len(told(stream))
    code = AccessCode.objects.order_by("pk").first()
    assert code is not None
    AccessCode.objects.filter(pk=code.pk).update(state=now)
    ToldCode.objects.filter(code=code).delete()
    if last_told is not None:
        ToldCode.objects.create(code=code, state=last_told)
    tell_of_codes(code.grant)
    assert [event.name for event in told(stream)[before:]] == ([news] if news else [])
