"""Opening a stay: the guest's row, the arrival, and keys to the stay link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from apps.bookings.models import Booking, Guest, StayToken
from apps.bookings.selectors import find_primary_guest
from apps.bookings.stay_window import stay_window
from apps.common.crypto import new_token, token_digest
from apps.common.maintenance import delete_portion

GRACE_AFTER_DEPARTURE: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestDetails:
    """What a guest says of themselves. ``phone_number`` is E.164."""

    full_name: str
    phone_number: str
    email: str
    car_registration: str


def details_on_file(booking: Booking) -> GuestDetails:
    """Return what the booking itself knows of its guest."""
    return GuestDetails(
        full_name=booking.contact_name,
        phone_number=booking.contact_phone,
        email=booking.contact_email,
        car_registration="",
    )


def mint_stay_token(booking: Booking) -> str:
    """Return a new key to the stay; earlier ones go on working. Only its digest is kept."""
    return mint_stay_tokens(booking, 1)[0]


def mint_stay_tokens(booking: Booking, count: int) -> list[str]:
    """Return so many new keys at once."""
    tokens = [new_token() for _ in range(count)]
    expires_at = stay_window(booking).ends_at + GRACE_AFTER_DEPARTURE
    StayToken.objects.bulk_create(
        StayToken(booking=booking, digest=token_digest(token), expires_at=expires_at)
        for token in tokens
    )
    return tokens


def purge_stay_tokens(now: datetime) -> bool:
    """Delete some keys whose time is over; return whether any may be left."""
    return delete_portion(StayToken.objects.filter(expires_at__lte=now), oldest_by="expires_at")


def register_primary_guest(booking: Booking, details: GuestDetails) -> Guest:
    """Store who stays; saying it again changes the same row. The caller holds the booking."""
    # Nobody else writes the row while the booking is held: no savepoint is needed to find out.
    guest = find_primary_guest(booking) or Guest(booking=booking)
    guest.full_name = details.full_name
    guest.phone_number = details.phone_number
    guest.email = details.email
    guest.car_registration = details.car_registration
    guest.save()
    return guest
