"""Shapes of bookings and rooms as staff see them; a serializer's context holds the ``zone``."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.bookings.desk_lists import name_of_guest
from apps.bookings.events import shown_number
from apps.bookings.models import Booking
from apps.bookings.rules import allowed_actions
from apps.bookings.states import BookingStatus, RoomStatus
from apps.common.api.fields import HotelTimeField

NO_ROOM_NUMBER: Final = "Send the room's number as a text or as a number."
NUMBER_OR_TEXT: Final = {"oneOf": [{"type": "integer"}, {"type": "string"}]}


@extend_schema_field(NUMBER_OR_TEXT)
class RoomNumberField(serializers.Field[str, Any, int | str, str]):
    """A room's number as staff front ends write it: a JSON number where it is numeric."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text. Raises ValidationError."""
        if isinstance(data, bool) or not isinstance(data, int | str):
            raise serializers.ValidationError(NO_ROOM_NUMBER)
        return str(data)

    def to_representation(self, value: str) -> int | str:
        """Return a number where it is one."""
        return shown_number(value)


class AssignedRoomSerializer(serializers.Serializer[Any]):
    """The room of a booking."""

    id = serializers.IntegerField(source="pk", help_text="What bulk operations take.")
    room_number = RoomNumberField(source="number", help_text="A number where it is numeric.")
    room_status = serializers.ChoiceField(
        RoomStatus.choices, source="status", help_text="Occupancy and condition in one word."
    )
    is_occupied = serializers.BooleanField(help_text="Whether a guest is in house there.")


class ReasonSerializer(serializers.Serializer[Any]):
    """Why something can't be done."""

    code = serializers.CharField(help_text="Stable, for programs.")
    message = serializers.CharField(help_text="One sentence.")


class AllowedActionSerializer(serializers.Serializer[Any]):
    """One thing that could be done with a booking: the same answer that refuses it."""

    action = serializers.CharField(help_text="Such as CHECK_OUT.")
    is_allowed = serializers.BooleanField(help_text="Whether nothing stands against it.")
    reasons = ReasonSerializer(many=True, help_text="What stands against it.")


class BookingSerializer(serializers.Serializer[Any]):
    """A booking, as staff see it."""

    booking_id = serializers.CharField(help_text="The hotel's own id.")
    booking_reference = serializers.CharField(help_text="What the guest types.")
    guest_name = serializers.SerializerMethodField(help_text="As checked in, else as on file.")
    status = serializers.ChoiceField(
        BookingStatus.choices, help_text="In house is CONFIRMED with `checked_in_at`."
    )
    check_in_date = serializers.DateField(help_text="Arrival, in the hotel's zone.")
    check_out_date = serializers.DateField(help_text="Departure.")
    checked_in_at = HotelTimeField(allow_null=True, help_text="Since when in house.")
    checked_out_at = HotelTimeField(allow_null=True, help_text="When checked out.")
    assigned_room = AssignedRoomSerializer(allow_null=True)
    allowed_actions = serializers.SerializerMethodField(
        help_text="What may be done with it now, and why not."
    )

    def get_guest_name(self, booking: Booking) -> str:
        """Return who stays."""
        return name_of_guest(booking)

    @extend_schema_field(AllowedActionSerializer(many=True))
    def get_allowed_actions(self, booking: Booking) -> Any:
        """Return the rules' answers."""
        return AllowedActionSerializer(allowed_actions(booking, now=timezone.now()), many=True).data


class BookingEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"booking": {…}}``."""

    booking = BookingSerializer()


def booking_body(booking: Booking) -> dict[str, Any]:
    """Return the body that shows staff a booking, which comes with its hotel and room."""
    context = {"zone": booking.hotel.zone}
    return dict(BookingEnvelopeSerializer({"booking": booking}, context=context).data)
