"""The lists that staff look at, filtered in the database and always within one hotel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.db.models import Q, QuerySet

from apps.bookings.models import Booking, Hotel, Room
from apps.bookings.selectors import is_askable
from apps.bookings.states import STATUS_OF_CONDITION, BookingStatus, RoomStatus

LONGEST_SEARCH: Final = 100

_VACANT: Final = Q(is_occupied=False, is_out_of_service=False)
OF_STATUS: Final[Mapping[RoomStatus, Q]] = {
    RoomStatus.OCCUPIED: Q(is_occupied=True),
    RoomStatus.OUT_OF_SERVICE: Q(is_occupied=False, is_out_of_service=True),
    **{
        status: _VACANT & Q(condition=condition)
        for condition, status in STATUS_OF_CONDITION.items()
    },
}


def list_rooms(hotel: Hotel, *, status: RoomStatus | None = None) -> QuerySet[Room]:
    """Return the hotel's rooms, all or those of one status."""
    rooms = Room.objects.filter(hotel=hotel).select_related("hotel")
    return rooms if status is None else rooms.filter(OF_STATUS[status])


def list_bookings(
    hotel: Hotel,
    *,
    status: BookingStatus | None = None,
    arriving_on: date | None = None,
    search: str | None = None,
) -> QuerySet[Booking]:
    """Return the hotel's bookings with their hotel and room."""
    bookings = (
        Booking.objects.filter(hotel=hotel)
        .select_related("hotel", "assigned_room")
        .prefetch_related("check_outs")
    )
    if status is not None:
        bookings = bookings.filter(status=status)
    if arriving_on is not None:
        bookings = bookings.filter(check_in_date=arriving_on)
    if search and search.strip():
        bookings = bookings.filter(_matching(search.strip()[:LONGEST_SEARCH]))
    return bookings


def _matching(text: str) -> Q:
    """Match a piece of an id, a reference, a name on file or said by the guest, or a room."""
    if not is_askable(text):
        return Q(pk__in=())
    guests = Booking.objects.filter(
        Q(guests__full_name__icontains=text) | Q(guests__car_registration__icontains=text)
    )
    return (
        Q(booking_id__icontains=text)
        | Q(booking_reference__icontains=text)
        | Q(contact_name__icontains=text)
        | Q(assigned_room__number=text)
        | Q(pk__in=guests.values("pk"))
    )
