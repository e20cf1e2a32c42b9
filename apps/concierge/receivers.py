"""What this room hears from the rooms below. Those of bookings hold the lock on the booking."""

from __future__ import annotations

from typing import Any

from apps.bookings.models import Booking
from apps.bookings.selectors import key_of_holder
from apps.bookings.signals import (
    booking_checked_out,
    check_out_undone,
    guest_erased,
    stay_records_removed,
)
from apps.concierge.events import look_again
from apps.concierge.services.departures import (
    delete_services,
    erase_words,
    hide_services,
    show_services_again,
)
from apps.locks.models import AccessGrant
from apps.locks.signals import access_grant_changed


def connect() -> None:
    """Begin to listen."""
    booking_checked_out.connect(_checked_out, dispatch_uid="concierge.hide")
    check_out_undone.connect(_undone, dispatch_uid="concierge.show_again")
    stay_records_removed.connect(_removed, dispatch_uid="concierge.delete")
    guest_erased.connect(_erased, dispatch_uid="concierge.erase")
    access_grant_changed.connect(_codes_changed, dispatch_uid="concierge.codes_changed")


def _checked_out(*, booking: Booking, **_: Any) -> None:
    hide_services(booking)


def _undone(*, booking: Booking, **_: Any) -> None:
    show_services_again(booking)


def _removed(*, booking: Booking, removed: dict[str, Any], **_: Any) -> None:
    removed |= delete_services(booking)


def _codes_changed(*, grant: AccessGrant, **_: Any) -> None:
    """Whoever has the stay open sees its codes as they are now."""
    booking_pk = key_of_holder(grant)
    if booking_pk is not None:
        look_again(booking_pk)


def _erased(*, booking: Booking, **_: Any) -> None:
    erase_words(booking)
