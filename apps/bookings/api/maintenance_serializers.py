"""Shapes of maintenance; a context holds the hotel's ``zone``."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from apps.bookings.api.desk_serializers import RoomNumberField
from apps.bookings.states import CONDITION_OF_STATUS, STATUS_OF_CONDITION, RoomCondition, RoomStatus
from apps.common.api.fields import HotelTimeField, TextField
from apps.common.api.pagination import PageSerializer

RETURNS: Final = [(status.value, status.label) for status in CONDITION_OF_STATUS]


class PlanMaintenanceSerializer(serializers.Serializer[Any]):
    """Which room is out of service, when and why."""

    room_number = TextField(help_text="The number on the door.")
    starts_on = serializers.DateField(help_text="The first day, in the hotel's zone.")
    ends_on = serializers.DateField(help_text="The day on which the room is back.")
    reason = TextField(max_length=500, help_text="Kept, and shown on the board.")
    return_status = serializers.ChoiceField(
        RETURNS, default=RoomStatus.CHECKOUT_DIRTY, help_text="What the room is when it is back."
    )


class MaintenanceSerializer(serializers.Serializer[Any]):
    """A time in which a room is not to be used."""

    id = serializers.IntegerField(source="pk", help_text="The maintenance.")
    room_number = RoomNumberField(source="room.number", help_text="The room.")
    reason = serializers.CharField(help_text="As it was noted.")
    starts_on = serializers.DateField(allow_null=True, help_text="Null: it was not planned.")
    ends_on = serializers.DateField(
        source="expected_until", allow_null=True, help_text="The day on which the room is back."
    )
    return_status = serializers.SerializerMethodField(help_text="What the room is then.")
    started_at = HotelTimeField(source="opened_at", allow_null=True, help_text="Null: not yet.")
    ended_at = HotelTimeField(source="closed_at", allow_null=True, help_text="Null: not yet.")

    def get_return_status(self, maintenance: Any) -> str:
        """Return the room's one word of that condition."""
        return STATUS_OF_CONDITION[RoomCondition(maintenance.return_condition)].value


class MaintenancePageSerializer(PageSerializer):
    """A page of maintenance."""

    results = MaintenanceSerializer(many=True)


class MaintenanceEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"maintenance": {…}}``."""

    maintenance = MaintenanceSerializer()
