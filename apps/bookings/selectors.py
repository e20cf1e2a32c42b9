"""Reads of the bookings room."""

from __future__ import annotations

from typing import Final

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.bookings.errors import BookingNotFound, RoomNotFound, StayNotFound
from apps.bookings.models import HOLDER_PREFIX, Booking, Guest, Hotel, Room, StayToken
from apps.bookings.states import HIDDEN_FROM_GUESTS
from apps.common.crypto import token_digest
from apps.common.errors import Contact, Forbidden, NotFound
from apps.common.log_context import note
from apps.common.statements import INSTANT, Given, KnownRead
from apps.locks.models import AccessGrant, Lock
from apps.staff.identity import StaffIdentity
from apps.staff.roles import Permission

# A row that points to a locked one is then no reason to wait. Else one who has taken a room's night
# waits at the commit for one who has locked the room, and who waits for that very night.
NOBODY_CHANGES_KEYS: Final = True

# What guests ask.
NAMED: Final = KnownRead(
    lambda: Booking.objects.filter(booking_reference=Given("reference")).only("pk", "status")[:2]
)
NAMED_AT_HOTEL: Final = KnownRead(
    lambda: Booking.objects.filter(
        booking_reference=Given("reference"), hotel__slug=Given("hotel")
    ).only("pk", "status")[:2]
)
BOOKING_FOR_UPDATE: Final = KnownRead(lambda: bookings_for_update().filter(pk=Given("pk")))
ROOM_FOR_UPDATE: Final = KnownRead(
    lambda: (
        Room.objects.select_for_update(of=("self",), no_key=NOBODY_CHANGES_KEYS)
        .select_related("hotel")
        .filter(pk=Given("pk"))
    )
)
STAY_KEY: Final = KnownRead(
    lambda: StayToken.objects.filter(
        digest=Given("digest"), expires_at__gt=Given("now", INSTANT)
    ).select_related("booking__hotel", "booking__assigned_room")
)
PRIMARY_GUEST: Final = KnownRead(
    lambda: Guest.objects.filter(booking=Given("booking"), is_primary=True)
)
DOORS: Final = KnownRead(
    lambda: Lock.objects.filter(
        Q(is_front_door=True)
        | Q(pk__in=Room.locks.through.objects.filter(room=Given("room")).values("lock")),
        account_id=Given("account"),
    ).order_by("-is_front_door", "pk")
)


def find_booking_for_guest(reference: str, hotel_slug: str | None) -> int:
    """Return the key of the booking that a guest may hear of by its reference.

    Unknown, hidden, foreign and ambiguous references raise the same BookingNotFound after the
    same one query, which reads too little of a hidden booking for the clock to tell.
    """
    if hotel_slug is None:
        found = NAMED.all(reference=reference)
    else:
        found = NAMED_AT_HOTEL.all(reference=reference, hotel=hotel_slug)
    if len(found) != 1 or found[0].status in HIDDEN_FROM_GUESTS:
        raise BookingNotFound(field="booking_reference")
    return found[0].pk


def list_hotels_of(identity: StaffIdentity) -> QuerySet[Hotel]:
    """Return the hotels that this person works at; all of them for a superuser. By name."""
    hotels = Hotel.objects.order_by("name", "pk")
    return hotels if identity.is_superuser else hotels.filter(pk__in=identity.roles)


def find_hotel(slug: str) -> Hotel | None:
    """Return the hotel that is named so."""
    return Hotel.objects.filter(slug=slug).first()


def bookings_for_update() -> QuerySet[Booking]:
    """Return bookings whose own rows are locked as they are read, each with hotel and room."""
    bookings = Booking.objects.select_for_update(of=("self",), no_key=NOBODY_CHANGES_KEYS)
    return bookings.select_related("hotel", "assigned_room")


def get_booking_for_update(booking_pk: int) -> Booking:
    """Return the booking with its own row locked; the caller holds a transaction."""
    booking = BOOKING_FOR_UPDATE.one(pk=booking_pk)
    if booking is None:
        raise Booking.DoesNotExist
    return booking


def get_booking_and_room_for_update(booking_pk: int) -> Booking:
    """Return the booking and its room, if it has one, both locked; the caller holds a transaction.

    One statement locks both, the booking first; where the guest moves while it waits, it finds
    nothing, and they are locked one after the other.
    """
    locks = Booking.objects.select_for_update(
        of=("self", "assigned_room"), no_key=NOBODY_CHANGES_KEYS
    )
    with_room = locks.select_related("hotel__lock_account", "assigned_room")
    # Asking for a column of the room makes it a part of the row, which can be locked.
    booking = with_room.filter(pk=booking_pk, assigned_room__hotel=F("hotel")).first()
    if booking is None:
        booking = get_booking_for_update(booking_pk)
        if booking.assigned_room_id is not None:
            booking.assigned_room = get_room_for_update(booking.assigned_room_id)
    if booking.assigned_room is not None:
        booking.assigned_room.hotel = booking.hotel
    return booking


def get_hotel_booking(hotel: Hotel, booking_id: str) -> Booking:
    """Return the hotel's booking. Raises BookingNotFound, alike for missing and foreign ones."""
    bookings = Booking.objects.filter(hotel=hotel, booking_id=booking_id)
    bookings = bookings.select_related("hotel__lock_account", "assigned_room")
    booking = bookings.first() if is_askable(booking_id) else None
    if booking is None:
        raise BookingNotFound("The hotel has no such booking.", field="booking_id")
    return booking


def get_hotel_room(hotel: Hotel, number: str) -> Room:
    """Return the hotel's room. Raises RoomNotFound, alike for missing and foreign ones."""
    rooms = Room.objects.filter(hotel=hotel, number=number)
    room = rooms.first() if is_askable(number) else None
    if room is None:
        raise RoomNotFound(field="room_number")
    return room


def get_room_for_update(room_pk: int) -> Room:
    """Return the room with its own row locked; the caller holds a transaction."""
    room = ROOM_FOR_UPDATE.one(pk=room_pk)
    if room is None:
        raise Room.DoesNotExist
    return room


def get_hotel_for_staff(identity: StaffIdentity, slug: str, permission: Permission) -> Hotel:
    """Return the hotel if this person may do that there.

    Raises Forbidden for hotels that are not theirs, existing or not; NotFound for a superuser.
    """
    hotels = Hotel.objects.select_related("lock_account").filter(slug=slug)
    hotel = hotels.first() if is_askable(slug) else None
    if hotel is None:
        raise NotFound("There is no such hotel.") if identity.is_superuser else Forbidden()
    identity.require(permission, hotel_id=hotel.pk)
    return hotel


def is_askable(name: str) -> bool:
    """Answer whether a database can be asked for ``name``: NUL and half characters break some."""
    return name.isprintable()


def get_booking_by_stay_token(token: str) -> Booking:
    """Return the booking whose stay ``token`` opens. Raises StayNotFound."""
    key = STAY_KEY.one(digest=token_digest(token), now=timezone.now())
    if key is None or key.booking.status in HIDDEN_FROM_GUESTS:
        raise StayNotFound
    note(booking=key.booking.pk)
    return key.booking


def key_of_holder(grant: AccessGrant) -> int | None:
    """Return the key of the booking that holds the grant; None where something else does."""
    key = grant.holder.removeprefix(HOLDER_PREFIX)
    return int(key) if key != grant.holder and key.isdigit() else None


def list_doors(booking: Booking) -> list[Lock]:
    """Return the locks that the booking's guest may open: front doors, then the room's."""
    account_id = booking.hotel.lock_account_id
    if account_id is None or booking.assigned_room is None:
        return []
    return DOORS.all(room=booking.assigned_room.pk, account=account_id)


def find_primary_guest(booking: Booking) -> Guest | None:
    """Return who said at check-in that they stay, if anybody has."""
    return PRIMARY_GUEST.one(booking=booking.pk)


def contact_of(hotel: Hotel) -> Contact:
    """Return how a guest reaches the hotel."""
    digits = "".join(char for char in hotel.whatsapp_number if char.isdigit())
    return Contact(
        phone=hotel.phone or None,
        email=hotel.email or None,
        whatsapp_url=f"https://wa.me/{digits}" if digits else None,
    )
