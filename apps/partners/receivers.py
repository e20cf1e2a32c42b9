"""What this room hears from the rooms below."""

from __future__ import annotations

from typing import Any

from apps.bookings.models import Booking
from apps.bookings.signals import guest_erased
from apps.locks.models import AccessGrant
from apps.locks.signals import access_grant_changed
from apps.partners.services.code_news import tell_of_codes
from apps.partners.services.kept_answers import erase_answers


def connect() -> None:
    """Begin to listen; after the rooms below, whose guests wait for the news."""
    guest_erased.connect(_erased, dispatch_uid="partners.erase")
    access_grant_changed.connect(_codes_changed, dispatch_uid="partners.codes_changed")


def _erased(*, booking: Booking, **_: Any) -> None:
    erase_answers(booking)


def _codes_changed(*, grant: AccessGrant, **_: Any) -> None:
    tell_of_codes(grant)
