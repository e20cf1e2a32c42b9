"""Shapes of rooms, tasks and alerts as staff see them; a context holds the hotel's ``zone``."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.bookings.api.desk_serializers import AssignedRoomSerializer, RoomNumberField
from apps.bookings.states import RoomStatus, TaskStatus
from apps.common.api.fields import HotelTimeField, TextField
from apps.common.api.pagination import PageSerializer


class RoomFilterSerializer(serializers.Serializer[Any]):
    """Which rooms to list."""

    status = serializers.ChoiceField(
        RoomStatus.choices, default=None, help_text="Those of one status alone."
    )


class RoomStaySerializer(serializers.Serializer[Any]):
    """Who is in a room."""

    booking_id = serializers.CharField(help_text="The booking.")
    check_out_date = serializers.DateField(help_text="Departure.")


class RoomTaskSerializer(serializers.Serializer[Any]):
    """What is to be done in a room."""

    id = serializers.IntegerField(help_text="The housekeeping task.")
    status = serializers.ChoiceField(TaskStatus.choices, help_text="Where it stands.")
    assignee = serializers.CharField(help_text="Who does it; empty: nobody yet.")


class RoomRepairSerializer(serializers.Serializer[Any]):
    """Why a room is out of service."""

    reason = serializers.CharField(help_text="As it was noted.")
    expected_until = serializers.DateField(allow_null=True, help_text="When it may be over.")


class BoardRoomSerializer(AssignedRoomSerializer):
    """A room on the board."""

    stay = RoomStaySerializer(allow_null=True, help_text="The stay in house; null: nobody.")
    housekeeping_task = RoomTaskSerializer(
        source="task", allow_null=True, help_text="The open task; null: nothing to be done."
    )
    maintenance = RoomRepairSerializer(
        source="repair", allow_null=True, help_text="Why it is out of service, while it is."
    )


class BoardPageSerializer(PageSerializer):
    """A page of rooms."""

    results = BoardRoomSerializer(many=True)


class RoomEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"room": {…}}``."""

    room = AssignedRoomSerializer()


class SetRoomStatusSerializer(serializers.Serializer[Any]):
    """Another state of a room."""

    status = serializers.ChoiceField(RoomStatus.choices, help_text="What it becomes.")
    note = TextField(default="", max_length=500, help_text="Why; kept with the change.")


class TaskFilterSerializer(serializers.Serializer[Any]):
    """Which tasks to list."""

    status = serializers.ChoiceField(
        TaskStatus.choices, default=None, help_text="Those of one state alone."
    )


class TaskSerializer(serializers.Serializer[Any]):
    """A room to be made ready."""

    id = serializers.IntegerField(source="pk", help_text="The task.")
    room_number = RoomNumberField(
        source="room.number", help_text="The room; a number where it is numeric."
    )
    room_status = serializers.ChoiceField(
        RoomStatus.choices, source="room.status", help_text="What the room is now."
    )
    status = serializers.ChoiceField(TaskStatus.choices, help_text="Where it stands.")
    assignee = serializers.CharField(help_text="Who does it; empty: nobody yet.")
    created_at = HotelTimeField(help_text="When it was asked for.")
    started_at = HotelTimeField(allow_null=True, help_text="When the cleaning began.")
    finished_at = HotelTimeField(allow_null=True, help_text="When it ended.")


class TaskPageSerializer(PageSerializer):
    """A page of tasks."""

    results = TaskSerializer(many=True)


class TaskEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"housekeeping_task": {…}}``."""

    housekeeping_task = TaskSerializer()


class UpdateTaskSerializer(serializers.Serializer[Any]):
    """Another state, or another assignee, of a task; what is left out stays."""

    status = serializers.ChoiceField(TaskStatus.choices, default=None, help_text="What it becomes.")
    assignee = TextField(
        default=None, allow_null=True, max_length=120, help_text="Who does it; empty: nobody."
    )


class AlertSerializer(serializers.Serializer[Any]):
    """Something that a person should look at."""

    id = serializers.IntegerField(source="pk", help_text="The alert.")
    kind = serializers.CharField(help_text="What it is about, for programs.")
    subject = serializers.CharField(help_text="Which booking, lock or other thing it is about.")
    message = serializers.CharField(help_text="What is wrong and what to do.")
    opened_at = HotelTimeField(help_text="Since when.")


class AlertPageSerializer(PageSerializer):
    """A page of alerts."""

    results = AlertSerializer(many=True)
