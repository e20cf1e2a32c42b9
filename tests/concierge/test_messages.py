"""Guests and the desk write to each other."""

from __future__ import annotations

from typing import Any

import pytest

from apps.bookings.errors import BookingNotConfirmed, BookingNotFound, StayEnded, StayNotFound
from apps.bookings.models import Booking
from apps.bookings.services.stays import mint_stay_token
from apps.common.errors import Invalid, RateLimited
from apps.common.limits.rates import Rate
from apps.common.models import Event
from apps.concierge.errors import NoSuchMessage
from apps.concierge.models import Conversation, Message
from apps.concierge.services import messages
from apps.concierge.services.messages import mark_read_by_guest, mark_read_by_staff
from apps.concierge.states import Side
from apps.staff.selectors import identity_of
from tests.background import at_once
from tests.factories.bookings import BookingFactory, HotelFactory
from tests.factories.concierge import desk_writes, guest_writes
from tests.factories.staff import works_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]


@pytest.fixture
def booking() -> Booking:
    made: Booking = BookingFactory(in_house=True)
    return made


def test_both_sides_write_into_the_one_conversation_of_the_stay(booking: Booking) -> None:
    asked, answered = guest_writes(booking), desk_writes(booking)

    conversation = Conversation.objects.get()
    assert list(conversation.messages.order_by("number")) == [asked, answered]
    assert (asked.sender, asked.sender_name) == (Side.GUEST, "")
    assert answered.sender == Side.STAFF
    assert answered.sender_name.startswith("desk-")
    assert conversation.last_message_at == answered.sent_at


def test_the_log_hears_of_a_message_and_not_of_its_words(booking: Booking) -> None:
    message = guest_writes(booking, body="My secret is 4711.")

    event = Event.objects.get(name="message-received")
    assert event.number == message.number
    assert event.data.pop("timestamp").endswith("Z")
    assert booking.assigned_room is not None
    assert event.data == {
        "booking_id": booking.booking_id,
        "room_number": int(booking.assigned_room.number),
        "message_id": str(message.pk),
        "sender": "GUEST",
    }


def test_a_guest_may_write_before_the_stay() -> None:
    assert guest_writes(BookingFactory()).sender == Side.GUEST


@pytest.mark.parametrize(
    ("trait", "refusal"), [("checked_out", StayEnded), ("pending", BookingNotConfirmed)]
)
def test_nobody_writes_where_there_is_no_stay(trait: str, refusal: type[Exception]) -> None:
    booking = BookingFactory(**{trait: True})

    for write in (guest_writes, desk_writes):
        with pytest.raises(refusal):
            write(booking)
    assert not Message.objects.exists()


def test_a_key_of_a_cancelled_booking_opens_no_chat() -> None:
    with pytest.raises(StayNotFound):
        guest_writes(BookingFactory(cancelled=True))


def test_staff_write_to_the_guests_of_their_own_hotel_alone(booking: Booking) -> None:
    other = HotelFactory()
    identity = identity_of(works_at(other))

    with pytest.raises(BookingNotFound):
        messages.send_staff_message(
            hotel=other, booking_id=booking.booking_id, body="Hello", identity=identity
        )
    with pytest.raises(BookingNotFound):
        mark_read_by_staff(hotel=other, booking_id=booking.booking_id)


def test_words_that_can_t_be_kept_leave_nothing_behind(booking: Booking) -> None:
    with pytest.raises(Invalid):
        guest_writes(booking, body=" ")
    assert not Conversation.objects.exists()


def test_a_guest_who_writes_too_much_is_told_to_wait_and_whom_to_call(
    booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "FROM_GUEST", Rate(2, 3_607))
    guest_writes(booking)
    guest_writes(booking)

    with pytest.raises(RateLimited) as refused:
        guest_writes(booking)

    assert refused.value.contact is not None
    assert refused.value.contact.email == booking.hotel.email
    assert desk_writes(booking).pk  # the desk goes on
    assert guest_writes(BookingFactory(in_house=True)).pk  # and so do other stays


# -- read marks -----------------------------------------------------------------------------------


def test_reading_marks_what_the_other_side_wrote(booking: Booking) -> None:
    asked, answered = guest_writes(booking), desk_writes(booking)

    assert mark_read_by_staff(hotel=booking.hotel, booking_id=booking.booking_id) == 1
    asked.refresh_from_db()
    answered.refresh_from_db()
    assert asked.read_at is not None
    assert answered.read_at is None
    assert mark_read_by_guest(token=mint_stay_token(booking)) == 1


def test_what_came_after_the_last_message_seen_stays_unread(booking: Booking) -> None:
    seen, unseen = guest_writes(booking), guest_writes(booking)

    count = mark_read_by_staff(
        hotel=booking.hotel, booking_id=booking.booking_id, up_to=str(seen.pk)
    )

    assert count == 1
    unseen.refresh_from_db()
    assert unseen.read_at is None


def test_reading_again_changes_and_tells_nothing(booking: Booking) -> None:
    message = guest_writes(booking)
    mark_read_by_staff(hotel=booking.hotel, booking_id=booking.booking_id)
    message.refresh_from_db()
    first = message.read_at, Event.objects.count()

    assert mark_read_by_staff(hotel=booking.hotel, booking_id=booking.booking_id) == 0
    message.refresh_from_db()
    assert (message.read_at, Event.objects.count()) == first


@pytest.mark.parametrize("name", ["foreign", "", "no-uuid", "\x00", "1" * 5000])
def test_reading_up_to_a_message_of_somebody_else_is_refused(booking: Booking, name: str) -> None:
    guest_writes(booking)
    foreign = guest_writes(BookingFactory(hotel=booking.hotel, in_house=True))

    with pytest.raises(NoSuchMessage):
        mark_read_by_staff(
            hotel=booking.hotel,
            booking_id=booking.booking_id,
            up_to=str(foreign.pk) if name == "foreign" else name,
        )


# -- order ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_messages_written_at_once_each_get_a_number_of_their_own() -> None:
    bookings: list[Any] = [BookingFactory(hotel=HotelFactory(), in_house=True)]
    bookings += [BookingFactory(hotel=bookings[0].hotel, in_house=True) for _ in range(2)]
    writers = [(lambda stay=stay: guest_writes(stay)) for stay in bookings * 2]

    written = at_once(*writers)

    numbers = [message.number for message in written]
    assert len(set(numbers)) == len(numbers) == Message.objects.count()
    assert Conversation.objects.count() == len(bookings)
