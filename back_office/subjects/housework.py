"""Pages of the work on rooms: cleaning and maintenance."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import register
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from apps.bookings.models import HousekeepingTask, Maintenance
from apps.bookings.states import OPEN_TASKS, TaskStatus
from apps.staff.roles import Permission
from back_office.cells import NOTHING, colours
from back_office.deeds import DeedsAdmin
from back_office.filters import ChoiceFilter
from back_office.site import site
from back_office.subjects.housework_deeds import MAINTENANCE_DEEDS, TASK_DEEDS

STATE_COLOURS = colours(
    good=[TaskStatus.DONE],
    busy=[TaskStatus.IN_PROGRESS],
    bad=[TaskStatus.OPEN],
    plain=[TaskStatus.CANCELLED],
)


class OpenFilter(ChoiceFilter):
    """What is still to be done."""

    title = "work"
    parameter_name = "work"
    choices_offered = (("open", "to be done"), ("over", "over"))

    def matching(self, request: HttpRequest, rows: QuerySet[Any], choice: str) -> QuerySet[Any]:
        """Return the tasks of the choice."""
        is_open = choice == "open"
        return (
            rows.filter(status__in=OPEN_TASKS) if is_open else rows.exclude(status__in=OPEN_TASKS)
        )


@register(HousekeepingTask, site=site)
class HousekeepingTaskAdmin(DeedsAdmin):
    """Rooms to be made ready."""

    views = Permission.VIEW_ROOMS
    list_display = ("room", "state", "assignee", "created_at", "started_at", "finished_at")
    list_filter = (OpenFilter, "status")
    search_fields = ("room__number", "assignee")
    ordering = ("-created_at", "-pk")
    fields = ("room", "standing", "assignee", "created_at", "started_at", "finished_at", "hotel")
    readonly_fields = ("standing",)
    deeds = TASK_DEEDS
    export_columns = (
        ("hotel", lambda task: task.hotel.slug),
        ("room", lambda task: task.room.number),
        ("status", lambda task: task.status),
        ("assignee", lambda task: task.assignee),
        ("created_at", lambda task: task.created_at),
        ("started_at", lambda task: task.started_at),
        ("finished_at", lambda task: task.finished_at),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return tasks with their rooms."""
        return super().get_queryset(request).select_related("hotel", "room__hotel")

    @display(description="state", label=STATE_COLOURS)
    def state(self, task: HousekeepingTask) -> tuple[str, str]:
        """Return where it stands."""
        return task.status, task.get_status_display()

    @display(description="state")
    def standing(self, task: HousekeepingTask) -> str:
        """Return where it stands, in words."""
        return task.get_status_display()


class StandingFilter(ChoiceFilter):
    """What is planned or under way, or over."""

    title = "maintenance"
    parameter_name = "standing"
    choices_offered = (("open", "planned or under way"), ("over", "over"))

    def matching(self, request: HttpRequest, rows: QuerySet[Any], choice: str) -> QuerySet[Any]:
        """Return those of the choice."""
        return rows.filter(closed_at__isnull=choice == "open")


@register(Maintenance, site=site)
class MaintenanceAdmin(DeedsAdmin):
    """Times in which rooms are not to be used; they are planned at the room."""

    hotel_path = "room__hotel"
    views = Permission.VIEW_ROOMS
    list_display = ("room", "starts_on", "expected_until", "standing", "reason", "planned_by")
    list_filter = (StandingFilter,)
    search_fields = ("room__number", "reason")
    ordering = ("-pk",)
    fields = (
        "room",
        "reason",
        "standing",
        ("starts_on", "expected_until"),
        "return_condition",
        "planned_by",
        ("opened_at", "opened_by"),
        "closed_at",
    )
    readonly_fields = ("standing",)
    deeds = MAINTENANCE_DEEDS
    export_columns = (
        ("hotel", lambda row: row.room.hotel.slug),
        ("room", lambda row: row.room.number),
        ("reason", lambda row: row.reason),
        ("starts_on", lambda row: row.starts_on and row.starts_on.isoformat()),
        ("until", lambda row: row.expected_until and row.expected_until.isoformat()),
        ("opened_at", lambda row: row.opened_at),
        ("closed_at", lambda row: row.closed_at),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return them with their rooms."""
        return super().get_queryset(request).select_related("room__hotel")

    @display(description="state", empty_value=NOTHING)
    def standing(self, row: Maintenance) -> str:
        """Return where it stands."""
        if row.closed_at is not None:
            return "over"
        return "under way" if row.opened_at is not None else "planned"
