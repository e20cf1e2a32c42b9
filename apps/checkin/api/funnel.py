"""The shape of the funnel of self check-ins."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.checkin.funnel import CheckInFunnel
from apps.checkin.states import DeviceType


class FunnelFilterSerializer(serializers.Serializer[Any]):
    """Which days to count."""

    since = serializers.DateField(
        default=None, help_text="The first day, in the hotel's zone; without it, 29 days earlier."
    )
    until = serializers.DateField(default=None, help_text="The last day; without it, today.")


class CheckInFiguresSerializer(serializers.Serializer[Any]):
    """Counts of check-ins. Shares are from 0 to 1; null: nothing to share."""

    started = serializers.IntegerField(help_text="Check-ins begun.")
    reached_details = serializers.IntegerField(help_text="Of these, with details given.")
    reached_parking = serializers.IntegerField(help_text="Of these, with parking answered.")
    completed = serializers.IntegerField(help_text="Of these, confirmed by the guest.")
    finished_by_staff = serializers.IntegerField(help_text="Begun online, finished at the desk.")
    completion_rate = serializers.FloatField(allow_null=True, help_text="Completed of started.")
    pins_asked = serializers.IntegerField(help_text="Check-ins that asked for a PIN.")
    pins_failed = serializers.IntegerField(help_text="Of these, with a PIN that failed at first.")
    failure_rate = serializers.FloatField(allow_null=True, help_text="Failed of asked for.")
    median_seconds_to_pin = serializers.FloatField(
        allow_null=True, help_text="From the details to the PIN on the locks."
    )
    p90_seconds_to_pin = serializers.FloatField(
        allow_null=True, help_text="Nine of ten guests waited no longer."
    )


class CheckInFunnelDaySerializer(serializers.Serializer[Any]):
    """The check-ins that began on one day."""

    day = serializers.DateField(help_text="In the hotel's zone.")
    figures = CheckInFiguresSerializer(help_text="Its counts.")


class CheckInFunnelDeviceSerializer(serializers.Serializer[Any]):
    """The check-ins that began on one kind of device."""

    device_type = serializers.ChoiceField(
        DeviceType.choices, help_text="What the guest held in their hands."
    )
    figures = CheckInFiguresSerializer(help_text="Its counts.")


class CheckInFunnelSerializer(serializers.Serializer[Any]):
    """How many of those who began a self check-in came how far."""

    since = serializers.DateField(help_text="The first day, included.")
    until = serializers.DateField(help_text="The last day, included.")
    total = CheckInFiguresSerializer(help_text="Over all days and devices.")
    days = CheckInFunnelDaySerializer(many=True, help_text="Every day, in order.")
    devices = CheckInFunnelDeviceSerializer(many=True, help_text="Every kind of device.")


class CheckInFunnelEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"funnel": {…}}``."""

    funnel = CheckInFunnelSerializer()


def funnel_body(funnel: CheckInFunnel) -> dict[str, Any]:
    """Return the body that shows a funnel to staff."""
    return dict(CheckInFunnelEnvelopeSerializer({"funnel": funnel}).data)
