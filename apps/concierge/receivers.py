"""What this room hears from the bookings room. The sender holds the lock on the booking."""

from __future__ import annotations

from typing import Any

from apps.bookings.models import Booking
from apps.bookings.signals import (
    booking_checked_out,
    check_out_undone,
    guest_erased,
    stay_records_removed,
)
from apps.concierge.services.departures import (
    delete_services,
    erase_words,
    hide_services,
    show_services_again,
)


def connect() -> None:
    """Begin to listen."""
    booking_checked_out.connect(_checked_out, dispatch_uid="concierge.hide")
    check_out_undone.connect(_undone, dispatch_uid="concierge.show_again")
    stay_records_removed.connect(_removed, dispatch_uid="concierge.delete")
    guest_erased.connect(_erased, dispatch_uid="concierge.erase")


def _checked_out(*, booking: Booking, **_: Any) -> None:
    hide_services(booking)


def _undone(*, booking: Booking, **_: Any) -> None:
    show_services_again(booking)


def _removed(*, booking: Booking, removed: dict[str, Any], **_: Any) -> None:
    removed |= delete_services(booking)


def _erased(*, booking: Booking, **_: Any) -> None:
    erase_words(booking)
