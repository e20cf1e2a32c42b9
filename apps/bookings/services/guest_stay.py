"""What guests do with their stay link."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from apps.bookings.cleaning import clean_registration
from apps.bookings.errors import DoorNotFound, StayNotFound
from apps.bookings.events import booking_event
from apps.bookings.models import Booking
from apps.bookings.selectors import get_booking_by_stay_token, get_booking_for_update, list_doors
from apps.bookings.services.stays import details_on_file, register_primary_guest
from apps.bookings.states import BookingStatus
from apps.bookings.stay_view import StayView
from apps.bookings.stay_window import stay_window
from apps.locks.errors import NoOtherCode
from apps.locks.models import AccessCode, AccessGrant, Lock
from apps.locks.selectors import find_live_grant
from apps.locks.services.reveals import note_revealed
from apps.locks.services.swaps import replace_code

GUEST = "guest"


def note_reveal(view: StayView) -> None:
    """Write down that the guest was shown codes: one line for a grant and hour."""
    if view.grant is not None and view.shows_codes:
        note_revealed(view.grant, actor=GUEST)


def report_code_problem(*, token: str, lock_name: str | None) -> Booking:
    """Swap the code of a door that does not open for another one; staff are told.

    Without a name, the doors whose codes nobody has used yet are meant, else all of them. One
    door with another code is a success. Raises StayNotFound, DoorNotFound, NoOtherCode.
    """
    with transaction.atomic():
        booking = get_booking_for_update(get_booking_by_stay_token(token).pk)
        is_over = timezone.now() >= stay_window(booking).ends_at
        if booking.status != BookingStatus.CONFIRMED or is_over:
            raise StayNotFound
        doors = _doors_meant(booking, lock_name)
        grant = find_live_grant(booking.lock_holder)
        helped = [] if grant is None else [_swap(grant, lock) for lock in doors]
        booking_event(booking, "code-problem-reported")
    if not any(helped):  # what staff were told stays told
        raise NoOtherCode
    return booking


def _swap(grant: AccessGrant, lock: Lock) -> bool:
    """Answer whether there is another code for the door."""
    try:
        replace_code(
            grant_id=grant.pk, lock=lock, actor=GUEST, reason="The guest says it does not open."
        )
    except NoOtherCode:
        return False
    return True


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
def update_car_registration(*, token: str, car_registration: str | None) -> Booking:
    """Store another car, or none, for the stay. Raises StayNotFound, InvalidCarRegistration."""
    booking = get_booking_for_update(get_booking_by_stay_token(token).pk)
    if booking.status != BookingStatus.CONFIRMED:
        raise StayNotFound
    has_car = car_registration is not None and bool(car_registration.strip())
    plate = clean_registration(car_registration) if has_car else ""
    is_known = booking.guests.filter(is_primary=True).update(car_registration=plate)
    if plate and not is_known:  # the link was sent before anybody checked in
        register_primary_guest(booking, replace(details_on_file(booking), car_registration=plate))
    return booking
