"""The doors of a stay: what a booking asks of the locks room."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.conf import settings

from apps.bookings.models import Booking
from apps.bookings.selectors import list_doors
from apps.bookings.stay_window import stay_window
from apps.locks.models import AccessGrant
from apps.locks.services import grants

LABEL_LENGTH = 40


def open_doors(
    booking: Booking, *, actor: str, reason: str, own_numbers: Iterable[str] = ()
) -> AccessGrant | None:
    """Give the booking's guest codes on the stay's doors for its window; the PIN, once made, stays.

    None: the stay has no doors that could be opened. ``own_numbers`` are numbers of the guest
    that no PIN may repeat. The caller holds the lock on ``booking``. Raises NoFreePin.
    """
    doors = list_doors(booking)
    account = booking.hotel.lock_account
    if not doors or account is None:
        return None
    window = stay_window(booking)
    numbers = {booking.booking_reference, booking.booking_id, booking.contact_phone, *own_numbers}
    request = grants.AccessRequest(
        account=account,
        locks=doors,
        holder=booking.lock_holder,
        label=booking.booking_reference[:LABEL_LENGTH],
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        pin_length=booking.hotel.pin_length or settings.PIN_LENGTH,
        own_numbers=frozenset(filter(None, (re.sub(r"\D", "", number) for number in numbers))),
    )
    return grants.grant_access(request, actor=actor, reason=reason)


def close_doors(booking: Booking, *, actor: str, reason: str) -> None:
    """Take the booking's codes off its locks."""
    grants.revoke_access(holder=booking.lock_holder, actor=actor, reason=reason)
