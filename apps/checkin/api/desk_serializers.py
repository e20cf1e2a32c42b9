"""Shapes of check-ins as the desk sees them; a serializer's context holds the ``zone``."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.bookings.api.desk_serializers import RoomNumberField
from apps.bookings.services.bulk import Outcome
from apps.checkin.models import CheckInFlow
from apps.checkin.selectors import shown_status
from apps.checkin.services.bulk import MOST_BOOKINGS
from apps.checkin.states import DeviceType, FlowStatus, PinStatus
from apps.common.api.fields import HotelTimeField, TextField, TrueOrFalseField
from apps.common.api.pagination import PageSerializer


class FlowFilterSerializer(serializers.Serializer[Any]):
    """Which check-ins to list."""

    status = serializers.ChoiceField(
        FlowStatus.choices, default=None, help_text="Those of one status alone."
    )


class DeskGuestSerializer(serializers.Serializer[Any]):
    """Who stays, as typed at the desk."""

    full_name = TextField(help_text="As it should be on the door list.")
    phone_number = TextField(default=None, allow_null=True, help_text="Stored as E.164.")
    phone_region = TextField(
        default=None, allow_null=True, help_text="For a number without country code, such as IE."
    )
    email = TextField(default=None, allow_null=True, help_text="Where the stay link goes.")
    car_registration = TextField(default=None, allow_null=True, help_text="If there is a car.")


class DeskCheckInSerializer(serializers.Serializer[Any]):
    """A check-in at the desk."""

    room_number = RoomNumberField(
        default=None, allow_null=True, help_text="Another room than the assigned one."
    )
    guest = DeskGuestSerializer(
        default=None,
        allow_null=True,
        help_text="For a walk-in of whom nothing is on file, or to put it right.",
    )


class StaffCheckInFlowSerializer(serializers.Serializer[Any]):
    """A check-in, for the desk. Its key stays with the guest."""

    booking_id = serializers.CharField(source="booking.booking_id", help_text="The booking.")
    booking_reference = serializers.CharField(
        source="booking.booking_reference", help_text="What the guest typed."
    )
    room_number = RoomNumberField(
        source="booking.assigned_room.number",
        default=None,
        allow_null=True,
        help_text="The assigned room; a number where it is numeric.",
    )
    step = serializers.IntegerField(help_text="The last step completed, 1 to 4.")
    status = serializers.SerializerMethodField(help_text="Where the flow stands.")
    pin_status = serializers.ChoiceField(
        PinStatus.choices, help_text="Whether the PIN is on the locks."
    )
    full_name = serializers.SerializerMethodField(help_text="As the guest entered it.")
    phone_number = serializers.SerializerMethodField(help_text="As the guest entered it.")
    email = serializers.SerializerMethodField(help_text="As the guest entered it.")
    device_type = serializers.ChoiceField(DeviceType.choices, help_text="What the guest holds.")
    started_at = HotelTimeField(help_text="When the guest began.")
    expires_at = HotelTimeField(help_text="When it ends if nothing happens.")

    def get_status(self, flow: CheckInFlow) -> FlowStatus:
        """Return the status; one past its time is EXPIRED before the worker ends it."""
        return shown_status(flow)

    def get_full_name(self, flow: CheckInFlow) -> str | None:
        """Return the name, or None before it is known."""
        return flow.full_name or None

    def get_phone_number(self, flow: CheckInFlow) -> str | None:
        """Return the phone, or None before it is known."""
        return flow.phone_number or None

    def get_email(self, flow: CheckInFlow) -> str | None:
        """Return the address, or None where there is none."""
        return flow.email or None


class StaffCheckInFlowPageSerializer(PageSerializer):
    """A page of check-ins."""

    results = StaffCheckInFlowSerializer(many=True)


class ArrivalSerializer(serializers.Serializer[Any]):
    """One of many check-ins."""

    booking_id = TextField(max_length=40, help_text="The hotel's own id of the booking.")
    room_number = RoomNumberField(
        default=None, allow_null=True, help_text="Another room than the assigned one."
    )


class BulkCheckInSerializer(serializers.Serializer[Any]):
    """Who is to be checked in."""

    items = serializers.ListField(
        child=ArrivalSerializer(), max_length=MOST_BOOKINGS, allow_empty=False
    )
    dry_run = TrueOrFalseField(default=False, help_text="Answer the same, change nothing.")


class BulkItemSerializer(serializers.Serializer[Any]):
    """What became of one item."""

    outcome = serializers.ChoiceField(
        [(outcome.value, outcome.value) for outcome in Outcome], help_text="What became of it."
    )
    booking_id = serializers.CharField(allow_null=True, help_text="The booking asked for.")
    room_id = serializers.IntegerField(allow_null=True, help_text="The room it is in now.")
    room_number = RoomNumberField(allow_null=True, help_text="A number where it is numeric.")
    code = serializers.CharField(allow_null=True, help_text="Why not, for programs.")
    message = serializers.CharField(allow_null=True, help_text="Why not, for people.")


class BulkCheckedInSerializer(serializers.Serializer[Any]):
    """What a bulk check-in answers."""

    items = BulkItemSerializer(many=True, help_text="One for each booking, in order.")
    dry_run = serializers.BooleanField(help_text="Whether nothing was changed.")
