"""Reservations as partners see them: a booking by its reference, at a hotel of the key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import QuerySet

from apps.bookings.errors import BookingNotFound
from apps.bookings.models import Booking, Hotel
from apps.bookings.selectors import NOBODY_CHANGES_KEYS, is_askable
from apps.bookings.states import BookingStatus
from apps.common.errors import PreconditionFailed

NO_SUCH: Final = "There is no reservation of that reference."
COLUMNS: Final = (
    "booking_id",
    "booking_reference",
    "status",
    "check_in_date",
    "check_out_date",
    "early_check_in_time",
    "late_check_out_time",
    "contact_name",
    "contact_phone",
    "contact_email",
    "checked_in_at",
    "checked_out_at",
    "created_at",
    "updated_at",
    "hotel__slug",
    "hotel__timezone",
    "assigned_room__number",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which reservations to list; None asks for all."""

    status: BookingStatus | None = None
    updated_since: datetime | None = None
    arriving_on: date | None = None
    departing_on: date | None = None
    in_house_on: date | None = None
    room_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What must hold of a reservation before it is changed; ``if_match`` None: nothing."""

    if_match: frozenset[str] | None = None
    must_be_new: bool = False

    def require(self, booking: Booking | None) -> None:
        """Raises PreconditionFailed. The caller holds the lock on ``booking``."""
        if booking is None:
            is_met = self.if_match is None
        else:
            tags = self.if_match
            is_met = not self.must_be_new and (tags is None or bool(tags & {"*", etag_of(booking)}))
        if not is_met:
            raise PreconditionFailed


NO_CONDITION: Final = Condition()


def list_reservations(hotel_ids: Collection[int], wanted: Wanted) -> QuerySet[Booking]:
    """Return the reservations of these hotels, each with what is shown of its hotel and room."""
    bookings = Booking.objects.filter(hotel__in=list(hotel_ids)).filter(**_conditions(wanted))
    if wanted.room_number is not None and not is_askable(wanted.room_number):
        bookings = bookings.none()
    return bookings.select_related("hotel", "assigned_room").only(*COLUMNS)


def _conditions(wanted: Wanted) -> Mapping[str, Any]:
    asked = {
        "status": wanted.status,
        "updated_at__gte": wanted.updated_since,
        "check_in_date": wanted.arriving_on,
        "check_out_date": wanted.departing_on,
        "check_in_date__lte": wanted.in_house_on,
        "check_out_date__gt": wanted.in_house_on,
        "assigned_room__number": wanted.room_number,
    }
    return {name: value for name, value in asked.items() if value is not None}


def get_reservation(hotel: Hotel, reference: str) -> Booking:
    """Return the hotel's reservation. Raises BookingNotFound, alike for missing and foreign."""
    rows = list_reservations([hotel.pk], Wanted()).filter(booking_reference=reference)
    booking = rows.first() if is_askable(reference) else None
    if booking is None:
        raise BookingNotFound(NO_SUCH, field="booking_reference")
    return booking


def find_reservation_for_update(hotel: Hotel, reference: str) -> Booking | None:
    """Return the hotel's reservation with its row locked, and nothing beside it: most that are
    sent are new, or as they were. The caller holds a transaction."""
    rows = Booking.objects.select_for_update(no_key=NOBODY_CHANGES_KEYS)
    rows = rows.filter(hotel=hotel, booking_reference=reference)
    return next(iter(rows), None) if is_askable(reference) else None


def etag_of(booking: Booking) -> str:
    """Return the tag of the reservation as it is: its last change, to the microsecond."""
    since = booking.updated_at - datetime.fromtimestamp(0, tz=booking.updated_at.tzinfo)
    micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return f'"{micros:x}"'


def show_reservation(booking: Booking) -> dict[str, Any]:
    """Return the reservation in its public form, ready for JSON."""
    room = booking.assigned_room
    zone = booking.hotel.zone
    return {
        "hotel": booking.hotel.slug,
        "booking_reference": booking.booking_reference,
        "booking_id": booking.booking_id,
        "status": booking.status,
        "guest": _guest(booking),
        "check_in_date": booking.check_in_date.isoformat(),
        "check_out_date": booking.check_out_date.isoformat(),
        "early_check_in_time": _text(booking.early_check_in_time),
        "late_check_out_time": _text(booking.late_check_out_time),
        "room_number": room.number if room else None,
        "checked_in_at": _text(booking.checked_in_at and booking.checked_in_at.astimezone(zone)),
        "checked_out_at": _text(booking.checked_out_at and booking.checked_out_at.astimezone(zone)),
        "created_at": exactly(booking.created_at),
        "updated_at": exactly(booking.updated_at),
    }


def _guest(booking: Booking) -> dict[str, str | None] | None:
    on_file = {
        "full_name": booking.contact_name or None,
        "email": booking.contact_email or None,
        "phone_number": booking.contact_phone or None,
    }
    return on_file if any(on_file.values()) else None


def _text(value: Any) -> str | None:
    return value.isoformat() if value is not None else None


def exactly(instant: datetime) -> str:
    """Return an instant in UTC that reads back as the same."""
    return instant.isoformat(timespec="microseconds").replace("+00:00", "Z")
