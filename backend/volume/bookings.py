"""The rows of one stay: the booking, its guest, the room's turns, and what was told of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from apps.bookings.events import shown_number
from apps.bookings.models import (
    Booking,
    CheckOut,
    Guest,
    HousekeepingTask,
    RoomNight,
    RoomStatusChange,
    StayToken,
)
from apps.bookings.services.stays import GRACE_AFTER_DEPARTURE
from apps.bookings.states import BookingStatus, RoomStatus, TaskStatus
from apps.common.models import Notice
from apps.common.notices.models import Channel, NoticeState
from backend.volume.hotel_log import HotelLog
from backend.volume.houses import Door, House
from backend.volume.layout import Kind, Stay
from backend.volume.people import Person, somebody
from backend.volume.sheets import Sheets

STATUS: Final = {
    Kind.LEFT: BookingStatus.COMPLETED,
    Kind.CANCELLED: BookingStatus.CANCELLED,
    Kind.NO_SHOW: BookingStatus.NO_SHOW,
}
DESK: Final = "staff:desk"
MAID: Final = "staff:housekeeping"
TURNOVER: Final = (
    RoomStatus.CHECKOUT_DIRTY,
    RoomStatus.CLEANING_IN_PROGRESS,
    RoomStatus.CLEANED_UNINSPECTED,
    RoomStatus.READY_FOR_GUEST,
)
STEP: Final = timedelta(minutes=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A booking's key, and what other rooms of the code need of it. ``arrived_at`` and ``left_at``
    None: not yet, or never."""

    pk: int
    booking_id: str
    door: Door
    stay: Stay
    person: Person
    starts_at: datetime
    ends_at: datetime
    arrived_at: datetime | None
    left_at: datetime | None

    @property
    def holder(self) -> str:
        """How the locks room knows it."""
        return f"booking:{self.pk}"


def add_stay(
    sheets: Sheets, log: HotelLog, house: House, door: Door, stay: Stay, number: int
) -> Booked:
    """Add one stay; ``number`` tells it from the others of the hotel."""
    booked = _booking(sheets, house, door, stay, number)
    _tell(log, booked, "booking-created", _created_at(house, stay))
    if stay.kind in (Kind.CANCELLED, Kind.NO_SHOW):
        return booked
    if booked.left_at is None:
        _hold(sheets, booked)
    if booked.arrived_at is not None:
        _arrive(sheets, log, booked, house)
    if booked.left_at is not None:
        _leave(sheets, log, booked, house, booked.left_at)
    return booked


def _booking(sheets: Sheets, house: House, door: Door, stay: Stay, number: int) -> Booked:
    window = house.window(stay.begins, stay.ends)
    person, random = somebody(house.random), house.random
    has_come = stay.kind in (Kind.LEFT, Kind.IN_HOUSE)
    arrived_at = window.starts_at + timedelta(hours=5) * random.random() if has_come else None
    is_over = stay.kind is Kind.LEFT
    left_at = window.ends_at - timedelta(hours=3) * random.random() if is_over else None
    created_at = _created_at(house, stay)
    name = f"BK-{number:06d}"
    is_at_room = stay.kind not in (Kind.CANCELLED, Kind.NO_SHOW)
    key = sheets[Booking].add(
        hotel_id=house.hotel.pk,
        booking_id=name,
        booking_reference=f"{house.hotel.pk:04d}{number:07d}",
        status=STATUS.get(stay.kind, BookingStatus.CONFIRMED),
        check_in_date=stay.begins,
        check_out_date=stay.ends,
        assigned_room_id=door.room if is_at_room else None,
        contact_name=person.name,
        contact_phone=person.phone,
        contact_email=person.email,
        checked_in_at=arrived_at,
        checked_out_at=left_at,
        created_at=created_at,
        updated_at=left_at or arrived_at or created_at,
    )
    return Booked(
        pk=key,
        booking_id=name,
        door=door,
        stay=stay,
        person=person,
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        arrived_at=arrived_at,
        left_at=left_at,
    )


def _created_at(house: House, stay: Stay) -> datetime:
    return house.window(stay.booked_on, stay.booked_on).starts_at


def _hold(sheets: Sheets, booked: Booked) -> None:
    stay = booked.stay
    for night in range((stay.ends - stay.begins).days):
        sheets[RoomNight].add(
            room_id=booked.door.room,
            night=stay.begins + timedelta(days=night),
            booking_id=booked.pk,
        )


def _arrive(sheets: Sheets, log: HotelLog, booked: Booked, house: House) -> None:
    at = booked.arrived_at
    assert at is not None  # noqa: S101  # the caller saw to it
    sheets[Guest].add(
        booking_id=booked.pk,
        room_id=None if booked.left_at else booked.door.room,
        full_name=booked.person.name,
        phone_number=booked.person.phone,
        email=booked.person.email,
        created_at=at,
    )
    expires_at = booked.ends_at + GRACE_AFTER_DEPARTURE
    if expires_at > house.now:
        sheets[StayToken].add(
            booking_id=booked.pk,
            digest=secrets.token_hex(32),
            created_at=at,
            expires_at=expires_at,
        )
    _notify(sheets, booked, house, at)
    _tell(log, booked, "booking-checked-in", at)
    _turn(sheets, log, booked, at, RoomStatus.READY_FOR_GUEST, RoomStatus.OCCUPIED)


def _notify(sheets: Sheets, booked: Booked, house: House, at: datetime) -> None:
    sheets[Notice].add(
        scope=house.hotel.alert_scope,
        subject=booked.booking_id,
        channel=Channel.EMAIL,
        template="checked_in",
        language="en",
        dedupe_key=f"checked_in:{booked.pk}",
        state=NoticeState.SENT,
        asked_at=at,
        sent_at=at,
        attempts=1,
    )


def _leave(sheets: Sheets, log: HotelLog, booked: Booked, house: House, at: datetime) -> None:
    sheets[CheckOut].add(
        booking_id=booked.pk,
        room_id=booked.door.room,
        performed_by=DESK,
        source="desk",
        happened_at=at,
    )
    _tell(log, booked, "booking-checked-out", at)
    old = RoomStatus.OCCUPIED
    for place, new in enumerate(TURNOVER):
        _turn(sheets, log, booked, at + place * STEP, old, new)
        old = new
    sheets[HousekeepingTask].add(
        hotel_id=house.hotel.pk,
        room_id=booked.door.room,
        booking_id=booked.pk,
        status=TaskStatus.DONE,
        assignee=MAID,
        created_at=at,
        started_at=at + STEP,
        finished_at=at + 3 * STEP,
    )


def _turn(
    sheets: Sheets, log: HotelLog, booked: Booked, at: datetime, old: RoomStatus, new: RoomStatus
) -> None:
    by = DESK if RoomStatus.OCCUPIED in (old, new) else MAID
    sheets[RoomStatusChange].add(
        room_id=booked.door.room,
        booking_id=booked.pk,
        old_status=old,
        new_status=new,
        performed_by=by,
        source="desk",
        happened_at=at,
    )
    data = {
        "room_number": shown_number(booked.door.number),
        "old_status": old.value,
        "new_status": new.value,
        "source": "desk",
    }
    log.tell("room-status-changed", at, data)


def _tell(log: HotelLog, booked: Booked, name: str, at: datetime) -> None:
    number = shown_number(booked.door.number)
    log.tell(name, at, {"booking_id": booked.booking_id, "room_number": number})
