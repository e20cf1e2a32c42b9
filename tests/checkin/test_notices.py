"""A check-in from its end on, as the guest's mailbox sees it; with codes on simulated locks."""

from __future__ import annotations

import re
from datetime import time

import pytest
from django.core import mail

from apps.bookings.models import Booking
from apps.bookings.selectors import get_booking_by_stay_token, get_booking_for_update
from apps.bookings.services.access import open_doors
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.desk_codes import reissue_at_desk
from apps.bookings.stay_view import view_stay
from apps.checkin.services.starting import OpenStay, StartRequest, start_check_in
from apps.checkin.services.steps import (
    DetailsRequest,
    confirm_check_in,
    submit_details,
    submit_parking,
)
from apps.locks.selectors import find_live_grant
from tests.background import run_due_jobs
from tests.factories.bookings import PHONE, BookingFactory
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db

ADDRESS = "seamus@example.com"


@pytest.fixture
def booking(lock_cloud: LockCloud) -> Booking:
    made: Booking = BookingFactory(arriving_today=True, with_doors=True, language="ga")
    return made


def check_in(booking: Booking) -> OpenStay:
    token = start_check_in(StartRequest(booking_reference=booking.booking_reference)).token
    submit_details(
        DetailsRequest(token=token, full_name="Séamus Ó Sé", phone_number=PHONE, email=ADDRESS)
    )
    submit_parking(token=token, has_car=False, car_registration=None)
    run_due_jobs()
    stay = confirm_check_in(token=token)
    confirm_check_in(token=token)  # a second tap on the button
    run_due_jobs()
    return stay


def subjects() -> list[str]:
    return [sent.subject.partition(": ")[2] for sent in mail.outbox]


def pin_of(booking: Booking) -> str:
    pin = view_stay(Booking.objects.select_related("hotel").get(pk=booking.pk)).pin
    assert pin is not None
    return pin


def test_the_link_comes_by_mail_once_and_opens_the_stay_by_a_key_of_its_own(
    booking: Booking,
) -> None:
    stay = check_in(booking)

    (sent,) = mail.outbox
    assert sent.to == [ADDRESS]
    found = re.search(r"https://stay\.example\.com/#/(\S+)", sent.body)
    assert found is not None
    assert found[1] != stay.token
    assert get_booking_by_stay_token(found[1]) == booking
    assert subjects() == ["tá d’fhanacht réidh"]


def test_another_pin_is_told_once_and_without_it(booking: Booking) -> None:
    check_in(booking)
    before = pin_of(booking)
    mail.outbox.clear()

    reissue_at_desk(booking=booking, performed_by="desk")
    run_due_jobs()

    after = pin_of(booking)
    assert after != before
    assert subjects() == ["athraíodh cód do dhorais"]
    sent = mail.outbox[0]
    without_links = re.sub(r"https?://\S+", "", sent.body)
    assert before not in without_links
    assert after not in without_links


def test_a_later_check_out_time_is_no_news_of_codes(booking: Booking) -> None:
    check_in(booking)
    before = pin_of(booking)
    mail.outbox.clear()

    Booking.objects.update(late_check_out_time=time(14, 0))
    open_doors(get_booking_for_update(booking.pk), actor="desk", reason="Late check-out.")
    run_due_jobs()

    assert pin_of(booking) == before
    grant = find_live_grant(booking.lock_holder)
    assert grant is not None
    assert {code.ends_at for code in view_stay(booking).codes} == {grant.ends_at}
    assert mail.outbox == []


def test_the_guest_hears_that_the_stay_was_opened_again(booking: Booking) -> None:
    check_in(booking)
    mail.outbox.clear()

    start_check_in(
        StartRequest(booking_reference=booking.booking_reference, verification=PHONE[-4:])
    )
    run_due_jobs()

    assert subjects() == ["osclaíodh d’fhanacht ar ghléas nua"]
    assert "https://" not in mail.outbox[0].body.replace("https://wa.me", "")


def test_a_goodbye_is_all_that_a_check_out_tells_however_often_it_is_asked_for(
    booking: Booking,
) -> None:
    check_in(booking)
    mail.outbox.clear()

    for _ in range(2):
        checkout_booking(booking=booking, performed_by="desk", source="dashboard")
        run_due_jobs()

    assert subjects() == ["go raibh maith agat as fanacht linn"]
