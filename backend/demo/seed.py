"""Demo data that is always fit to play with: idempotent today, topped up tomorrow."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count, islice
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.bookings.models import Booking, Guest, Hotel, Room
from apps.bookings.services.access import open_doors
from apps.bookings.services.rooming import hold_many, hold_nights
from apps.bookings.states import BookingStatus, RoomCondition
from apps.bookings.stay_window import hotel_today
from apps.checkin.states import FlowStatus, Step
from apps.partners.scopes import READ_ONLY, Scope
from apps.partners.services.keys import NewKey, create_key
from apps.seating.models import SeatingEvent
from apps.staff.services.logins import open_login
from backend.demo.evening import SEATS, ensure_evening
from backend.demo.house import (
    DINGLE,
    IN_HOUSE_NUMBERS,
    KILLARNEY,
    SPARE_NUMBER,
    House,
    ensure_hotel,
    ensure_rooms,
    room_numbers,
)
from backend.demo.menu import ensure_menu
from backend.demo.people import (
    DESK,
    OTHER_DESK,
    SUPERUSER,
    Login,
    ensure_login,
    ensure_membership,
)

ARRIVING: Final = 5
IN_HOUSE: Final = len(IN_HOUSE_NUMBERS)
NIGHTS: Final = 2
FIRST_IN_HOUSE_ID: Final = 101
IN_HOUSE_NAMES: Final = ("Aoife Byrne", "Seán Walsh", "Niamh Kelly", "Oisín Doyle", "Ciara Nolan")
KNOWN_REFERENCE: Final = "5735307998"
PARTNER_KEYS: Final = {
    "partner_api_key": frozenset(Scope) - {Scope.REVEAL_CODES},
    "partner_api_key_readonly": READ_ONLY,
}
KEY_LIFETIME: Final = timedelta(days=30)  # each call makes new ones


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRequest:
    """How much of everything is wanted."""

    rooms: int = 0
    arriving: int = ARRIVING
    seats: int = SEATS


@dataclass(slots=True, kw_only=True)
class Summary:
    """What there is to play with, in the shape that the command prints."""

    hotel: Hotel
    other_hotel: Hotel
    evening: SeatingEvent
    arriving: Sequence[Booking] = ()
    in_house: Sequence[Booking] = ()
    logins: dict[str, Login] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict, repr=False)
    partner_keys: dict[str, str] = field(default_factory=dict, repr=False)

    def as_json(self) -> dict[str, Any]:
        """Return the public shape."""
        return {
            "hotel": {"slug": self.hotel.slug, "timezone": self.hotel.timezone},
            "other_hotel": {"slug": self.other_hotel.slug},
            **{
                name: {
                    "username": login.username,
                    "password": login.password,
                    "token": self.tokens[name],
                }
                for name, login in self.logins.items()
            },
            **self.partner_keys,
            "arriving": [_arriving(booking) for booking in self.arriving],
            "in_house": [
                {**_arriving(booking), "room_id": booking.assigned_room_id}
                for booking in self.in_house
            ],
            "seating_event": {"slug": self.evening.slug, "seats": self.evening.seats.count()},
        }


def _arriving(booking: Booking) -> dict[str, Any]:
    room = booking.assigned_room
    return {
        "booking_id": booking.booking_id,
        "booking_reference": booking.booking_reference,
        "room_number": room.number if room else None,
    }


def seed(request: SeedRequest) -> Summary:
    """Bring the demo data to where the request wants it. Safe to run at any time, any day."""
    logins = {"staff": DESK, "other_staff": OTHER_DESK, "superuser": SUPERUSER}
    with transaction.atomic():
        users = {name: ensure_login(login) for name, login in logins.items()}
        hotel, other = ensure_hotel(KILLARNEY), ensure_hotel(DINGLE)
        ensure_membership(users["staff"], hotel)
        ensure_membership(users["other_staff"], other)
        for house in (hotel, other):
            ensure_menu(house)
        tokens = {name: open_login(user).token for name, user in users.items()}
        ensure_rooms(hotel, KILLARNEY, [SPARE_NUMBER])
        ensure_rooms(hotel, KILLARNEY, list(islice(room_numbers(), request.rooms)))
        ensure_rooms(other, DINGLE, [SPARE_NUMBER])
        in_house = _ensure_in_house(hotel, KILLARNEY)
        arriving = _ensure_arriving(hotel, KILLARNEY, request.arriving)
        _ensure_arriving(other, DINGLE, ARRIVING)
        evening = ensure_evening(hotel, request.seats)
        partner_keys = {name: _new_key(hotel, name) for name in PARTNER_KEYS}
    return Summary(
        hotel=hotel,
        other_hotel=other,
        evening=evening,
        arriving=arriving,
        in_house=in_house,
        logins=logins,
        tokens=tokens,
        partner_keys=partner_keys,
    )


def _new_key(hotel: Hotel, name: str) -> str:
    wanted = NewKey(
        partner="Demo PMS",
        name=name,
        hotels=[hotel],
        scopes=PARTNER_KEYS[name],
        expires_at=timezone.now() + KEY_LIFETIME,
    )
    return create_key(wanted, performed_by="demo").secret


# -- guests in house -----------------------------------------------------------------------------


def _ensure_in_house(hotel: Hotel, house: House) -> list[Booking]:
    today = hotel_today(hotel.zone, timezone.now())
    rooms = ensure_rooms(hotel, house, IN_HOUSE_NUMBERS)
    return [_ensure_stay(hotel, room, index, today) for index, room in enumerate(rooms[:IN_HOUSE])]


def _ensure_stay(hotel: Hotel, room: Room, index: int, today: date) -> Booking:
    """Return a guest in house in ``room``; after a check-out there, the next stay begins."""
    booking = hotel.bookings.filter(
        assigned_room=room, status=BookingStatus.CONFIRMED, checked_in_at__isnull=False
    ).first()
    if booking is None:
        booking = _new_stay(hotel, room, index, today)
    elif booking.check_out_date <= today:
        booking.check_out_date = today + timedelta(days=NIGHTS)
        booking.save(update_fields=["check_out_date", "updated_at"])
    hold_nights(booking)
    open_doors(booking, actor="demo", reason="A guest of the demo is in house.")
    return booking


def _new_stay(hotel: Hotel, room: Room, index: int, today: date) -> Booking:
    booking_id = _free_id(hotel, today, FIRST_IN_HOUSE_ID)
    booking = Booking.objects.create(
        hotel=hotel,
        booking_id=booking_id,
        booking_reference=_reference(hotel, booking_id),
        check_in_date=today - timedelta(days=1),
        check_out_date=today + timedelta(days=NIGHTS),
        assigned_room=room,
        checked_in_at=timezone.now() - timedelta(hours=1),
    )
    room.is_occupied = True
    room.save(update_fields=["is_occupied"])
    Guest.objects.create(
        booking=booking,
        room=room,
        full_name=IN_HOUSE_NAMES[index],
        phone_number=f"+35320913{index:04d}",
        email=f"guest{index + 1}@example.com",
    )
    return booking


# -- guests who arrive today -----------------------------------------------------------------------


def _ensure_arriving(hotel: Hotel, house: House, wanted: int) -> list[Booking]:
    today = hotel_today(hotel.zone, timezone.now())
    untouched = list(_untouched(hotel).order_by("pk"))
    for booking in untouched:
        if booking.check_in_date != today:
            booking.check_in_date = today
            booking.check_out_date = today + timedelta(days=NIGHTS)
    Booking.objects.bulk_update(untouched, ["check_in_date", "check_out_date"], batch_size=500)
    hold_many(untouched)
    missing = max(0, wanted - len(untouched))
    return [*untouched, *_new_arrivals(hotel, house, today, missing)]


def _untouched(hotel: Hotel) -> Any:
    """Return arrivals that nobody has begun to check in, in rooms that are still ready."""
    begun = Q(checkin_flows__status=FlowStatus.COMPLETED) | Q(
        checkin_flows__status=FlowStatus.IN_PROGRESS, checkin_flows__step__gte=Step.DETAILS
    )
    return (
        Booking.objects.filter(
            hotel=hotel,
            status=BookingStatus.CONFIRMED,
            checked_in_at__isnull=True,
            contact_name="",
            contact_phone="",
            assigned_room__is_occupied=False,
            assigned_room__condition=RoomCondition.CLEAN,
            assigned_room__is_out_of_service=False,
        )
        .exclude(pk__in=Booking.objects.filter(begun).values("pk"))
        .select_related("assigned_room")
    )


def _new_arrivals(hotel: Hotel, house: House, today: date, wanted: int) -> list[Booking]:
    if not wanted:
        return []
    rooms = _free_rooms(hotel, house, wanted)
    booking_ids = _free_ids(hotel, today, 1)
    bookings = Booking.objects.bulk_create(
        [
            Booking(
                hotel=hotel,
                booking_id=booking_id,
                booking_reference=_reference(hotel, booking_id),
                check_in_date=today,
                check_out_date=today + timedelta(days=NIGHTS),
                assigned_room=room,
            )
            for room, booking_id in zip(rooms, booking_ids, strict=False)
        ]
    )
    hold_many(bookings)
    return bookings


def _free_rooms(hotel: Hotel, house: House, wanted: int) -> list[Room]:
    """Return rooms that nobody has booked and that are ready, built where there are too few."""
    busy = set(
        hotel.bookings.filter(status=BookingStatus.CONFIRMED).values_list(
            "assigned_room__number", flat=True
        )
    )
    unfit = Q(is_occupied=True) | ~Q(condition=RoomCondition.CLEAN) | Q(is_out_of_service=True)
    busy |= set(hotel.rooms.filter(unfit).values_list("number", flat=True))
    numbers = islice((number for number in room_numbers() if number not in busy), wanted)
    return ensure_rooms(hotel, house, list(numbers))


def _free_id(hotel: Hotel, today: date, first: int) -> str:
    return next(iter(_free_ids(hotel, today, first)))


def _free_ids(hotel: Hotel, today: date, first: int) -> Iterable[str]:
    taken = set(hotel.bookings.values_list("booking_id", flat=True))
    names = (f"BK-{today.year}-{number:04d}" for number in count(first))
    return (name for name in names if name not in taken)


def _reference(hotel: Hotel, booking_id: str) -> str:
    """Return ten digits that follow from the booking, so that every installation has the same."""
    if (hotel.slug, booking_id[-4:]) == (KILLARNEY.slug, "0001") and not hotel.bookings.filter(
        booking_reference=KNOWN_REFERENCE
    ).exists():
        return KNOWN_REFERENCE
    digest = hashlib.sha256(f"{hotel.slug} {booking_id}".encode()).hexdigest()
    return str(int(digest, 16))[:10]
