"""Wrong answers to the question who somebody is: counted per booking, kept in the database.

Everything here runs while the caller holds the lock on the booking, so a hundred answers at once
are judged one after the other. Stay links and tokens that exist know nothing of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.bookings.models import Booking
from apps.bookings.selectors import contact_of
from apps.checkin.models import VerificationFailure
from apps.checkin.tries import (
    FROM_ANYWHERE,
    FROM_ANYWHERE_IN_A_DAY,
    FROM_ONE_ADDRESS,
    REMEMBERED,
    blocked_until,
)
from apps.common.crypto import keyed_digest, keyed_digests
from apps.common.errors import RateLimited


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An answer, from where it came ("" or None where nobody knows), and when."""

    answer: str | None
    address: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Tries:
    """The wrong answers that this address has given for the booking so far."""

    own: Sequence[VerificationFailure]

    def forgive(self) -> None:
        """Forget them: the right answer came. What others got wrong goes on counting."""
        if self.own:
            VerificationFailure.objects.filter(pk__in=[failure.pk for failure in self.own]).delete()


def require_tries_left(booking: Booking, attempt: Attempt) -> Tries:
    """Raises RateLimited with the hotel's contact, whatever the answer is."""
    everybody = list(
        VerificationFailure.objects.filter(
            booking=booking, failed_at__gt=attempt.at - REMEMBERED
        ).order_by("failed_at")
    )
    digests = set(keyed_digests(attempt.address or ""))
    own = [failure for failure in everybody if failure.address_digest in digests]
    instants = [failure.failed_at for failure in everybody]
    ends = (
        blocked_until([failure.failed_at for failure in own], FROM_ONE_ADDRESS),
        blocked_until(instants, FROM_ANYWHERE),
        blocked_until(instants, FROM_ANYWHERE_IN_A_DAY),
    )
    until = max((end for end in ends if end is not None), default=attempt.at)
    if until > attempt.at:
        raise RateLimited(
            retry_after_seconds=math.ceil((until - attempt.at).total_seconds()),
            contact=contact_of(booking.hotel),
        )
    return Tries(own)


def record_failure(booking: Booking, attempt: Attempt) -> None:
    """Count a wrong answer."""
    VerificationFailure.objects.create(
        booking=booking,
        address_digest=keyed_digest(attempt.address or ""),
        failed_at=attempt.at,
    )


def purge_failures(*, now: datetime) -> int:
    """Delete the wrong answers that no wait is reckoned from any more; return how many."""
    old = VerificationFailure.objects.filter(failed_at__lte=now - REMEMBERED)
    return old.delete()[0]
