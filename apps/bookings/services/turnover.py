"""Changing the state of a room: refused where the table refuses, recorded where it allows."""

from __future__ import annotations

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
        _begin_maintenance(room, performed_by, note)
    else:
        _end_maintenance(room)
        room.condition = _condition_for(room, status)
    room.save(update_fields=["is_out_of_service", "condition"])
    _follow_with_task(room, performed_by)
    note_change(room, old=current, performed_by=performed_by, source=source, note=note)
    return room


def _condition_for(room: Room, status: RoomStatus) -> RoomCondition:
    """Where nobody inspects, what is clean is ready."""
    condition = CONDITION_OF_STATUS[status]
    if condition == RoomCondition.CLEAN_UNINSPECTED and not room.hotel.inspects_rooms:
        return RoomCondition.CLEAN
    return condition


def _begin_maintenance(room: Room, performed_by: str, note: str) -> None:
    room.is_out_of_service = True
    Maintenance.objects.create(
        room=room,
        reason=clean_note(note),
        return_condition=room.condition,
        opened_at=timezone.now(),
        opened_by=performed_by,
    )


def _end_maintenance(room: Room) -> None:
    room.is_out_of_service = False
    Maintenance.objects.filter(room=room, closed_at__isnull=True).update(closed_at=timezone.now())


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
    RoomStatusChange.objects.create(
        room=room,
        booking=booking,
        old_status=old,
        new_status=room.status,
        performed_by=performed_by,
        source=source,
        note=clean_note(note),
        happened_at=timezone.now(),
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
