"""A hotel's hours and zone have changed: what was promised by them follows."""

from __future__ import annotations

from django.db import transaction

from apps.bookings.models import HOLDER_PREFIX, Booking, Hotel
from apps.bookings.selectors import get_booking_for_update
from apps.bookings.services.access import adjust_doors
from apps.bookings.services.arrivals import follow_stay
from apps.bookings.states import BookingStatus
from apps.locks.models import AccessGrant
from apps.locks.states import GrantState


def follow_hours(*, hotel: Hotel, performed_by: str) -> int:
    """Let codes and expected arrivals of the hotel's stays follow its hours; return how many stays.

    Each stay is a transaction of its own. One that was missed, since the process died meanwhile,
    is mended by saying it again: a window that is right already is left alone.
    """
    followed = 0
    for key in _with_codes(hotel):
        with transaction.atomic():
            booking = get_booking_for_update(key)
            if booking.status != BookingStatus.CONFIRMED:
                continue
            adjust_doors(booking, actor=performed_by, reason="The hotel's hours have changed.")
            follow_stay(booking)
            followed += 1
    return followed


def _with_codes(hotel: Hotel) -> list[int]:
    grants = AccessGrant.objects.filter(account__hotel=hotel).exclude(state=GrantState.ENDED)
    holders = grants.values_list("holder", flat=True)
    keys = [holder.removeprefix(HOLDER_PREFIX) for holder in holders]
    bookings = Booking.objects.filter(
        hotel=hotel, pk__in=[int(key) for key in keys if key.isdigit()]
    )
    return list(bookings.order_by("pk").values_list("pk", flat=True))
