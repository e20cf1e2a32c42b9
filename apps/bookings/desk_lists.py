"""The lists that staff look at, filtered in the database and always within one hotel."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

from django.db.models import JSONField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from apps.bookings.errors import BookingNotFound
from apps.bookings.models import Booking, Guest, Hotel, HousekeepingTask, Maintenance, Room
from apps.bookings.selectors import is_askable
from apps.bookings.states import OPEN_TASKS, STATUS_OF_CONDITION, BookingStatus, RoomStatus
from apps.common.models import Alert

LONGEST_SEARCH: Final = 100
IN_HOUSE: Final = Q(status=BookingStatus.CONFIRMED, checked_in_at__isnull=False)

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


def room_board(hotel: Hotel, *, status: RoomStatus | None = None) -> QuerySet[Room]:
    """Return the hotel's rooms with who is in them, what is to be done there and what is broken.

    Each row has the dicts ``stay``, ``task`` and ``repair``, or None, all from the one query.
    """
    stay = Booking.objects.filter(IN_HOUSE, assigned_room=OuterRef("pk"))
    task = HousekeepingTask.objects.filter(room=OuterRef("pk"), status__in=OPEN_TASKS)
    repair = Maintenance.objects.filter(
        room=OuterRef("pk"), opened_at__isnull=False, closed_at__isnull=True
    )
    return list_rooms(hotel, status=status).annotate(
        stay=_first(stay, booking_id="booking_id", check_out_date="check_out_date"),
        task=_first(task, id="pk", status="status", assignee="assignee"),
        repair=_first(repair, reason="reason", expected_until="expected_until"),
    )


def _first(rows: QuerySet[Any], **columns: str) -> Subquery:
    shown = rows.order_by("pk").values(json=JSONObject(**columns))[:1]
    return Subquery(shown, output_field=JSONField())


def list_bookings(
    hotel: Hotel,
    *,
    status: BookingStatus | None = None,
    arriving_on: date | None = None,
    departing_on: date | None = None,
    in_house: bool | None = None,
    search: str | None = None,
) -> QuerySet[Booking]:
    """Return the hotel's bookings with their hotel, room, check-outs and ``primary_guests``."""
    bookings = (
        Booking.objects.filter(hotel=hotel)
        .select_related("hotel", "assigned_room")
        .prefetch_related("check_outs", primary_guests("guests"))
    )
    if status is not None:
        bookings = bookings.filter(status=status)
    if arriving_on is not None:
        bookings = bookings.filter(check_in_date=arriving_on)
    if departing_on is not None:
        bookings = bookings.filter(check_out_date=departing_on)
    if in_house is not None:
        bookings = bookings.filter(IN_HOUSE) if in_house else bookings.exclude(IN_HOUSE)
    if search and search.strip():
        bookings = bookings.filter(matching_search(search.strip(), hotels=[hotel.pk]))
    return bookings


def primary_guests(path: str) -> Prefetch[Any]:
    """Return what reads the one guest at ``path`` who speaks for a booking, as
    ``primary_guests``."""
    return Prefetch(path, Guest.objects.filter(is_primary=True), to_attr="primary_guests")


def name_of_guest(booking: Booking) -> str:
    """Return who stays: as checked in, or as on file before that.

    One query, unless the booking comes with its ``primary_guests``.
    """
    guests = getattr(booking, "primary_guests", None)
    if guests is None:
        guests = booking.guests.filter(is_primary=True)
    return booking.name_of(next(iter(guests), None))


def get_desk_booking(hotel: Hotel, booking_id: str) -> Booking:
    """Return the hotel's booking with all that a desk's screen shows. Raises BookingNotFound."""
    bookings = Booking.objects.filter(hotel=hotel, booking_id=booking_id)
    bookings = bookings.select_related("hotel", "assigned_room")
    bookings = bookings.prefetch_related("check_outs", "guests")
    booking = bookings.first() if is_askable(booking_id) else None
    if booking is None:
        raise BookingNotFound("The hotel has no such booking.", field="booking_id")
    return booking


def list_alerts(hotel: Hotel) -> QuerySet[Alert]:
    """Return what somebody should look at now: the hotel's own alerts and those of its locks."""
    scopes = [hotel.alert_scope]
    if hotel.lock_account is not None:
        scopes.append(hotel.lock_account.alert_scope)
    return Alert.objects.filter(scope__in=scopes, closed_at__isnull=True)


def matching_search(text: str, *, hotels: Collection[int] | None = None) -> Q:
    """Match a piece of an id, a reference, a name on file or said by the guest, a car's
    registration, or a room; of a long text, the beginning.

    ``hotels``: whose bookings are searched anyway, so that nobody looks through the guests of all
    others; None: everybody's.
    """
    text = text[:LONGEST_SEARCH]
    if not is_askable(text):
        return Q(pk__in=())
    guests = Booking.objects.filter(
        Q(guests__full_name__icontains=text) | Q(guests__car_registration__icontains=text)
    )
    if hotels is not None:
        guests = guests.filter(hotel__in=hotels)
    return (
        Q(booking_id__icontains=text)
        | Q(booking_reference__icontains=text)
        | Q(contact_name__icontains=text)
        | Q(assigned_room__number=text)
        | Q(pk__in=guests.values("pk"))
    )
