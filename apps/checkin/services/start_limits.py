"""How often an address may start, and when a hotel's people hear of guessing.

The limit comes before anything is looked up, so it says nothing about a reference. What is
counted for a hotel raises an alert and refuses nobody: guessing must not close the door to all.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from django.conf import settings

from apps.bookings.selectors import contact_of, find_hotel
from apps.common.alerts import clear_alert, raise_alert
from apps.common.errors import RateLimited
from apps.common.limits.checking import check_rate, has_calmed_down, is_within
from apps.common.limits.rates import Rate
from apps.common.models import Alert

USUAL_FAILURES: Final = Rate(100, 3600)  # wrong answers and unknown references, of one hotel
FAILURES: Final = "checkin-failures"
GUESSING: Final = "checkin_guessing"
SLUG: Final = re.compile(r"[-a-zA-Z0-9_]{1,50}")


def limit_starts(client_address: str | None, hotel_slug: str | None) -> None:
    """Count a start from ``client_address``; None is not limited.

    Raises RateLimited, with the contact of the hotel that the caller named, if any.
    """
    if client_address is None:
        return
    try:
        check_rate("checkin", settings.RATE_LIMIT_CHECKIN, client_address)
    except RateLimited as refusal:
        slug = _named(hotel_slug)
        hotel = find_hotel(slug) if slug else None
        refusal.contact = contact_of(hotel) if hotel else None
        raise


def count_failure(hotel_slug: str | None) -> None:
    """Count a wrong answer or an unknown reference, and alert the hotel's people to many.

    An unknown reference counts for the hotel that the caller named. Without a name there is nobody
    to count it for: to whom a hidden booking belongs is not even looked up, or the clock would
    tell it from an unknown one.
    """
    slug = _named(hotel_slug)
    if slug is None or is_within(FAILURES, USUAL_FAILURES, slug):
        return
    hotel = find_hotel(slug)
    if hotel is None:
        return
    raise_alert(
        scope=f"hotel:{hotel.pk}",
        kind=GUESSING,
        subject=hotel.slug,
        message=(
            f"More than {USUAL_FAILURES.count} wrong references or answers in an hour at the "
            "online check-in: somebody may be guessing. Nobody is kept out by this; look at who "
            "checked in lately."
        ),
    )


def close_calmed_alerts(_now: datetime) -> bool:
    """Close the alerts of hotels where no more is guessed than usual; nothing is left over."""
    for alert in Alert.objects.filter(kind=GUESSING, closed_at__isnull=True):
        if has_calmed_down(FAILURES, USUAL_FAILURES, alert.subject):
            clear_alert(scope=alert.scope, kind=GUESSING, subject=alert.subject)
    return False


def _named(hotel_slug: str | None) -> str | None:
    """Return what may be a hotel's name; whatever else a caller sent for one is not looked up."""
    return hotel_slug if hotel_slug and SLUG.fullmatch(hotel_slug) else None
