"""Each button of a booking calls its service, and shows what the service refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.bookings.models import Booking, CheckOut, Guest, StayToken
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.states import BookingStatus, RoomStatus
from apps.common.models import Notice
from apps.concierge.models import Message
from apps.locks.models import AccessCode, AccessGrant, AccessHistory
from apps.locks.states import CodeKind, CodeState, GrantState
from tests.factories.bookings import PHONE, BookingFactory, GuestFactory, RoomFactory
from tests.factories.locks import AccessCodeFactory
from tests.factories.office import at_the_desk

pytestmark = pytest.mark.django_db


def page_of(booking: Booking, deed: str) -> str:
    return reverse("admin:bookings_booking_deed", args=[booking.pk, deed])


def do(booking: Booking, deed: str, **typed: Any) -> Any:
    """Press the button as a manager of the hotel, and return where that leads."""
    return at_the_desk(booking.hotel).post(page_of(booking, deed), typed, follow=True)


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def in_house_with_codes() -> Booking:
    booking: Booking = BookingFactory(with_doors=True, arriving_today=True, on_file=True)
    do(booking, "check-in", room_number=booking.assigned_room.number)  # type: ignore[union-attr]
    booking.refresh_from_db()
    return booking


def test_checking_in_takes_the_guest_as_typed() -> None:
    booking = BookingFactory(arriving_today=True, with_room=True)
    answer = do(
        booking,
        "check-in",
        room_number=booking.assigned_room.number,
        full_name="Ada Byrne",
        phone_number=PHONE,
    )
    assert "is in house" in text_of(answer)
    booking.refresh_from_db()
    assert booking.checked_in_at is not None
    assert booking.assigned_room.status == RoomStatus.OCCUPIED
    assert Guest.objects.get(booking=booking).full_name == "Ada Byrne"


def test_a_field_that_is_refused_says_so_beside_it() -> None:
    booking = BookingFactory(arriving_today=True, with_room=True)
    number = booking.assigned_room.number
    typed = {"room_number": number, "full_name": "Ada Byrne", "phone_number": "12"}
    answer = do(booking, "check-in", **typed)
    assert "phone_number" in answer.context["form"].errors
    booking.refresh_from_db()
    assert booking.checked_in_at is None


def test_checking_out_goes_through_the_one_service() -> None:
    booking = BookingFactory(in_house=True)
    assert "is checked out" in text_of(do(booking, "check-out"))
    booking.refresh_from_db()
    assert booking.status == BookingStatus.COMPLETED
    assert CheckOut.objects.get(booking=booking).source == "back_office"
    assert booking.assigned_room.status == RoomStatus.CHECKOUT_DIRTY


def test_a_check_out_is_undone_with_a_reason() -> None:
    booking = BookingFactory(in_house=True)
    checkout_booking(booking=booking, performed_by="staff:x", source="tests")
    assert "required" in text_of(do(booking, "undo-check-out"))
    assert "in house again" in text_of(do(booking, "undo-check-out", reason="Wrong room."))
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CONFIRMED


def test_a_guest_moves() -> None:
    booking = BookingFactory(in_house=True)
    room = RoomFactory(hotel=booking.hotel)
    assert room.number in text_of(do(booking, "move", room_number=room.number))
    booking.refresh_from_db()
    assert booking.assigned_room == room


def test_a_stay_is_extended_and_its_hours_change() -> None:
    booking = BookingFactory(in_house=True)
    until = booking.check_out_date + timedelta(days=1)
    do(booking, "change-stay", check_out_date=until, late_check_out_time="13:00")
    booking.refresh_from_db()
    assert (booking.check_out_date, booking.late_check_out_time.hour) == (until, 13)


def test_codes_are_hidden_until_they_are_shown_and_every_showing_is_written_down() -> None:
    booking = in_house_with_codes()
    code = AccessCode.objects.filter(grant__holder=booking.lock_holder).first()
    assert code is not None
    code.state, code.vendor_code_id = CodeState.SET, 5
    code.save()
    desk = at_the_desk(booking.hotel)
    own_page = reverse("admin:bookings_booking_change", args=[booking.pk])
    assert f">{code.digits}<" not in "".join(desk.get(own_page).content.decode().split())
    for shown in (1, 2):
        answer = desk.post(page_of(booking, "show-codes"))
        assert f">{code.digits}<" in "".join(answer.content.decode().split())
        assert "no-store" in answer.headers["Cache-Control"]
        lines = AccessHistory.objects.filter(grant=code.grant, event="revealed")
        assert lines.count() == shown
        assert lines.last().actor.startswith("staff:")  # type: ignore[union-attr]
    # Looking at the page that only asks shows and records nothing.
    asked = "".join(desk.get(page_of(booking, "show-codes")).content.decode().split())
    assert f">{code.digits}<" not in asked
    assert lines.count() == 2


def test_a_code_is_swapped_for_one_that_was_prepared() -> None:
    booking = in_house_with_codes()
    grant = AccessGrant.objects.get(holder=booking.lock_holder)
    door = grant.locks.get(is_front_door=False)
    AccessCodeFactory(
        grant=_pool(grant), lock=door, kind=CodeKind.BACKUP, digits="8642", on_the_lock=True
    )
    answer = do(booking, "swap-code", lock_name=door.name)
    assert AccessHistory.objects.filter(grant=grant, event="reported not to work").exists()
    assert answer.status_code == 200


def _pool(grant: AccessGrant) -> AccessGrant:
    pool: AccessGrant = AccessGrant.objects.create(
        account=grant.account,
        holder="backup:tests",
        label="pool",
        pin="8642",
        pin_length=4,
        starts_at=grant.starts_at,
        ends_at=grant.ends_at,
        asked_at=grant.asked_at,
    )
    return pool


def test_a_new_pin_replaces_the_old_one() -> None:
    booking = in_house_with_codes()
    old = AccessGrant.objects.get(holder=booking.lock_holder)
    do(booking, "reissue-codes")
    old.refresh_from_db()
    assert old.state == GrantState.ENDED
    live = AccessGrant.objects.exclude(state=GrantState.ENDED).get(holder=booking.lock_holder)
    assert live.pin != old.pin


def test_revoked_codes_leave_the_stay_as_it_is() -> None:
    booking = in_house_with_codes()
    do(booking, "revoke-codes")
    grants = AccessGrant.objects.filter(holder=booking.lock_holder)
    assert set(grants.values_list("state", flat=True)) == {GrantState.ENDED}
    booking.refresh_from_db()
    assert booking.checked_in_at is not None
    assert "no codes" in text_of(do(booking, "revoke-codes"))


def test_the_link_is_sent_again() -> None:
    booking = BookingFactory(in_house=True, on_file=True)
    do(booking, "resend-link")
    assert StayToken.objects.filter(booking=booking).count() == 1
    assert Notice.objects.filter(template="stay_link", subject=booking.booking_id).exists()


def test_a_message_reaches_the_guest_under_one_s_own_name() -> None:
    booking = BookingFactory(in_house=True)
    assert "Your towels" in text_of(do(booking, "write", body="Your towels are on their way."))
    message = Message.objects.get(conversation__booking=booking)
    assert message.sender_name.startswith("desk-")


@pytest.mark.parametrize(
    ("deed", "status"),
    [("cancel", BookingStatus.CANCELLED), ("no-show", BookingStatus.NO_SHOW)],
)
def test_a_booking_that_is_not_stayed_is_closed(deed: str, status: BookingStatus) -> None:
    booking = BookingFactory(with_room=True)
    do(booking, deed)
    booking.refresh_from_db()
    assert booking.status == status


def test_guests_are_forgotten() -> None:
    guest = GuestFactory(booking__checked_out=True, booking__over=True, room=None)
    booking = guest.booking
    Booking.objects.filter(pk=booking.pk).update(
        check_in_date=booking.check_in_date - timedelta(days=60),
        check_out_date=booking.check_out_date - timedelta(days=60),
    )
    do(booking, "erase")
    guest.refresh_from_db()
    assert "Mary" not in guest.full_name


REFUSED: dict[str, tuple[Callable[[], Booking], dict[str, str], str]] = {
    "check-in": (lambda: BookingFactory(with_room=True), {"room_number": ""}, "not opened"),
    "check-out": (lambda: BookingFactory(with_room=True), {}, "not in house"),
    "undo-check-out": (lambda: BookingFactory(), {"reason": "x"}, "not been checked out"),
    "move": (lambda: BookingFactory(cancelled=True), {"room_number": ""}, "not confirmed"),
    "change-stay": (lambda: BookingFactory(cancelled=True), {}, "not confirmed"),
    "show-codes": (lambda: BookingFactory(), {}, "no codes"),
    "swap-code": (lambda: BookingFactory(with_doors=True), {"lock_name": ""}, "no codes"),
    "reissue-codes": (lambda: BookingFactory(checked_out=True), {}, "has ended"),
    "revoke-codes": (lambda: BookingFactory(), {}, "no codes"),
    "resend-link": (lambda: BookingFactory(cancelled=True), {}, "not confirmed"),
    "cancel": (lambda: BookingFactory(in_house=True), {}, "in house"),
    "no-show": (lambda: BookingFactory(in_house=True), {}, "in house"),
    "write": (lambda: BookingFactory(cancelled=True), {"body": "Hello"}, "not confirmed"),
    "erase": (lambda: BookingFactory(in_house=True), {}, "not over"),
}


@pytest.mark.parametrize("deed", sorted(REFUSED))
def test_what_the_service_refuses_is_shown_and_nothing_changes(deed: str) -> None:
    make, typed, words = REFUSED[deed]
    booking = make()
    if "room_number" in typed:
        typed = {"room_number": RoomFactory(hotel=booking.hotel).number}
    if "lock_name" in typed:
        typed = {"lock_name": booking.assigned_room.locks.get().name}  # type: ignore[union-attr]
    before = Booking.objects.filter(pk=booking.pk).values().get()
    answer = do(booking, deed, **typed)
    assert any(words in str(error) for error in answer.context["form"].non_field_errors())
    assert Booking.objects.filter(pk=booking.pk).values().get() == before


def test_every_deed_is_tried_in_vain() -> None:
    from back_office.subjects.stay_deeds import STAY_DEEDS

    assert {deed.name for deed in STAY_DEEDS} == set(REFUSED)


def test_a_deed_that_can_t_be_done_says_why_on_both_pages() -> None:
    booking = BookingFactory(with_room=True)
    desk: Client = at_the_desk(booking.hotel)
    own = desk.get(reverse("admin:bookings_booking_change", args=[booking.pk])).content.decode()
    assert f'href="{page_of(booking, "check-out")}"' not in own
    assert "The guest of this booking is not in house." in own
    asked = desk.get(page_of(booking, "check-out")).content.decode()
    assert "The guest of this booking is not in house." in asked


def test_a_get_changes_nothing() -> None:
    booking = BookingFactory(in_house=True)
    text = at_the_desk(booking.hotel).get(page_of(booking, "check-out")).content.decode()
    assert "What will happen" in text
    assert "is vacant and to be cleaned" in text
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CONFIRMED
