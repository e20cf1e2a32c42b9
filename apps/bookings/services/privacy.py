"""Forgetting guests: names, contacts and cars go, bookings and what is counted of them stay.

A guest is forgotten once nobody needs the details any more: the stay is over and closed, or it is
long past. Whoever is in house is never forgotten. Everything here may be said again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.bookings.errors import ErasureNotAllowed
from apps.bookings.models import Booking, Guest, GuestErasure, Hotel
from apps.bookings.selectors import get_booking_for_update
from apps.bookings.services.stays import GRACE_AFTER_DEPARTURE
from apps.bookings.signals import guest_erased
from apps.bookings.states import BookingStatus
from apps.bookings.stay_window import stay_window
from apps.common.notices.delivery import erase_notices
from apps.locks.services.grants import forget_own_numbers

LONG_PAST: Final = timedelta(days=30)  # so long after departure even an open booking is over
CLOSED: Final = frozenset({BookingStatus.COMPLETED, BookingStatus.CANCELLED, BookingStatus.NO_SHOW})
BATCH: Final = 100

NO_CONTACT: Final = {"contact_name": "", "contact_phone": "", "contact_email": "", "language": ""}
NO_DETAILS: Final = {"full_name": "", "phone_number": "", "email": "", "car_registration": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRequest:
    """Whom to forget: the guests who departed before a local day, of one hotel or of all."""

    before: date
    performed_by: str
    hotel: Hotel | None = None


@dataclass(slots=True, kw_only=True)
class ErasureCount:
    """How many bookings were (or would be) forgotten, and how many not, for what reason."""

    erased: int = 0
    in_house: int = 0
    too_early: int = 0


def anonymise_guests(
    request: ErasureRequest, *, tell: Callable[[ErasureCount], None] = lambda _count: None
) -> ErasureCount:
    """Forget all whom the request means, booking by booking; ``tell`` hears of the progress.

    Each booking is a transaction of its own: what was done when the run is cut off stays done and
    is counted in its record.
    """
    record = GuestErasure.objects.create(
        performed_by=request.performed_by,
        performed_at=timezone.now(),
        hotel=request.hotel,
        departed_before=request.before,
    )
    count = ErasureCount()
    for batch in _batches(request):
        for booking in batch:
            _count_one(count, booking, is_erased=_erase_if_allowed(booking.pk, record))
        tell(count)
    return count


def count_erasable(request: ErasureRequest) -> ErasureCount:
    """Count what ``anonymise_guests`` would do now, and change nothing."""
    count, now = ErasureCount(), timezone.now()
    for batch in _batches(request):
        for booking in batch:
            _count_one(count, booking, is_erased=may_be_erased(booking, now=now))
    return count


@transaction.atomic
def anonymise_booking(*, booking: Booking, performed_by: str) -> None:
    """Forget everybody of one booking. Raises ErasureNotAllowed."""
    booking = get_booking_for_update(booking.pk)
    _require_erasable(booking)
    _erase_booking(booking, _record_of_one(booking, performed_by))


@transaction.atomic
def anonymise_guest(*, guest: Guest, performed_by: str) -> None:
    """Forget one guest: with the primary one, what the booking says of whom to reach.

    Raises ErasureNotAllowed.
    """
    booking = get_booking_for_update(guest.booking_id)
    _require_erasable(booking)
    record = _record_of_one(booking, performed_by)
    if guest.is_primary:
        _erase_contact(booking)
    _erase_guests(Guest.objects.filter(pk=guest.pk), record)


def may_be_erased(booking: Booking, *, now: datetime) -> bool:
    """Answer whether the booking's people may be forgotten; it comes with its hotel."""
    patience = GRACE_AFTER_DEPARTURE if booking.status in CLOSED else LONG_PAST
    return not is_in_house(booking) and now >= stay_window(booking).ends_at + patience


def is_in_house(booking: Booking) -> bool:
    """Answer whether the guest was taken in and has not left."""
    return booking.checked_in_at is not None and booking.checked_out_at is None


def _require_erasable(booking: Booking) -> None:
    if not may_be_erased(booking, now=timezone.now()):
        raise ErasureNotAllowed


def _record_of_one(booking: Booking, performed_by: str) -> GuestErasure:
    return GuestErasure.objects.create(
        performed_by=performed_by,
        performed_at=timezone.now(),
        hotel=booking.hotel,
        booking_id=booking.booking_id,
    )


def _count_one(count: ErasureCount, booking: Booking, *, is_erased: bool) -> None:
    if is_erased:
        count.erased += 1
    elif is_in_house(booking):
        count.in_house += 1
    else:
        count.too_early += 1


# -- whom a run means ----------------------------------------------------------------------------


def _batches(request: ErasureRequest) -> Iterator[list[Booking]]:
    """Yield the bookings in question in portions, each read when the one before is done."""
    bookings = _in_question(request).select_related("hotel").order_by("pk")
    last = 0
    while batch := list(bookings.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _in_question(request: ErasureRequest) -> QuerySet[Booking]:
    """Narrow to those that departed in time and were not forgotten, or were written to since."""
    named = Guest.objects.filter(booking=OuterRef("pk")).exclude(**NO_DETAILS)
    known = Q(anonymised_at__isnull=True) | ~Q(**NO_CONTACT) | Exists(named)
    bookings = Booking.objects.filter(known, check_out_date__lt=request.before)
    return bookings.filter(hotel=request.hotel) if request.hotel else bookings


# -- forgetting ----------------------------------------------------------------------------------


@transaction.atomic
def _erase_if_allowed(booking_pk: int, record: GuestErasure) -> bool:
    booking = get_booking_for_update(booking_pk)
    if not may_be_erased(booking, now=timezone.now()):
        return False
    _erase_booking(booking, record)
    return True


def _erase_booking(booking: Booking, record: GuestErasure) -> None:
    """The caller holds the lock on ``booking``."""
    _erase_contact(booking)
    booking.anonymised_at = timezone.now()
    booking.save(update_fields=["anonymised_at"])
    _erase_guests(booking.guests.all(), record)


def _erase_contact(booking: Booking) -> None:
    """Forget whom to reach for the booking, here and in every room that listens."""
    for name, nothing in NO_CONTACT.items():
        setattr(booking, name, nothing)
    booking.save(update_fields=[*NO_CONTACT, "updated_at"])
    booking.stay_tokens.all().delete()
    forget_own_numbers(holder=booking.lock_holder)
    erase_notices(scope=booking.hotel.alert_scope, subject=booking.booking_id)
    guest_erased.send(sender=Booking, booking=booking)


def _erase_guests(guests: QuerySet[Guest], record: GuestErasure) -> None:
    """Forget the guests, and count them in the record of it."""
    erased = guests.exclude(**NO_DETAILS).update(**NO_DETAILS)
    GuestErasure.objects.filter(pk=record.pk).update(
        bookings=F("bookings") + 1, guests=F("guests") + erased
    )
