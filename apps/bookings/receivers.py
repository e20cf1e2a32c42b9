"""What this room hears from the locks."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_save

from apps.bookings.models import Hotel
from apps.bookings.selectors import get_booking_for_update, key_of_holder
from apps.bookings.services.arrivals import bring_arrival_forward, has_used_a_code
from apps.bookings.services.notices import note_address, tell_codes_changed
from apps.bookings.services.told_codes import has_other_codes
from apps.locks.models import AccessGrant
from apps.locks.signals import access_grant_changed


def connect() -> None:
    """Begin to listen."""
    access_grant_changed.connect(_first_use, dispatch_uid="bookings.first_use")
    access_grant_changed.connect(_codes_changed, dispatch_uid="bookings.codes_changed")
    post_save.connect(_hotel_stored, sender=Hotel, dispatch_uid="bookings.hotel_stored")


def _first_use(*, grant: AccessGrant, **_: Any) -> None:
    """The first use of a code is an arrival."""
    booking_pk = key_of_holder(grant)
    if booking_pk is not None and has_used_a_code(grant):
        bring_arrival_forward(booking_pk)


def _codes_changed(*, grant: AccessGrant, **_: Any) -> None:
    """A guest who has the stay link hears that the codes behind it are others now."""
    booking_pk = key_of_holder(grant)
    # Looking first spares the booking's lock a visit for most news, which changes nothing here.
    if booking_pk is None or not has_other_codes(booking_pk):
        return
    with transaction.atomic():
        tell_codes_changed(get_booking_for_update(booking_pk))


def _hotel_stored(*, instance: Hotel, created: bool, **_: Any) -> None:
    if not created:
        note_address(instance)
