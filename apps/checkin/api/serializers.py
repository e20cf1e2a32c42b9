"""Shapes of the check-in: what is parsed, and what is shown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.bookings.api.serializers import GuestRoomSerializer, HotelSerializer
from apps.checkin.flow_view import FlowView
from apps.checkin.states import DeviceType, FlowStatus, PinStatus
from apps.common.api.fields import HotelTimeField, TextField, TrueOrFalseField
from apps.common.api.serializers import ContactSerializer


class StartCheckInSerializer(serializers.Serializer[Any]):
    """Step 1."""

    booking_reference = TextField(help_text="As on the guest's confirmation.")
    hotel_slug = TextField(
        default=None, allow_null=True, help_text="Needed where two hotels share a reference."
    )
    device_type = serializers.ChoiceField(
        DeviceType.choices,
        default=None,
        allow_null=True,
        help_text="Without it, the User-Agent header is read.",
    )
    verification = TextField(
        default=None,
        allow_null=True,
        help_text="What the hotel asks for: a last name, or the last four digits of a phone.",
    )


class GuestDetailsSerializer(serializers.Serializer[Any]):
    """Step 2."""

    full_name = TextField(help_text="Who stays.")
    phone_number = TextField(help_text="Stored as E.164.")
    phone_region = TextField(
        default=None,
        allow_null=True,
        help_text="For a number without country code, such as IE.",
    )
    email = TextField(default=None, allow_null=True, help_text="Where the stay link goes.")


class ParkingSerializer(serializers.Serializer[Any]):
    """Step 3."""

    has_car = TrueOrFalseField(help_text="Whether a car is left at the house.")
    car_registration = TextField(
        default=None, allow_null=True, help_text="Stored in capitals; needed with a car."
    )


class CheckInFailureSerializer(serializers.Serializer[Any]):
    """Why the PIN is not there."""

    code = serializers.CharField(help_text="Stable, for programs.")
    message = serializers.CharField(help_text="One sentence for the guest.")


class CheckInFlowSerializer(serializers.Serializer[Any]):
    """A self check-in under way. It never shows the PIN: the stay does."""

    token = serializers.CharField(help_text="The key to this flow.")
    step = serializers.IntegerField(
        help_text="The last step completed: 1 found, 2 details, 3 parking, 4 confirmed."
    )
    status = serializers.ChoiceField(FlowStatus.choices, help_text="Where the flow stands.")
    pin_status = serializers.ChoiceField(
        PinStatus.choices, help_text="Whether the PIN is on the locks."
    )
    booking_reference = serializers.CharField(help_text="The reference that was typed.")
    full_name = serializers.CharField(allow_null=True, help_text="As entered.")
    phone_number = serializers.CharField(allow_null=True, help_text="As entered, in E.164.")
    email = serializers.CharField(allow_null=True, help_text="As entered.")
    has_car = serializers.BooleanField(allow_null=True, help_text="As entered.")
    car_registration = serializers.CharField(allow_null=True, help_text="As entered, normalised.")
    expires_at = HotelTimeField(help_text="When the flow ends if nothing happens.")
    failure = CheckInFailureSerializer(allow_null=True, help_text="Set while the PIN has FAILED.")
    contact = ContactSerializer(allow_null=True, help_text="The hotel's people.")
    hotel = HotelSerializer()
    room = GuestRoomSerializer(allow_null=True, help_text="Null until the flow is COMPLETED.")
    check_in_date = serializers.DateField(help_text="The day of arrival, in the hotel's zone.")
    check_out_date = serializers.DateField(help_text="The day of departure.")


class CheckInFlowEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"flow": {…}}``."""

    flow = CheckInFlowSerializer()


class PinProgressSerializer(serializers.Serializer[Any]):
    """Whether waiting for the PIN is over: these keys and no others."""

    ready = serializers.BooleanField(help_text="The PIN is on the locks: confirm now.")
    failed = serializers.BooleanField(help_text="It could not be set, or the check-in has ended.")
    error = serializers.CharField(allow_null=True, help_text="One sentence for the guest.")


def flow_body(view: FlowView) -> dict[str, Any]:
    """Return the body that shows a flow to the holder of its key."""
    context = {"zone": view.hotel.zone}
    return dict(CheckInFlowEnvelopeSerializer({"flow": view}, context=context).data)
