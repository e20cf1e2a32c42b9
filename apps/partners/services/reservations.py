"""What partners do with reservations: each in a transaction, by the services that all doors use."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from django.db import transaction

from apps.bookings.cleaning import clean_email, clean_name, clean_phone
from apps.bookings.errors import BookingExists, BookingNotFound
from apps.bookings.models import Booking, Hotel, Room
from apps.bookings.rules import reasons_against_check_out
from apps.bookings.selectors import get_hotel_room
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.terms import KEEP, Terms, amend_booking, create_booking
from apps.bookings.states import BookingStatus
from apps.common.errors import Invalid
from apps.partners.reservations import NO_SUCH, Condition, find_reservation_for_update

SOURCE: Final = "partner_api"
REFERENCE: Final = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
NEEDED: Final = ("check_in_date", "check_out_date")


class Outcome(StrEnum):
    """What became of a reservation that was sent."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A reservation as it was sent: at which hotel, by which reference, and what was said of it.

    ``said`` holds what was in the body by the names of the public form; None clears.
    """

    hotel: Hotel
    reference: str
    said: Mapping[str, Any]
    condition: Condition
    performed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A reservation as it is now, and whether that is new."""

    booking: Booking
    outcome: Outcome


def create_reservation(sent: Sent) -> Stored:
    """Make a reservation that is not there yet.

    Raises BookingExists, PreconditionFailed, and what ``create_booking`` and cleaning raise.
    """
    terms = _terms(sent)
    with transaction.atomic():
        return _create(sent, terms)


def put_reservation(sent: Sent) -> Stored:
    """Make the reservation, or let the one that is there be as was sent; absent leaves.

    Raises PreconditionFailed, and what creating, amending and checking out raise.
    """
    try:
        return _store(sent, or_create=True)
    except BookingExists:  # somebody else was first, since it was looked for
        return _store(sent, or_create=True)


def patch_reservation(sent: Sent) -> Stored:
    """Let the reservation be as was sent; absent leaves. Raises BookingNotFound, and as above."""
    return _store(sent, or_create=False)


def act_on_reservation(sent: Sent, act: Callable[[Booking], Booking]) -> Booking:
    """Do something with the reservation if the condition holds of it. Raises what ``act`` does."""
    with transaction.atomic():
        booking = find_reservation_for_update(sent.hotel, sent.reference)
        if booking is None:
            raise BookingNotFound(NO_SUCH, field="booking_reference")
        sent.condition.require(booking)
        return act(booking)


def _store(sent: Sent, *, or_create: bool) -> Stored:
    terms = _terms(sent)
    ends = terms.status == BookingStatus.COMPLETED
    with transaction.atomic():
        booking = find_reservation_for_update(sent.hotel, sent.reference)
        if booking is None and or_create:
            return _create(sent, terms)
        if booking is None:
            raise BookingNotFound(NO_SUCH, field="booking_reference")
        sent.condition.require(booking)
        ends = ends and booking.status != BookingStatus.COMPLETED
        reasons = reasons_against_check_out(booking) if ends else ()
        if reasons:
            raise reasons[0]
        rest = replace(terms, status=KEEP) if ends else terms
        given = rest.assigned_room
        if isinstance(given, Room) and given.pk == booking.assigned_room_id:
            booking.assigned_room = given  # read already
        is_changed = amend_booking(booking, rest, performed_by=sent.performed_by)
    if ends:
        # In a transaction of its own: it locks the room, and whoever has told of something locks
        # nothing more.
        booking = checkout_booking(booking=booking, performed_by=sent.performed_by, source=SOURCE)
    is_changed = is_changed or ends
    if not is_changed:
        booking.hotel = sent.hotel  # read already, as far as it is shown
    return Stored(booking=booking, outcome=Outcome.UPDATED if is_changed else Outcome.UNCHANGED)


def _create(sent: Sent, terms: Terms) -> Stored:
    sent.condition.require(None)
    missing = [name for name in NEEDED if getattr(terms, name) is KEEP]
    if missing:
        raise Invalid("A new reservation needs both of its dates.", field=missing[0])
    if not re.fullmatch(REFERENCE, sent.reference):
        raise Invalid(
            "Use 1 to 64 letters, digits, '.', '_', ':' and '-', the first a letter or digit.",
            field="booking_reference",
        )
    booking = create_booking(hotel=sent.hotel, booking_reference=sent.reference, terms=terms)
    return Stored(booking=booking, outcome=Outcome.CREATED)


def _terms(sent: Sent) -> Terms:
    """Return what was said, cleaned. Raises Invalid and its children, RoomNotFound."""
    said = {name: value for name, value in sent.said.items() if name in PLAIN}
    for name in (*NEEDED, "status"):
        if name in said and said[name] is None:
            raise Invalid("This can be changed, not cleared.", field=name)
    if "status" in said:
        said["status"] = BookingStatus(said["status"])
    if "room_number" in sent.said:
        number = sent.said["room_number"]
        said["assigned_room"] = None if number is None else get_hotel_room(sent.hotel, number)
    if "guest" in sent.said:
        said |= _contact(sent.said["guest"], sent.hotel)
    return Terms(**said)


PLAIN: Final = frozenset(
    {"check_in_date", "check_out_date", "early_check_in_time", "late_check_out_time", "status"}
)


def _contact(guest: Mapping[str, str | None] | None, hotel: Hotel) -> dict[str, str]:
    """Return the contact that was said, by the names of columns; "" for what is cleared."""
    if guest is None:
        return {"contact_name": "", "contact_phone": "", "contact_email": ""}
    cleaners: Mapping[str, tuple[str, Callable[[str], str]]] = {
        "full_name": ("contact_name", clean_name),
        "phone_number": ("contact_phone", lambda text: clean_phone(text, hotel.phone_region)),
        "email": ("contact_email", clean_email),
    }
    contact = {}
    for name, (column, clean) in cleaners.items():
        if name not in guest:
            continue
        text = guest[name]
        try:
            contact[column] = clean(text) if text is not None and text.strip() else ""
        except Invalid as refusal:
            refusal.field = f"guest.{name}"
            raise
    return contact
