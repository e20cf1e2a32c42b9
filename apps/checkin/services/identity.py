"""Who may start, resume and see a check-in: contract section 4.

Writes nothing but that a guest's own mistakes are forgiven once the right answer comes.
"""

from __future__ import annotations

import hmac
from typing import Final

from apps.bookings.cleaning import fold_name, last_four
from apps.bookings.models import Booking, Verification
from apps.checkin.errors import VerificationFailed, VerificationRequired
from apps.checkin.models import CheckInFlow
from apps.checkin.services.verification_tries import Attempt, require_tries_left

PHONE_ASKED: Final = "the last four digits of your phone number"
NAME_ASKED: Final = "the last name on the booking"


def verify_new_start(booking: Booking, attempt: Attempt) -> None:
    """Ask what the hotel wants asked before a check-in starts.

    Raises VerificationRequired, VerificationFailed, RateLimited.
    """
    phone = last_four(booking.contact_phone)
    name = booking.contact_name.split()[-1] if booking.contact_name.strip() else ""
    wanted = booking.hotel.checkin_verification
    if wanted in {Verification.PHONE, Verification.AUTO} and phone:
        _compare(booking, attempt, [phone], asked_for=PHONE_ASKED)
    elif wanted in {Verification.LAST_NAME, Verification.AUTO} and name:
        _compare(booking, attempt, [fold_name(name)], asked_for=NAME_ASKED)


def verify_return(booking: Booking, flow: CheckInFlow | None, attempt: Attempt) -> None:
    """Ask a returning guest, or a second device, for the last four digits of a known phone.

    Raises VerificationRequired, VerificationFailed, RateLimited; a booking with no phone at all
    fails too.
    """
    phones = [booking.contact_phone, flow.phone_number if flow else ""]
    guests = booking.guests.filter(is_primary=True).values_list("phone_number", flat=True)
    known = [last_four(phone) for phone in [*phones, *guests]]
    _compare(booking, attempt, [digits for digits in known if digits], asked_for=PHONE_ASKED)


def _compare(booking: Booking, attempt: Attempt, known: list[str], *, asked_for: str) -> None:
    given = fold_name(attempt.answer or "")
    if not given:
        raise VerificationRequired(asked_for)
    tries = require_tries_left(booking, attempt)
    # Every known answer is compared, each in constant time: nothing is learnt from the clock.
    matches = [hmac.compare_digest(given.encode(), expected.encode()) for expected in known]
    if not any(matches):
        raise VerificationFailed
    tries.forgive()
