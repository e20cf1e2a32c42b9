"""Rooms that are out of service for known days: begun and ended by themselves.

The nights are held as a booking's are, so neither can have what the other has. The days begin
and end at midnight in the hotel's zone; the last day is the first on which the room is back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.bookings.cleaning import clean_note
from apps.bookings.errors import InvalidDates, MaintenanceNotFound, RoomNotAvailable
from apps.bookings.models import Hotel, Maintenance, Room, RoomNight
from apps.bookings.selectors import get_room_for_update
from apps.bookings.services.turnover import put_back, take_out
from apps.bookings.states import CONDITION_OF_STATUS, RoomStatus
from apps.bookings.stay_window import hotel_today, local_instant
from apps.common.errors import Invalid
from apps.common.jobs import Lease, wake

LONGEST: Final = timedelta(days=730)
FARTHEST: Final = timedelta(days=3653)
LOOK_AGAIN: Final = timedelta(minutes=5)
SOURCE: Final = "maintenance"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenancePlan:
    """A room out of service from a day until another one, and what it is when it comes back."""

    room: Room
    starts_on: date
    ends_on: date
    reason: str
    return_status: RoomStatus = RoomStatus.CHECKOUT_DIRTY


@transaction.atomic
def plan_maintenance(plan: MaintenancePlan, *, performed_by: str) -> Maintenance:
    """Take the room out of service for these nights: at once where they have begun and nobody is
    in it, else when they do and it is vacant.

    Raises Invalid, InvalidDates, RoomNotAvailable.
    """
    room = get_room_for_update(plan.room.pk)
    reason, condition = clean_note(plan.reason), CONDITION_OF_STATUS.get(plan.return_status)
    if not reason:
        raise Invalid("Say why the room is out of service.", field="reason")
    if condition is None:
        raise Invalid("A room comes back dirty, cleaned or ready.", field="return_status")
    _require_usable_dates(plan, hotel_today(room.hotel.zone, timezone.now()))
    maintenance = Maintenance.objects.create(
        room=room,
        reason=reason,
        return_condition=condition,
        planned_by=performed_by,
        starts_on=plan.starts_on,
        expected_until=plan.ends_on,
        due_at=_midnight(room.hotel, plan.starts_on),
    )
    _hold_nights(maintenance)
    _begin_if_due(maintenance, room, timezone.now())
    wake(maintenance)
    return maintenance


@transaction.atomic
def end_maintenance(*, hotel: Hotel, maintenance_id: str, performed_by: str) -> Maintenance:
    """End it now, or take it back before it begins; what has ended already is the same success.

    Raises MaintenanceNotFound.
    """
    found = get_maintenance(hotel, maintenance_id)
    room = get_room_for_update(found.room_id)
    maintenance = Maintenance.objects.select_for_update().get(pk=found.pk)
    maintenance.room = room
    if maintenance.closed_at is not None:
        return maintenance
    if maintenance.opened_at is None:
        RoomNight.objects.filter(maintenance=maintenance).delete()
        maintenance.closed_at, maintenance.due_at = timezone.now(), None
        maintenance.save(update_fields=["closed_at", "due_at"])
        return maintenance
    put_back(room, maintenance, performed_by=performed_by, source=SOURCE)
    return maintenance


def list_maintenance(hotel: Hotel) -> QuerySet[Maintenance]:
    """Return what is planned or under way at the hotel, with its rooms."""
    standing = Maintenance.objects.filter(room__hotel=hotel, closed_at__isnull=True)
    return standing.select_related("room__hotel")


def get_maintenance(hotel: Hotel, maintenance_id: str) -> Maintenance:
    """Return one of the hotel's, over or not. Raises MaintenanceNotFound."""
    is_key = maintenance_id.isascii() and maintenance_id.isdigit() and len(maintenance_id) < 19
    rows = Maintenance.objects.filter(room__hotel=hotel).select_related("room__hotel")
    found = rows.filter(pk=int(maintenance_id)).first() if is_key else None
    if found is None:
        raise MaintenanceNotFound(field="maintenance_id")
    return found


def work_on_maintenance(lease: Lease[Maintenance]) -> None:
    """Begin what is to begin, end what is to end; a room that is still occupied is waited for."""
    now = timezone.now()
    with transaction.atomic():
        room = get_room_for_update(lease.row.room_id)
        maintenance = lease.lock()
        if maintenance is None:
            return
        if maintenance.closed_at is not None or maintenance.expected_until is None:
            lease.settle()
            return
        ends_at = _midnight(room.hotel, maintenance.expected_until)
        if now >= ends_at:
            put_back(room, maintenance, performed_by=SOURCE, source=SOURCE)
            lease.settle()
            return
        _begin_if_due(maintenance, room, now)
        lease.settle(due_at=ends_at if maintenance.opened_at else now + LOOK_AGAIN)


def _begin_if_due(maintenance: Maintenance, room: Room, now: datetime) -> None:
    """The caller holds the locks on both."""
    assert maintenance.starts_on is not None  # noqa: S101  # those without days begin at once
    has_begun = now >= _midnight(room.hotel, maintenance.starts_on)
    if maintenance.opened_at is None and has_begun and not room.is_occupied:
        take_out(room, maintenance, performed_by=maintenance.planned_by, source=SOURCE)


def _hold_nights(maintenance: Maintenance) -> None:
    assert maintenance.starts_on is not None  # noqa: S101
    assert maintenance.expected_until is not None  # noqa: S101
    days = (maintenance.expected_until - maintenance.starts_on).days
    try:
        with transaction.atomic():  # a savepoint: the caller's transaction may go on
            RoomNight.objects.bulk_create(
                RoomNight(
                    room=maintenance.room,
                    maintenance=maintenance,
                    night=maintenance.starts_on + timedelta(days=index),
                )
                for index in range(days)
            )
    except IntegrityError as error:
        message = "The room is booked, or out of service, on some of these nights; free it first."
        raise RoomNotAvailable(message) from error


def _require_usable_dates(plan: MaintenancePlan, today: date) -> None:
    if plan.starts_on < today:
        raise InvalidDates("Maintenance can't begin in the past.", field="starts_on")
    if plan.ends_on <= plan.starts_on:
        raise InvalidDates("Maintenance ends after the day on which it begins.", field="ends_on")
    if plan.ends_on - plan.starts_on > LONGEST:
        raise InvalidDates(f"Maintenance takes at most {LONGEST.days} nights.", field="ends_on")
    if plan.starts_on - today > FARTHEST:
        raise InvalidDates("That day is too far away.", field="starts_on")


def _midnight(hotel: Hotel, day: date) -> datetime:
    return local_instant(day, time(0), hotel.zone, is_end=False)
