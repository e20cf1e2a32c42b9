"""What this room hears from the rooms below."""

from __future__ import annotations

from typing import Any

from apps.bookings.models import Booking
from apps.bookings.signals import guest_erased
from apps.partners.services.kept_answers import erase_answers


def connect() -> None:
    """Begin to listen."""
    guest_erased.connect(_erased, dispatch_uid="partners.erase")


def _erased(*, booking: Booking, **_: Any) -> None:
    erase_answers(booking)
