"""What a booking says of a stay, told from outside: made by it, changed by it, one event of it.

Property systems send what they know, as often as they like. What is the same changes nothing; what
differs is written once, and everything that hangs on it follows in the same transaction: nights,
doors, an expected arrival, the rooms of a guest in house.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, time
from enum import Enum
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.bookings.errors import BookingExists, BookingNotConfirmed, GuestInHouse, RoomNeeded
from apps.bookings.events import news_of_booking, tell
from apps.bookings.models import Booking, Hotel, Room
from apps.bookings.rules import reasons_against_move
from apps.bookings.selectors import get_room_for_update
from apps.bookings.services.access import adjust_doors
from apps.bookings.services.arrivals import follow_stay
from apps.bookings.services.closing import EVENT_NAMES, let_go
from apps.bookings.services.moves import change_rooms_in_house, require_usable_dates
from apps.bookings.services.rooming import HOLDS_ROOM, hold_nights
from apps.bookings.states import ALLOWED, CLOSED, BookingStatus
from apps.bookings.stay_window import hotel_today
from apps.common.events import News

ID_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # read aloud without mistakes
ID_LENGTH: Final = 10
DATES: Final = frozenset({"check_in_date", "check_out_date"})
HOURS: Final = frozenset({"early_check_in_time", "late_check_out_time"})
ROOM: Final = "assigned_room"
# What an event calls the columns that changed: it names no people.
SHOWN_NAMES: Final[Mapping[str, str]] = {
    "contact_name": "guest",
    "contact_phone": "guest",
    "contact_email": "guest",
    ROOM: "room_number",
}
OF_THE_STAY: Final = DATES | HOURS | {ROOM}


class Keep(Enum):
    """Says of a value that it stays as it is, where None is a value."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is said of a stay, cleaned; what is not said is ``KEEP``. Named as a booking's columns.

    Contacts are "" for none. Times are the hotel's local ones. The room is one of the hotel's.
    """

    contact_name: str | Keep = KEEP
    contact_phone: str | Keep = KEEP
    contact_email: str | Keep = KEEP
    check_in_date: date | Keep = KEEP
    check_out_date: date | Keep = KEEP
    early_check_in_time: time | Keep | None = KEEP
    late_check_out_time: time | Keep | None = KEEP
    assigned_room: Room | Keep | None = KEEP
    status: BookingStatus | Keep = KEEP

    def said(self) -> dict[str, Any]:
        """Return what is said, by the names of the columns."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not KEEP}


def create_booking(*, hotel: Hotel, booking_reference: str, terms: Terms) -> Booking:
    """Make a booking; both dates are said. Without a room no room is held.

    Where it raises BookingExists, the surrounding transaction is to be ended. Raises
    BookingNotConfirmed for a stay that would begin as one that is over, InvalidDates,
    RoomNotAvailable.
    """
    said = {"status": BookingStatus.CONFIRMED, **terms.said()}
    target = BookingStatus(said["status"])
    if target == BookingStatus.COMPLETED:
        raise BookingNotConfirmed("A booking begins before its stay; check it out later.")
    booking = Booking(
        hotel=hotel, booking_id=_new_id(), booking_reference=booking_reference, **said
    )
    require_usable_dates(booking, hotel_today(hotel.zone, timezone.now()))
    with transaction.atomic(savepoint=False):
        try:
            booking.save(force_insert=True)
        except IntegrityError as error:
            raise BookingExists from error
        if booking.assigned_room is not None and target in HOLDS_ROOM:
            hold_nights(booking)
        news = [news_of_booking(booking, "booking-created")]
        if target in CLOSED:
            news.append(news_of_booking(booking, EVENT_NAMES[target]))
        tell(hotel, *news)
    return booking


def _new_id() -> str:
    letters = "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))
    return f"BK-{timezone.now().year}-{letters}"


def amend_booking(booking: Booking, terms: Terms, *, performed_by: str) -> bool:
    """Let the booking be as ``terms`` say, and tell of it; return whether anything changed.

    The caller holds the lock on ``booking`` in a transaction, and leaves the end of a stay to the
    check-out. Raises BookingNotConfirmed, GuestInHouse, InvalidDates, RoomNeeded, RoomOccupied,
    RoomNotReady, RoomNotAvailable, NoFreePin.
    """
    said = terms.said().items()
    changes = {name: value for name, value in said if getattr(booking, name) != value}
    if not changes:
        return False
    _require_allowed(booking, changes)
    left = _lock_rooms(booking, changes)
    for name, value in changes.items():
        setattr(booking, name, value)
    if changes.keys() & DATES:
        require_usable_dates(booking, hotel_today(booking.hotel.zone, timezone.now()))
    booking.save(update_fields=[*changes, "updated_at"])
    _follow(booking, changes, performed_by)
    news: Sequence[News | None] = ()
    if ROOM in changes and _is_in_house(booking) and booking.assigned_room is not None:
        news = change_rooms_in_house(booking, left, booking.assigned_room, performed_by)
    tell(booking.hotel, *news, *_news(booking, changes))
    return True


def _is_in_house(booking: Booking) -> bool:
    return booking.status == BookingStatus.CONFIRMED and booking.checked_in_at is not None


def _require_allowed(booking: Booking, changes: Mapping[str, Any]) -> None:
    current = BookingStatus(booking.status)
    target = BookingStatus(changes.get("status", current))
    if target != current:
        _require_move(booking, current, target)
    elif changes.keys() & OF_THE_STAY and current not in HOLDS_ROOM:
        raise BookingNotConfirmed(f"A booking that is {current.label} keeps its dates and room.")


def _require_move(booking: Booking, current: BookingStatus, target: BookingStatus) -> None:
    if target in CLOSED and _is_in_house(booking):
        raise GuestInHouse
    is_check_out = BookingStatus.COMPLETED in {current, target}  # made and undone elsewhere
    if is_check_out or target not in ALLOWED[current]:
        raise BookingNotConfirmed(f"A booking that is {current.label} can't become {target.label}.")


def _lock_rooms(booking: Booking, changes: dict[str, Any]) -> Room | None:
    """Lock the rooms of a change of rooms, and ask the new one's own state for a guest in house.

    Rooms are locked in the order of their keys: two changes may cross. Returns the room that is
    left; the one that is given stands locked in ``changes`` afterwards.
    """
    if ROOM not in changes:
        return None
    given: Room | None = changes[ROOM]
    ids = sorted(filter(None, [booking.assigned_room_id, given.pk if given else None]))
    rooms = {pk: get_room_for_update(pk) for pk in ids}
    if given is not None:
        changes[ROOM] = rooms[given.pk]
    if _is_in_house(booking):
        if given is None:
            raise RoomNeeded
        reasons = reasons_against_move(booking, changes[ROOM])
        if reasons:
            raise reasons[0]
    return rooms.get(booking.assigned_room_id or 0)


def _follow(booking: Booking, changes: Mapping[str, Any], performed_by: str) -> None:
    """Let nights, doors and an expected arrival follow."""
    if "status" in changes and booking.status in CLOSED:
        let_go(booking, performed_by=performed_by)
        return
    if changes.keys() & {"status", ROOM, *DATES}:
        hold_nights(booking)
    if changes.keys() & OF_THE_STAY:
        adjust_doors(booking, actor=performed_by, reason="The booking was changed.")
        follow_stay(booking)


def _news(booking: Booking, changes: Mapping[str, Any]) -> list[News]:
    if "status" in changes and booking.status in CLOSED:
        return [news_of_booking(booking, EVENT_NAMES[BookingStatus(booking.status)])]
    told = [news_of_booking(booking, "booking-moved")] if ROOM in changes else []
    others = sorted({SHOWN_NAMES.get(name, name) for name in changes} - {SHOWN_NAMES[ROOM]})
    if others:
        told.append(news_of_booking(booking, "booking-updated", changed=others))
    return told
