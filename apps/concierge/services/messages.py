"""Guests and the front desk write to each other, and note what they have read.

Every command locks the booking first, so the messages of a stay have one order, and none slips in
behind a check-out.
"""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.bookings.errors import BookingNotConfirmed, StayEnded
from apps.bookings.models import Booking, Hotel
from apps.bookings.selectors import (
    contact_of,
    get_booking_by_stay_token,
    get_booking_for_update,
    get_hotel_booking,
)
from apps.bookings.states import BookingStatus
from apps.common.errors import RateLimited
from apps.common.idempotency import IdempotencyConflict, clean_key
from apps.common.limits.checking import check_rate
from apps.common.limits.rates import Rate
from apps.concierge.cleaning import clean_message
from apps.concierge.errors import NoSuchMessage
from apps.concierge.events import message_received, messages_read
from apps.concierge.feed import find_message
from apps.concierge.models import Conversation, Message
from apps.concierge.selectors import stay_messages, with_booking
from apps.concierge.states import Side
from apps.staff.identity import StaffIdentity

FROM_GUEST: Final = Rate(20, 60)  # for each stay: more than anybody types, less than a script sends
LONGEST_NAME: Final = 150


def send_guest_message(*, token: str, body: str, request_key: str | None = None) -> Message:
    """Write to the front desk; under the same ``request_key`` once.

    Raises StayNotFound, Invalid, RateLimited, StayEnded, IdempotencyConflict.
    """
    text, key = clean_message(body), clean_key(request_key)
    booking = get_booking_by_stay_token(token)
    limit_guest(booking, "messages", FROM_GUEST)
    return _send(booking, Side.GUEST, text, key)


def send_staff_message(
    *,
    hotel: Hotel,
    booking_id: str,
    body: str,
    identity: StaffIdentity,
    request_key: str | None = None,
) -> Message:
    """Write to the guest of a booking, under one's own name; under the same key once.

    Raises BookingNotFound, Invalid, StayEnded, BookingNotConfirmed, IdempotencyConflict.
    """
    text, key = clean_message(body), clean_key(request_key)
    booking = get_hotel_booking(hotel, booking_id)
    return _send(booking, Side.STAFF, text, key, name=identity.display_name[:LONGEST_NAME])


def limit_guest(booking: Booking, name: str, rate: Rate) -> None:
    """Count what the guest of a stay sends. Raises RateLimited, with the hotel's contact."""
    try:
        check_rate(f"stay-{name}", rate, str(booking.pk))
    except RateLimited as refusal:
        refusal.contact = contact_of(booking.hotel)
        raise


@transaction.atomic
def _send(booking: Booking, sender: Side, text: str, key: str | None, *, name: str = "") -> Message:
    booking = get_booking_for_update(booking.pk)
    _require_open(booking)
    sent = _sent_before(booking, sender, text, key) if key else None
    if sent is not None:
        return sent
    now = timezone.now()
    conversation, _ = Conversation.objects.update_or_create(
        booking=booking, defaults={"last_message_at": now}
    )
    conversation.booking = booking
    message = Message(
        hotel=booking.hotel,
        conversation=conversation,
        sender=sender,
        sender_name=name,
        body=text,
        sent_at=now,
        request_key=key,
    )
    # The event before the row: its number is the row's place.
    message.number = message.changed_number = message_received(booking, message).number
    message.save(force_insert=True)
    return message


def _sent_before(booking: Booking, sender: Side, text: str, key: str) -> Message | None:
    """Return what was sent under the key. Raises IdempotencyConflict if that was another text."""
    sent = stay_messages(booking).filter(sender=sender, request_key=key).first()
    if sent is None:
        return None
    if sent.body != text:
        raise IdempotencyConflict
    return with_booking(sent, booking)


def _require_open(booking: Booking) -> None:
    """Raises StayEnded, BookingNotConfirmed."""
    if booking.status == BookingStatus.COMPLETED:
        raise StayEnded
    if booking.status != BookingStatus.CONFIRMED:
        raise BookingNotConfirmed


def mark_read_by_guest(*, token: str, up_to: str | None = None) -> int:
    """Note that the guest has read what staff wrote, all or up to one message.

    Returns how many were unread. Raises StayNotFound, NoSuchMessage.
    """
    return _mark_read(get_booking_by_stay_token(token), Side.GUEST, up_to)


def mark_read_by_staff(*, hotel: Hotel, booking_id: str, up_to: str | None = None) -> int:
    """Note that the desk has read what the guest wrote, all or up to one message.

    Returns how many were unread. Raises BookingNotFound, NoSuchMessage.
    """
    return _mark_read(get_hotel_booking(hotel, booking_id), Side.STAFF, up_to)


@transaction.atomic
def _mark_read(booking: Booking, reader: Side, up_to: str | None) -> int:
    booking = get_booking_for_update(booking.pk)
    messages = Message.objects.filter(
        conversation__booking=booking, conversation__booking__departed_stay__isnull=True
    )
    unread = messages.filter(sender=reader.other, read_at__isnull=True)
    if up_to is not None:
        last = find_message(messages, up_to)
        if last is None:
            raise NoSuchMessage(field="up_to")
        unread = unread.filter(number__lte=last.number)
    if not unread.exists():
        return 0
    event = messages_read(booking, reader=reader)
    return unread.update(read_at=timezone.now(), changed_number=event.number)
