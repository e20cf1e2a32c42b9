"""Housekeeping tasks: taking one, beginning it, ending it. The room follows the task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from apps.bookings.cleaning import clean_note
from apps.bookings.errors import TaskClosed, TaskNotFound
from apps.bookings.models import Hotel, HousekeepingTask
from apps.bookings.selectors import get_room_for_update
from apps.bookings.services.turnover import cancel_task, set_room_status
from apps.bookings.states import OPEN_TASKS, RoomStatus, TaskStatus

SOURCE: Final = "housekeeping"
LONGEST_ASSIGNEE: Final = 120
# What a task's state makes of its room.
ROOM_STATUS_OF_TASK: Final[Mapping[TaskStatus, RoomStatus]] = {
    TaskStatus.IN_PROGRESS: RoomStatus.CLEANING_IN_PROGRESS,
    TaskStatus.DONE: RoomStatus.CLEANED_UNINSPECTED,
    TaskStatus.OPEN: RoomStatus.CHECKOUT_DIRTY,
}


def list_tasks(hotel: Hotel, *, status: TaskStatus | None = None) -> QuerySet[HousekeepingTask]:
    """Return the hotel's tasks with their rooms."""
    tasks = HousekeepingTask.objects.filter(hotel=hotel).select_related("room__hotel")
    return tasks if status is None else tasks.filter(status=status)


@transaction.atomic
def update_task(
    *,
    hotel: Hotel,
    task_id: str,
    status: TaskStatus | None,
    assignee: str | None,
    performed_by: str,
) -> HousekeepingTask:
    """Assign the task, or move it on: the room's own state moves by the room's own rules.

    Raises TaskNotFound, TaskClosed, InvalidRoomTransition.
    """
    get_room_for_update(_get_task(hotel, task_id).room_id)  # before the task, as everywhere
    task = _get_task(hotel, task_id)
    if assignee is not None:
        task.assignee = clean_note(assignee)[:LONGEST_ASSIGNEE]
        task.save(update_fields=["assignee"])
    if status is None or status == task.status:
        return task
    if task.status not in OPEN_TASKS:
        raise TaskClosed
    if status == TaskStatus.CANCELLED:
        cancel_task(task.room)
    else:
        set_room_status(
            room=task.room,
            status=ROOM_STATUS_OF_TASK[status],
            performed_by=performed_by,
            source=SOURCE,
        )
    return _get_task(hotel, task_id)


def _get_task(hotel: Hotel, task_id: str) -> HousekeepingTask:
    is_key = task_id.isascii() and task_id.isdigit() and len(task_id) < 19
    task = list_tasks(hotel).filter(pk=int(task_id)).first() if is_key else None
    if task is None:
        raise TaskNotFound
    return task
