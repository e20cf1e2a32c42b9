"""What is done with tasks and maintenance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from apps.bookings.errors import TaskClosed
from apps.bookings.models import HousekeepingTask, Maintenance
from apps.bookings.services.housekeeping import update_task
from apps.bookings.services.maintenance import end_maintenance
from apps.bookings.states import OPEN_TASKS, TaskStatus
from apps.common.errors import Conflict, DomainError
from apps.staff.roles import Permission
from back_office import inputs
from back_office.deeds import Ask, Deed, DeedForm


class AssigneeForm(DeedForm):
    """Who does it."""

    assignee = inputs.line("Who does it?", longest=120, hint="Empty: nobody in particular.")

    def prepare(self) -> None:
        """Begin with who does it now."""
        self.fields["assignee"].initial = self.row.assignee


def _assign(ask: Ask) -> None:
    update_task(
        hotel=ask.row.hotel,
        task_id=str(ask.row.pk),
        status=None,
        assignee=ask.data["assignee"],
        performed_by=ask.staff.actor,
    )


def _moves_to(status: TaskStatus) -> Callable[[Ask], None]:
    def move(ask: Ask) -> None:
        update_task(
            hotel=ask.row.hotel,
            task_id=str(ask.row.pk),
            status=status,
            assignee=None,
            performed_by=ask.staff.actor,
        )

    return move


def _while(*states: TaskStatus) -> Callable[[HousekeepingTask], Sequence[DomainError]]:
    def ask_state(task: HousekeepingTask) -> Sequence[DomainError]:
        return () if task.status in states else (TaskClosed(_why(task)),)

    return ask_state


def _why(task: HousekeepingTask) -> str:
    return f"The task is {task.get_status_display()}."


TASK_DEEDS = (
    Deed(
        name="start",
        label="Start cleaning",
        icon="mop",
        needs=Permission.TURN_ROOMS,
        tells=lambda task: (f"{task.room} is being cleaned from now on.",),
        does=_moves_to(TaskStatus.IN_PROGRESS),
        against=_while(TaskStatus.OPEN),
    ),
    Deed(
        name="finish",
        label="Finish cleaning",
        icon="cleaning_services",
        needs=Permission.TURN_ROOMS,
        tells=lambda task: (
            f"{task.room} waits for its inspection, or is ready where the hotel inspects none.",
        ),
        does=_moves_to(TaskStatus.DONE),
        against=_while(TaskStatus.IN_PROGRESS),
    ),
    Deed(
        name="assign",
        label="Assign",
        icon="assignment_ind",
        needs=Permission.TURN_ROOMS,
        tells=lambda _task: ("Everybody sees who is to do it.",),
        does=_assign,
        against=_while(*OPEN_TASKS),
        form=AssigneeForm,
    ),
    Deed(
        name="cancel",
        label="Not needed",
        icon="cancel",
        needs=Permission.TURN_ROOMS,
        tells=lambda task: (f"The task is taken back; {task.room} stays as it is.",),
        does=_moves_to(TaskStatus.CANCELLED),
        against=_while(*OPEN_TASKS),
    ),
)


def _end(ask: Ask) -> None:
    end_maintenance(
        hotel=ask.row.room.hotel, maintenance_id=str(ask.row.pk), performed_by=ask.staff.actor
    )


def _over(row: Maintenance) -> Sequence[DomainError]:
    return () if row.closed_at is None else (Conflict("It is over already."),)


MAINTENANCE_DEEDS = (
    Deed(
        name="end",
        label="End it now",
        icon="task_alt",
        needs=Permission.TURN_ROOMS,
        tells=lambda row: (
            f"{row.room} comes back as {row.get_return_condition_display()}.",
            "What was planned and has not begun is taken back.",
        ),
        does=_end,
        against=_over,
    ),
)
