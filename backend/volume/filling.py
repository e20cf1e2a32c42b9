"""Filling a database hotel by hotel, each in a transaction: cut off, it leaves whole hotels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Final

from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from apps.bookings.models import Hotel
from apps.bookings.stay_window import hotel_today
from backend.volume.bookings import add_stay
from backend.volume.doors import ONLINE, add_begun_check_in, add_online_check_in
from backend.volume.evenings import add_events
from backend.volume.hotel_log import HotelLog
from backend.volume.houses import MOST_ROOMS, Door, House, build_house, zone_of
from backend.volume.layout import Kind, Stay, stays_of_room
from backend.volume.listeners import Listeners
from backend.volume.services import add_services
from backend.volume.sheets import Sheets

STAYS_OF_A_ROOM: Final = 200  # about two years of them
BEGUN: Final = 0.2  # the share of guests who arrive today and are checking in just now


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRequest:
    """How much is wanted; the same ``seed`` on the same day gives the same data, but for
    keys and digests."""

    bookings: int
    seats: int
    hotels: int
    seed: int = 1


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far it is: hotels that are in the database, and rows by table."""

    hotels: int = 0
    rows: Mapping[str, int] = field(default_factory=dict)


class TooManyRooms(ValueError):
    """The bookings of a hotel would need more rooms than it can have."""


def fill(request: VolumeRequest, *, tell: Callable[[Progress], None]) -> Progress:
    """Add the data beside what is there; ``tell`` hears of every hotel. PostgreSQL only.

    Raises TooManyRooms.
    """
    if request.bookings // request.hotels // STAYS_OF_A_ROOM >= MOST_ROOMS:
        raise TooManyRooms("Ask for more hotels.")
    sheets, random = Sheets(), Random(request.seed)  # noqa: S311  # invented data
    first = Hotel.objects.count() + 1
    listeners = Listeners(timezone.now())
    progress = Progress()
    for place in range(request.hotels):
        with transaction.atomic():
            _trust_keys()
            number = first + place
            plans = _plans(number, _share(request.bookings, request.hotels, place), random)
            occupied = [any(stay.kind is Kind.IN_HOUSE for stay in stays) for stays in plans]
            house = build_house(
                sheets, number=number, occupied=occupied, now=timezone.now(), random=random
            )
            filling = _Filling(sheets, house)
            filling.add_bookings(plans)
            add_events(sheets, house, _share(request.seats, request.hotels, place))
            filling.close(listeners)
        progress.hotels, progress.rows = place + 1, sheets.counts
        tell(progress)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return progress


def _trust_keys() -> None:
    """Spare the database a look-up for every foreign key until the transaction ends: most of the
    work of a COPY. A role that may not decide that has them looked up."""
    with suppress(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")


def _share(total: int, parts: int, place: int) -> int:
    """Return the whole number that falls to one of the parts, so that all add up to the total."""
    return total * (place + 1) // parts - total * place // parts


def _plans(number: int, bookings: int, random: Random) -> Sequence[Sequence[Stay]]:
    """Return the stays of each room of a hotel."""
    today = hotel_today(zone_of(number), timezone.now())
    rooms = max(1, round(bookings / STAYS_OF_A_ROOM))
    return [
        list(stays_of_room(_share(bookings, rooms, room), today, random)) for room in range(rooms)
    ]


class _Filling:
    """One hotel on its way into the database."""

    def __init__(self, sheets: Sheets, house: House) -> None:
        self._sheets, self._house = sheets, house
        self._log = HotelLog(hotel=house.hotel, now=house.now)

    def add_bookings(self, plans: Sequence[Sequence[Stay]]) -> None:
        numbers = count(1)
        for door, stays in zip(self._house.doors, plans, strict=True):
            for stay in stays:
                self._add(door, stay, next(numbers))

    def _add(self, door: Door, stay: Stay, number: int) -> None:
        sheets, log, house = self._sheets, self._log, self._house
        booked = add_stay(sheets, log, house, door, stay, number)
        if booked.arrived_at is not None and house.random.random() < ONLINE:
            add_online_check_in(sheets, log, house, booked)
        if stay.kind is Kind.ARRIVING and house.random.random() < BEGUN:
            add_begun_check_in(sheets, house, booked)
        if stay.kind is Kind.IN_HOUSE:
            add_services(sheets, log, house, booked)

    def close(self, listeners: Listeners) -> None:
        """Bring it in, then what partners heard: they are told of bookings that are there."""
        stream, events = self._log.write(self._sheets)
        self._sheets.copy()
        listeners.follow(self._sheets, self._house.hotel, stream, events)
        self._sheets.copy()
