"""What is done with the people of a booking."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from apps.bookings.errors import ErasureNotAllowed
from apps.bookings.models import Booking, Guest
from apps.bookings.services.privacy import anonymise_booking, anonymise_guest, may_be_erased
from apps.common.errors import DomainError
from apps.staff.roles import Permission
from back_office.deeds import Ask, Deed


def _against_erasure(booking: Booking) -> Sequence[DomainError]:
    return () if may_be_erased(booking, now=timezone.now()) else (ErasureNotAllowed(),)


def _erase_all(ask: Ask) -> str:
    anonymise_booking(booking=ask.row, performed_by=ask.staff.actor)
    return "Everybody of this booking is forgotten."


def _erase_one(ask: Ask) -> str:
    anonymise_guest(guest=ask.row, performed_by=ask.staff.actor)
    return "The guest is forgotten."


FORGOTTEN = (
    "Names, phone numbers, e-mail addresses, cars and what was written are deleted for good.",
    "The booking, its room and the statistics stay, without anybody's name.",
)

ERASE_BOOKING = Deed(
    name="erase",
    label="Erase guests",
    icon="person_remove",
    needs=Permission.ERASE_GUESTS,
    tells=lambda _booking: FORGOTTEN,
    does=_erase_all,
    against=_against_erasure,
    is_grave=True,
)


def _against_erasing_one(guest: Guest) -> Sequence[DomainError]:
    return _against_erasure(guest.booking)


GUEST_DEEDS = (
    Deed(
        name="erase",
        label="Erase guest",
        icon="person_remove",
        needs=Permission.ERASE_GUESTS,
        tells=lambda _guest: FORGOTTEN,
        does=_erase_one,
        against=_against_erasing_one,
        is_grave=True,
    ),
)
