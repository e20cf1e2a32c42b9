"""Shapes of hotels, rooms and codes; a serializer's context holds the hotel's ``zone``."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

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
