"""Where the guest's app hears of the hotel: its push token, kept with the room."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.bookings.errors import RoomMissing, RoomOccupied, StayEnded
from apps.bookings.models import Booking
from apps.bookings.selectors import (
    get_booking_by_stay_token,
    get_booking_for_update,
    get_room_for_update,
)
from apps.bookings.stay_view import StayStatus, stay_status
from apps.common.errors import Invalid

LONGEST_PUSH_TOKEN: Final = 4096


@transaction.atomic
def register_push_token(*, token: str, push_token: str) -> Booking:
    """Keep the push token with the guest's room until they check out; a later one replaces it.

    A guest who is yet to come does not take the place of one who is still in the room. Raises
    StayNotFound, Invalid, StayEnded, RoomMissing, RoomOccupied.
    """
    kept = _clean(push_token)
    booking = get_booking_for_update(get_booking_by_stay_token(token).pk)
    status = stay_status(booking, timezone.now())
    if status == StayStatus.CHECKED_OUT:
        raise StayEnded
    if booking.assigned_room_id is None:
        raise RoomMissing("Your room is not chosen yet; register again once it is.")
    room = get_room_for_update(booking.assigned_room_id)
    if status == StayStatus.UPCOMING and room.is_occupied:
        raise RoomOccupied("Somebody is still in your room; register again once you are in it.")
    room.push_token = kept
    room.save(update_fields=["push_token"])
    return booking


def _clean(push_token: str) -> str:
    kept = push_token.strip()
    if not kept or len(kept) > LONGEST_PUSH_TOKEN or not kept.isprintable():
        raise Invalid(
            f"Send the app's push token, up to {LONGEST_PUSH_TOKEN} characters.", field="push_token"
        )
    return kept
