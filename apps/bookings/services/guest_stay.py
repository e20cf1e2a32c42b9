"""What guests do with their stay link."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.bookings.errors import DoorNotFound, StayNotFound
from apps.bookings.events import booking_event
from apps.bookings.models import Booking
from apps.bookings.selectors import get_booking_by_stay_token, get_booking_for_update, list_doors
from apps.bookings.states import BookingStatus
from apps.bookings.stay_window import stay_window
from apps.locks.models import AccessCode, Lock
from apps.locks.selectors import find_live_grant
from apps.locks.services.swaps import replace_code

GUEST = "guest"


@transaction.atomic
def report_code_problem(*, token: str, lock_name: str | None) -> Booking:
    """Swap the code of a door that does not open for another one; staff are told.

    Without a name, the doors whose codes nobody has used yet are meant, else all of them.
    Raises StayNotFound, DoorNotFound, NoOtherCode.
    """
    booking = get_booking_for_update(get_booking_by_stay_token(token).pk)
    is_over = timezone.now() >= stay_window(booking).ends_at
    grant = find_live_grant(booking.lock_holder)
    if booking.status != BookingStatus.CONFIRMED or is_over or grant is None:
        raise StayNotFound
    for lock in _doors_meant(booking, lock_name):
        replace_code(
            grant_id=grant.pk, lock=lock, actor=GUEST, reason="The guest says it does not open."
        )
    booking_event(booking, "code-problem-reported")
    return booking


def _doors_meant(booking: Booking, lock_name: str | None) -> list[Lock]:
    doors = list_doors(booking)
    if lock_name is not None:
        named = [lock for lock in doors if lock.name == lock_name]
        if not named:
            raise DoorNotFound(field="lock_name")
        return named
    used = set(
        AccessCode.objects.filter(
            grant__holder=booking.lock_holder, first_used_at__isnull=False
        ).values_list("lock_id", flat=True)
    )
    return [lock for lock in doors if lock.pk not in used] or doors


@transaction.atomic
def update_car_registration(*, token: str, car_registration: str) -> Booking:
    """Store another car, or none ("") for the stay. The registration is clean already.

    Raises StayNotFound.
    """
    booking = get_booking_for_update(get_booking_by_stay_token(token).pk)
    if booking.status != BookingStatus.CONFIRMED:
        raise StayNotFound
    booking.guests.filter(is_primary=True).update(car_registration=car_registration)
    return booking
