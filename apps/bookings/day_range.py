"""The days that a report is about."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.utils import timezone

from apps.bookings.models import Hotel
from apps.bookings.stay_window import hotel_today
from apps.common.errors import Invalid

DEFAULT_DAYS: Final = 30
LONGEST_DAYS: Final = 366


def day_range(hotel: Hotel, since: date | None, until: date | None) -> tuple[date, date]:
    """Return the first and the last day of a report, both included, in the hotel's zone.

    A day that is left out is today for ``until`` and 29 days earlier for ``since``. Raises Invalid
    for days in the wrong order and for more than 366 of them.
    """
    until = until or hotel_today(hotel.zone, timezone.now())
    if since is None:
        # The calendar ends somewhere: a day before its first one is not asked for in earnest.
        earlier = min(DEFAULT_DAYS - 1, (until - date.min).days)
        since = until - timedelta(days=earlier)
    if since > until:
        raise Invalid("The first day comes after the last one.", field="since")
    if (until - since).days >= LONGEST_DAYS:
        raise Invalid(f"Ask for at most {LONGEST_DAYS} days at once.", field="since")
    return since, until


def days_between(since: date, until: date) -> list[date]:
    """Return every day from ``since`` to ``until``, both included."""
    return [since + timedelta(days=n) for n in range((until - since).days + 1)]
