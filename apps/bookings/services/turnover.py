"""Changing the state of a room: refused where the table refuses, recorded where it allows."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.bookings.cleaning import clean_note
from apps.bookings.errors import InvalidRoomTransition
from apps.bookings.events import news_of_room, tell
from apps.bookings.models import (
    Booking,
    ExpectedArrival,
    HousekeepingTask,
    Maintenance,
    Room,
    RoomNight,
    RoomStatusChange,
)
from apps.bookings.selectors import get_room_for_update
from apps.bookings.states import (
    CONDITION_OF_STATUS,
    OPEN_TASKS,
    RoomCondition,
    RoomStatus,
    TaskStatus,
    can_turn,
)
from apps.common.events import News
from apps.common.jobs import wake
from apps.common.statements import KnownInsert

INSERT_CHANGE: Final = KnownInsert(RoomStatusChange)


@transaction.atomic
def set_room_status(
    *, room: Room, status: RoomStatus, performed_by: str, source: str, note: str = ""
) -> Room:
    """Set a vacant room's state by hand; setting what it is already is the same success.

    Raises InvalidRoomTransition.
    """
    room = get_room_for_update(room.pk)
    current = room.status
    if current == status:
        return room
    if not can_turn(current, status, inspects=room.hotel.inspects_rooms):
        raise InvalidRoomTransition(current.label, status.label)
    if status == RoomStatus.OUT_OF_SERVICE:
        broken = Maintenance(room=room, reason=clean_note(note), return_condition=room.condition)
        _open(broken, performed_by)
        room.is_out_of_service = True
    else:
        _close_open(room)
        room.is_out_of_service = False
        room.condition = _condition_for(room, CONDITION_OF_STATUS[status])
    _keep(room, old=current, performed_by=performed_by, source=source, note=note)
    return room


def take_out(room: Room, maintenance: Maintenance, *, performed_by: str, source: str) -> None:
    """Begin a planned maintenance of a vacant room. The caller holds the locks on both."""
    current = room.status
    _close_open(room)  # what was found broken meanwhile is mended along with it
    _open(maintenance, performed_by)
    room.is_out_of_service = True
    note = maintenance.reason
    _keep(room, old=current, performed_by=performed_by, source=source, note=note)


def put_back(room: Room, maintenance: Maintenance, *, performed_by: str, source: str) -> None:
    """End a maintenance: the room is what was said that it would be. The caller holds the locks
    on both."""
    current, was_out = room.status, maintenance.opened_at is not None
    _close(maintenance)
    if was_out:
        room.is_out_of_service = False
        room.condition = _condition_for(room, RoomCondition(maintenance.return_condition))
        _keep(room, old=current, performed_by=performed_by, source=source)


def _keep(room: Room, *, old: RoomStatus, performed_by: str, source: str, note: str = "") -> None:
    room.save(update_fields=["is_out_of_service", "condition"])
    _follow_with_task(room, performed_by)
    note_change(room, old=old, performed_by=performed_by, source=source, note=note)


def _condition_for(room: Room, condition: RoomCondition) -> RoomCondition:
    """Where nobody inspects, what is clean is ready."""
    if condition == RoomCondition.CLEAN_UNINSPECTED and not room.hotel.inspects_rooms:
        return RoomCondition.CLEAN
    return condition


def _open(maintenance: Maintenance, performed_by: str) -> None:
    maintenance.opened_at, maintenance.opened_by = timezone.now(), performed_by
    maintenance.save()


def _close(maintenance: Maintenance) -> None:
    """End it, and give back the nights that it held."""
    RoomNight.objects.filter(maintenance=maintenance).delete()
    maintenance.closed_at, maintenance.due_at = timezone.now(), None
    maintenance.save(update_fields=["closed_at", "due_at"])


def _close_open(room: Room) -> None:
    under_way = Maintenance.objects.filter(room=room, opened_at__isnull=False)
    for maintenance in under_way.filter(closed_at__isnull=True):
        _close(maintenance)


def note_change(  # what an audit line consists of
    room: Room,
    *,
    old: RoomStatus,
    performed_by: str,
    source: str,
    note: str = "",
    booking: Booking | None = None,
) -> None:
    """Record the change and tell of it; a room that became ready takes in who waits for it.

    The caller holds the room's lock, has saved it, and does this last in its transaction.
    """
    news = record_change(
        room, old=old, performed_by=performed_by, source=source, note=note, booking=booking
    )
    tell(room.hotel, news)


def record_change(
    room: Room,
    *,
    old: RoomStatus,
    performed_by: str,
    source: str,
    note: str = "",
    booking: Booking | None = None,
) -> News | None:
    """Like ``note_change``; the caller tells the news that is returned, along with its own."""
    INSERT_CHANGE.run(
        RoomStatusChange(
            room=room,
            booking=booking,
            old_status=old,
            new_status=room.status,
            performed_by=performed_by,
            source=source,
            note=clean_note(note),
            happened_at=timezone.now(),
        )
    )
    if room.status == RoomStatus.READY_FOR_GUEST:
        _call_waiting_guests(room)
    return news_of_room(room, old=old, source=source)


def _call_waiting_guests(room: Room) -> None:
    now = timezone.now()
    waiting = ExpectedArrival.objects.select_for_update(of=("self",), skip_locked=True)
    # A row that somebody has locked is being worked on by one who waits for this room, and will
    # find it ready; to wait for them here would be to wait for each other.
    for expected in waiting.filter(booking__assigned_room=room):
        ExpectedArrival.objects.filter(pk=expected.pk).update(due_at=now)
        wake(expected)


# -- housekeeping ------------------------------------------------------------------------------


def open_task(room: Room, *, booking: Booking | None) -> None:
    """Ask for the room to be made ready, unless that is asked for already."""
    HousekeepingTask.objects.bulk_create(
        [
            HousekeepingTask(
                hotel_id=room.hotel_id, room=room, booking=booking, created_at=timezone.now()
            )
        ],
        ignore_conflicts=True,
    )


def cancel_task(room: Room) -> None:
    """Take back what was asked for: the room is not to be cleaned now."""
    tasks = HousekeepingTask.objects.filter(room=room, status__in=OPEN_TASKS)
    tasks.update(status=TaskStatus.CANCELLED, finished_at=timezone.now())


def _follow_with_task(room: Room, performed_by: str) -> None:
    """Let the room's task stand where the room stands."""
    now = timezone.now()
    tasks = HousekeepingTask.objects.filter(room=room, status__in=OPEN_TASKS)
    if room.status == RoomStatus.CLEANING_IN_PROGRESS:
        open_task(room, booking=None)
        tasks.filter(status=TaskStatus.OPEN).update(status=TaskStatus.IN_PROGRESS, started_at=now)
        tasks.filter(assignee="").update(assignee=performed_by.removeprefix("staff:"))
    elif room.status in {RoomStatus.CLEANED_UNINSPECTED, RoomStatus.READY_FOR_GUEST}:
        tasks.update(status=TaskStatus.DONE, finished_at=now)
    elif room.status == RoomStatus.CHECKOUT_DIRTY:
        open_task(room, booking=None)
