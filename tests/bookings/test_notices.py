"""What guests are told: whom, in which language, how often; and never a door code."""

from __future__ import annotations

import json
import string
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from apps.bookings.models import Booking, StayToken, ToldCodes
from apps.bookings.notice_texts import CATALOGUES
from apps.bookings.selectors import get_booking_by_stay_token
from apps.bookings.services.access import close_doors
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.notices import (
    reach_of,
    send_stay_link,
    tell_checked_out,
    tell_codes_changed,
    tell_message_received,
    tell_new_device,
)
from apps.bookings.services.stays import mint_stay_token
from apps.common.languages import Language, day_in_words
from apps.common.models import Alert
from apps.common.notices.models import Channel, Notice
from apps.common.notices.wording import Text, word
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.signals import access_grant_changed
from apps.locks.states import CodeState, GrantState
from tests.background import run_due_jobs
from tests.factories.bookings import OTHER_PHONE, PHONE, BookingFactory, GuestFactory
from tests.factories.locks import PIN, AccessCodeFactory, AccessGrantFactory

pytestmark = pytest.mark.django_db

TEMPLATES = sorted(CATALOGUES[Language.ENGLISH].by_template())
ASKED_EVERYWHERE = {"en", "ga", "de", "fr", "es", "it"}
OTHER_PIN = "8262"


def send_link(booking: Booking) -> str:
    token = mint_stay_token(booking)
    send_stay_link(booking, token)
    return token


def context_of(notice: Notice) -> dict[str, str]:
    found: dict[str, str] = json.loads(notice.context)
    return found


# -- the texts -------------------------------------------------------------------------------


def placeholders(texts: Iterable[str]) -> set[str]:
    return {
        name
        for text in texts
        for _, name, _, _ in string.Formatter().parse(text)
        if name is not None
    }


def parts_of(text: Text) -> tuple[set[str], set[str], set[str], bool]:
    return (
        placeholders([text.subject]),
        placeholders(text.paragraphs),
        placeholders([text.short]),
        text.button is not None,
    )


def test_every_language_of_the_house_has_a_catalogue() -> None:
    assert set(CATALOGUES) == set(Language)
    assert {language.value for language in CATALOGUES} >= ASKED_EVERYWHERE


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_text_mentions_the_same_in_every_language(template: str, language: Language) -> None:
    english = CATALOGUES[Language.ENGLISH].by_template()[template]
    text = CATALOGUES[language].by_template()[template]

    assert parts_of(text) == parts_of(english)


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_two_languages_say_it_in_the_same_words(template: str) -> None:
    subjects = [texts.by_template()[template].subject for texts in CATALOGUES.values()]
    shorts = [texts.by_template()[template].short for texts in CATALOGUES.values()]

    assert len(set(subjects)) == len(set(shorts)) == len(CATALOGUES)


def tell_all(booking: Booking) -> None:
    """Ask for one notice of every template."""
    grant = AccessGrantFactory(holder=booking.lock_holder, ready=True)
    AccessCodeFactory(grant=grant, on_the_lock=True)
    send_link(booking)
    AccessCodeFactory(grant=grant, on_the_lock=True)
    tell_codes_changed(booking)
    tell_new_device(booking)
    tell_checked_out(booking, reach_of(booking))
    tell_message_received(booking, message_key="1")


@pytest.mark.parametrize("language", Language)
def test_everything_can_be_said_in_every_language_and_never_a_code(language: Language) -> None:
    booking = BookingFactory(on_file=True, in_house=True, language=language)
    tell_all(booking)

    said = {notice.template: notice for notice in Notice.objects.all()}
    assert sorted(said) == TEMPLATES
    for notice in said.values():
        assert notice.language == language
        message = word(notice.template, notice.language, context_of(notice))
        for words in (message.subject, message.text, message.html, message.short):
            assert PIN not in words.replace(context_of(notice).get("link", " "), "")
            assert "{" not in words
            assert booking.hotel.name in words
    run_due_jobs()
    assert len(mail.outbox) == len(TEMPLATES)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.ENGLISH, "3 August 2026"),
        (Language.IRISH, "3 Lúnasa 2026"),
        (Language.GERMAN, "3. August 2026"),
        (Language.FRENCH, "3 août 2026"),
        (Language.SPANISH, "3 de agosto de 2026"),
        (Language.ITALIAN, "3 agosto 2026"),
    ],
)
def test_days_are_written_as_the_language_does(language: Language, words: str) -> None:
    assert day_in_words(date(2026, 8, 3), language) == words


# -- whom, and in which language ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("guest", "on_file", "channel", "recipient"),
    [
        ({"email": "g@example.com"}, {"contact_email": "f@example.com"}, "EMAIL", "g@example.com"),
        ({"email": ""}, {"contact_email": "f@example.com"}, "EMAIL", "f@example.com"),
        ({"email": ""}, {"contact_phone": OTHER_PHONE}, "SMS", PHONE),
        (None, {"contact_phone": OTHER_PHONE}, "SMS", OTHER_PHONE),
        (
            None,
            {"contact_phone": PHONE, "contact_email": "f@example.com"},
            "EMAIL",
            "f@example.com",
        ),
    ],
)
def test_a_guest_is_told_where_they_said_then_where_the_booking_says_by_mail_first(
    guest: dict[str, str] | None, on_file: dict[str, str], channel: str, recipient: str
) -> None:
    booking = BookingFactory(in_house=True, **on_file)
    if guest is not None:
        GuestFactory(booking=booking, **guest)

    send_link(booking)

    notice = Notice.objects.get()
    assert (notice.channel, notice.recipient) == (channel, recipient)


def test_a_guest_who_can_not_be_reached_is_told_nothing() -> None:
    send_link(BookingFactory())

    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("of_guest", "of_hotel", "used"),
    [("de-AT", "fr", "de"), ("", "fr", "fr"), ("pl", "ga", "ga"), ("", "en", "en")],
)
def test_the_guests_language_counts_before_the_hotels(
    of_guest: str, of_hotel: str, used: str
) -> None:
    send_link(BookingFactory(on_file=True, language=of_guest, hotel__language=of_hotel))

    assert Notice.objects.get().language == used


# -- push messages -----------------------------------------------------------------------------

DEVICE = "fcm:registration-of-the-guest-s-app"


def with_app(**traits: Any) -> Booking:
    booking: Booking = BookingFactory(**{"in_house": True, "on_file": True} | traits)
    assert booking.assigned_room is not None
    booking.assigned_room.push_token = DEVICE
    booking.assigned_room.save()
    return booking


def told_by_push() -> list[str]:
    pushed = Notice.objects.filter(channel=Channel.PUSH, recipient__gt="").order_by("asked_at")
    assert {notice.recipient for notice in pushed} <= {DEVICE}
    return [notice.template for notice in pushed]


def test_a_guest_in_house_is_told_by_push_besides() -> None:
    booking = with_app()

    tell_new_device(booking)
    tell_new_device(booking)  # within the same minute

    told = Notice.objects.values_list("channel", flat=True)
    assert sorted(told) == [Channel.EMAIL, Channel.PUSH]


def test_a_guest_without_any_contact_is_told_by_push_alone() -> None:
    tell_message_received(with_app(on_file=False), message_key="1")

    assert told_by_push() == ["message_received"]
    assert Notice.objects.count() == 1


def test_the_goodbye_still_reaches_the_app_and_nothing_after_it_does() -> None:
    booking = with_app()

    checkout_booking(booking=booking, performed_by="staff:mary", source="tests")
    assert told_by_push() == ["checked_out"]

    booking.refresh_from_db()
    booking.assigned_room.push_token = DEVICE  # the next guest's
    booking.assigned_room.save()
    tell_message_received(booking, message_key="1")
    assert told_by_push() == ["checked_out"]


def test_the_app_of_the_guests_before_hears_nothing_of_those_who_come() -> None:
    booking = with_app(in_house=False, arriving_today=True, with_room=True)

    send_link(booking)

    assert told_by_push() == []
    assert Notice.objects.count() == 1


# -- the link ----------------------------------------------------------------------------------


def test_the_link_in_the_mail_opens_the_stay() -> None:
    booking = BookingFactory(on_file=True)

    token = send_link(booking)
    run_due_jobs()

    assert f"https://stay.example.com/#/{token}\n" in mail.outbox[0].body
    assert get_booking_by_stay_token(token) == booking


def test_a_token_is_mailed_once_and_another_one_again() -> None:
    booking = BookingFactory(on_file=True)
    token = send_link(booking)
    send_stay_link(booking, token)
    assert Notice.objects.count() == 1

    send_link(booking)
    assert Notice.objects.count() == 2


def test_no_token_can_be_read_from_the_key_that_tells_notices_apart() -> None:
    token = send_link(BookingFactory(on_file=True))

    assert token not in Notice.objects.get().dedupe_key


def test_without_an_address_for_links_staff_are_told_instead_until_there_is_one(
    settings: Settings,
) -> None:
    settings.GUEST_APP_URL = ""
    booking = BookingFactory(on_file=True, hotel__guest_app_url="")
    send_link(booking)

    alert = Alert.objects.get()
    assert (alert.scope, alert.kind) == (booking.hotel.alert_scope, "guest_app_url_missing")
    assert not Notice.objects.exists()

    booking.hotel.guest_app_url = "https://stay.example.com/#/{token}"
    booking.hotel.save()
    send_link(booking)
    alert.refresh_from_db()
    assert alert.closed_at is not None
    assert Notice.objects.exists()


def test_in_development_the_link_leads_to_the_stay_itself(settings: Settings, client: Any) -> None:
    settings.GUEST_APP_URL = "http://127.0.0.1:8000/api/stays/{token}/"
    token = send_link(BookingFactory(on_file=True, hotel__guest_app_url=""))

    link = context_of(Notice.objects.get())["link"]
    assert link == f"http://127.0.0.1:8000/api/stays/{token}/"
    assert client.get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200


# -- changes of codes --------------------------------------------------------------------------


@pytest.fixture
def stay() -> Booking:
    """A guest in house, with a code on the door, who has the link."""
    booking = BookingFactory(in_house=True, on_file=True)
    grant = AccessGrantFactory(holder=booking.lock_holder, ready=True)
    AccessCodeFactory(grant=grant, on_the_lock=True)
    send_link(booking)
    return booking


def grant_of(booking: Booking) -> AccessGrant:
    return AccessGrant.objects.get(holder=booking.lock_holder)


def swap(booking: Booking, digits: str) -> AccessCode:
    """Replace the code: the old one is off, the new one on."""
    grant = grant_of(booking)
    old = AccessCode.objects.get(grant=grant, state=CodeState.SET)
    AccessCode.objects.filter(pk=old.pk).update(state=CodeState.REMOVED)
    code: AccessCode = AccessCodeFactory(
        grant=grant, lock=old.lock, digits=digits, on_the_lock=True
    )
    return code


def announce(booking: Booking) -> None:
    access_grant_changed.send(sender=AccessGrant, grant=grant_of(booking))


def changes_told() -> int:
    return Notice.objects.filter(template="codes_changed").count()


def test_a_change_of_the_codes_is_told_once_however_often_it_is_announced(stay: Booking) -> None:
    swap(stay, OTHER_PIN)
    for _ in range(3):
        announce(stay)

    assert changes_told() == 1
    link = context_of(Notice.objects.get(template="codes_changed"))["link"]
    assert get_booking_by_stay_token(link.rpartition("/")[2]) == stay


def test_every_change_is_told_also_the_way_back(stay: Booking) -> None:
    for digits in (OTHER_PIN, PIN, OTHER_PIN):
        swap(stay, digits)
        announce(stay)

    assert changes_told() == 3


def test_what_the_guest_has_seen_already_is_no_change(stay: Booking) -> None:
    announce(stay)
    assert changes_told() == 0

    swap(stay, OTHER_PIN)
    send_link(stay)
    announce(stay)
    assert changes_told() == 0


def test_a_change_of_hours_is_no_change_of_codes(stay: Booking) -> None:
    later = stay.check_out_date + timedelta(days=1)
    AccessCode.objects.update(ends_at=timezone.now() + timedelta(days=9))
    Booking.objects.update(check_out_date=later)
    announce(stay)

    assert changes_told() == 0


def test_the_steps_between_are_not_told(stay: Booking) -> None:
    code = swap(stay, OTHER_PIN)
    AccessGrant.objects.update(state=GrantState.WAITING)
    AccessCode.objects.filter(pk=code.pk).update(state=CodeState.SETTING)
    announce(stay)
    assert changes_told() == 0

    AccessGrant.objects.update(state=GrantState.READY)
    AccessCode.objects.filter(pk=code.pk).update(state=CodeState.SET)
    announce(stay)
    assert changes_told() == 1


def test_before_the_check_in_is_complete_nothing_is_told() -> None:
    booking = BookingFactory(in_house=True, on_file=True)
    AccessCodeFactory(
        grant=AccessGrantFactory(holder=booking.lock_holder, ready=True), on_the_lock=True
    )
    announce(booking)

    assert not Notice.objects.exists()


def test_first_codes_are_no_change() -> None:
    booking = BookingFactory(in_house=True, on_file=True)
    send_link(booking)
    AccessCodeFactory(
        grant=AccessGrantFactory(holder=booking.lock_holder, ready=True), on_the_lock=True
    )
    announce(booking)
    assert changes_told() == 0

    swap(booking, OTHER_PIN)
    announce(booking)
    assert changes_told() == 1


def test_after_the_stay_nobody_hears_of_codes(stay: Booking) -> None:
    swap(stay, OTHER_PIN)
    Booking.objects.update(
        check_in_date=stay.check_in_date - timedelta(days=9),
        check_out_date=stay.check_out_date - timedelta(days=9),
    )
    announce(stay)
    assert changes_told() == 0


def test_codes_that_are_taken_away_are_not_told(stay: Booking) -> None:
    close_doors(stay, actor="desk", reason="Checked out.")
    announce(stay)

    assert changes_told() == 0


def test_a_grant_that_no_booking_holds_concerns_nobody() -> None:
    access_grant_changed.send(sender=AccessGrant, grant=AccessGrantFactory(ready=True))

    assert not Notice.objects.exists()


def test_what_is_kept_of_told_codes_holds_no_code(stay: Booking) -> None:
    told = ToldCodes.objects.get(booking=stay)

    assert len(told.digest) == 64
    assert PIN not in str(told)


# -- other occasions -----------------------------------------------------------------------------


def test_a_new_device_is_told_of_once_a_minute_with_the_hotels_time() -> None:
    booking = BookingFactory(on_file=True, in_house=True, hotel__timezone="Australia/Sydney")
    with time_machine.travel("2026-08-03T23:30:10Z", tick=False) as clock:
        tell_new_device(booking)
        tell_new_device(booking)
        assert Notice.objects.count() == 1
        clock.shift(timedelta(minutes=1))
        tell_new_device(booking)

    first = Notice.objects.order_by("asked_at")[0]
    assert Notice.objects.count() == 2
    assert context_of(first)["when"] == "4 August 2026, 09:30"
    assert not StayToken.objects.exists()  # a stranger's visit mints no further key


def test_goodbye_is_said_once_for_a_check_out() -> None:
    booking = BookingFactory(on_file=True, checked_out=True)
    tell_checked_out(booking, reach_of(booking))
    tell_checked_out(booking, reach_of(booking))
    assert Notice.objects.count() == 1

    booking.checked_out_at = timezone.now() + timedelta(hours=1)  # undone, and done again
    tell_checked_out(booking, reach_of(booking))
    assert Notice.objects.count() == 2


def test_a_message_of_the_desk_is_told_of_once() -> None:
    booking = BookingFactory(on_file=True)
    for key in ("1", "1", "2"):
        tell_message_received(booking, message_key=key)

    assert Notice.objects.count() == 2


def test_a_failure_is_the_hotels_alert_about_the_booking() -> None:
    booking = BookingFactory(on_file=True)
    send_link(booking)

    notice = Notice.objects.get()
    assert notice.channel == Channel.EMAIL
    assert (notice.scope, notice.subject) == (booking.hotel.alert_scope, booking.booking_id)
