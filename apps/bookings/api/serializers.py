"""Shapes of hotels, rooms and stays; a serializer's context holds the hotel's ``zone``."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.bookings.stay_view import StayStatus, StayView
from apps.common.api.fields import HotelTimeField
from apps.locks.states import CodeKind, CodeState


class HotelSerializer(serializers.Serializer[Any]):
    """A hotel, as its guests know it."""

    name = serializers.CharField(help_text="The name over the door.")
    slug = serializers.CharField(help_text="The name in addresses.")
    timezone = serializers.CharField(help_text="IANA zone that its people live in.")
    parking_info = serializers.CharField(help_text="Where to leave a car.")


class GuestRoomSerializer(serializers.Serializer[Any]):
    """A room, as its guest knows it."""

    number = serializers.CharField(help_text="The number on the door.")


class AccessCodeSerializer(serializers.Serializer[Any]):
    """One code on one lock."""

    lock_name = serializers.CharField(source="lock.name", help_text="As on the door.")
    is_front_door = serializers.BooleanField(
        source="lock.is_front_door", help_text="Whether it is the house's own door."
    )
    code = serializers.CharField(
        source="shown_digits", allow_null=True, help_text="The digits; null until they are SET."
    )
    kind = serializers.ChoiceField(CodeKind.choices, help_text="How the code came to be.")
    status = serializers.ChoiceField(
        CodeState.choices, source="state", help_text="Where the code stands."
    )
    starts_at = HotelTimeField(help_text="Opens from here on, in the hotel's offset.")
    ends_at = HotelTimeField(help_text="Opens until here, in the hotel's offset.")
    verified_at = HotelTimeField(
        allow_null=True, help_text="When the lock's own list was seen to show it."
    )
    first_used_at = HotelTimeField(allow_null=True, help_text="When it first opened the door.")


class StaySerializer(serializers.Serializer[Any]):
    """A stay: what the guest needs from arrival to departure."""

    token = serializers.SerializerMethodField(help_text="The key to this stay; keep it like a PIN.")
    guest_name = serializers.CharField(help_text="Who stays.")
    status = serializers.ChoiceField(StayStatus.choices, help_text="Before, during or after.")
    pin = serializers.CharField(allow_null=True, help_text="The one PIN, where all locks share it.")
    access_codes = AccessCodeSerializer(many=True, source="codes", help_text="The current codes.")
    room = GuestRoomSerializer(source="booking.assigned_room", allow_null=True)
    hotel = HotelSerializer(source="booking.hotel")
    check_in_at = HotelTimeField(
        source="window.starts_at", help_text="From here on, in the hotel's offset."
    )
    check_out_at = HotelTimeField(
        source="window.ends_at", help_text="Until here, in the hotel's offset."
    )
    car_registration = serializers.CharField(allow_null=True, help_text="The car, if there is one.")

    def get_token(self, _view: StayView) -> str:
        """Return the key that opened the stay; the database has its digest only."""
        token: str = self.context["token"]
        return token


class StayEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"stay": {…}}``."""

    stay = StaySerializer()


def stay_body(view: StayView, *, token: str) -> dict[str, Any]:
    """Return the body that shows a stay to the holder of ``token``."""
    context = {"token": token, "zone": view.booking.hotel.zone}
    return dict(StayEnvelopeSerializer({"stay": view}, context=context).data)
