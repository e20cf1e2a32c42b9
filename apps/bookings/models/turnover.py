"""How rooms turn over: every change of state, the cleaning it asks for, and what check-outs undid.

Keys are named by text, so that these rows can live beside the ones they point to.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.bookings.states import RoomCondition, RoomStatus, TaskStatus
from apps.common.jobs import WorkRow


class RoomStatusChange(models.Model):
    """One change of a room's state: who, when, from, to, why. Never changed, never deleted."""

    room = models.ForeignKey(
        "bookings.Room", on_delete=models.CASCADE, related_name="status_changes"
    )
    booking = models.ForeignKey(
        "bookings.Booking", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    old_status = models.CharField(max_length=20, choices=RoomStatus.choices)
    new_status = models.CharField(max_length=20, choices=RoomStatus.choices)
    performed_by = models.CharField(max_length=120)
    source = models.CharField(max_length=40)
    note = models.CharField(max_length=500, blank=True)
    happened_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["room", "happened_at"], name="bookings_room_history")
        ]

    def __str__(self) -> str:
        return f"{self.room} {self.old_status} to {self.new_status}"


class Maintenance(WorkRow):
    """A time in which a room is not to be used, and how it comes back.

    Planned for days, it holds their nights and, as a ``WorkRow``, owes its beginning and its end;
    without days it begins at once and lasts until somebody ends it. ``opened_at`` None: it has not
    begun; ``closed_at``: it is over, or was taken back.
    """

    room = models.ForeignKey("bookings.Room", on_delete=models.CASCADE, related_name="maintenance")
    reason = models.CharField(max_length=500, blank=True)
    return_condition = models.CharField(
        max_length=20, choices=RoomCondition.choices, default=RoomCondition.DIRTY
    )
    planned_by = models.CharField(max_length=120, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    expected_until = models.DateField(
        null=True, blank=True, help_text="The day on which the room is back."
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["room"],
                condition=Q(opened_at__isnull=False, closed_at__isnull=True),
                name="bookings_one_open_maintenance_per_room",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(starts_on__lt=models.F("expected_until")),
                name="bookings_maintenance_forwards",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["due_at"], name="bookings_maintenance_due")]

    def __str__(self) -> str:
        return f"Maintenance of {self.room}"


class HousekeepingTask(models.Model):
    """A room to be made ready. It follows the room's own state, whoever changes that."""

    hotel = models.ForeignKey(
        "bookings.Hotel", on_delete=models.CASCADE, related_name="housekeeping_tasks"
    )
    room = models.ForeignKey("bookings.Room", on_delete=models.CASCADE, related_name="tasks")
    booking = models.ForeignKey(
        "bookings.Booking", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=12, choices=TaskStatus.choices, default=TaskStatus.OPEN)
    assignee = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["room"],
                condition=Q(status__in=[TaskStatus.OPEN, TaskStatus.IN_PROGRESS]),
                name="bookings_one_open_task_per_room",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["hotel", "status"], name="bookings_task_list"),
            models.Index(fields=["hotel", "created_at"], name="bookings_task_age"),
        ]

    def __str__(self) -> str:
        return f"Cleaning of {self.room}, {self.status}"


class CheckOut(models.Model):
    """One check-out as it was made: what an undo needs to bring back."""

    booking = models.ForeignKey(
        "bookings.Booking", on_delete=models.CASCADE, related_name="check_outs"
    )
    room = models.ForeignKey("bookings.Room", on_delete=models.CASCADE, related_name="+")
    performed_by = models.CharField(max_length=120)
    source = models.CharField(max_length=40)
    happened_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=120, blank=True)
    undo_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(undone_at__isnull=True),
                name="bookings_one_standing_check_out",
            )
        ]

    def __str__(self) -> str:
        return f"Check-out of {self.booking}"


class RemovalRecord(models.Model):
    """What a destructive check-out deleted: kinds and keys, never names."""

    hotel = models.ForeignKey("bookings.Hotel", on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey(
        "bookings.Room", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    booking_id = models.CharField(max_length=40, blank=True)
    performed_by = models.CharField(max_length=120)
    happened_at = models.DateTimeField()
    removed = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"Removal at {self.happened_at:%Y-%m-%d %H:%M}"
