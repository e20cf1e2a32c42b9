"""Shapes of check-outs, key for key as front ends in use know them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.bookings.api.desk_serializers import RoomNumberField
from apps.bookings.events import shown_number
from apps.bookings.models import Booking, Hotel
from apps.bookings.services.bulk import MOST_ROOMS, BulkItem, Outcome
from apps.bookings.states import BookingStatus, RoomStatus
from apps.common.api.fields import HotelTimeField, TrueOrFalseField

CHECKED_OUT: Final = "Booking checked out successfully"
NO_IDS: Final = f"Send a list of 1 to {MOST_ROOMS} room ids, each a whole number above 0."
LARGEST_ID: Final = 2**63 - 1


class VacatedRoomSerializer(serializers.Serializer[Any]):
    """The room that the guest has left."""

    room_number = RoomNumberField(source="number", help_text="A number where it is numeric.")
    room_status = serializers.ChoiceField(
        RoomStatus.choices, source="status", help_text="Occupancy and condition in one word."
    )


class CheckedOutBookingSerializer(serializers.Serializer[Any]):
    """A booking that is checked out."""

    booking_id = serializers.CharField(help_text="The hotel's own id.")
    status = serializers.ChoiceField(BookingStatus.choices, help_text="COMPLETED.")
    checked_out_at = HotelTimeField(help_text="When, in the hotel's offset.")
    assigned_room = VacatedRoomSerializer(allow_null=True)


class CheckOutSerializer(serializers.Serializer[Any]):
    """What a check-out answers."""

    message = serializers.CharField(help_text="For people.")
    booking = CheckedOutBookingSerializer()


def check_out_body(booking: Booking) -> dict[str, Any]:
    """Return the body that tells of a check-out; ``booking`` comes with its hotel and room."""
    shown = {"message": CHECKED_OUT, "booking": booking}
    return dict(CheckOutSerializer(shown, context={"zone": booking.hotel.zone}).data)


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "integer", "minimum": 1, "maximum": LARGEST_ID},
        "minItems": 1,
        "maxItems": MOST_ROOMS,
    }
)
class RoomIdsField(serializers.Field[list[int], Any, list[int], Any]):
    """A list of keys of rooms: one sentence refuses it, however much of it is wrong."""

    def to_internal_value(self, data: Any) -> list[int]:
        """Return the ids. Raises ValidationError."""
        if not isinstance(data, list) or not 0 < len(data) <= MOST_ROOMS:
            raise serializers.ValidationError(NO_IDS)
        if not all(type(key) is int and 0 < key <= LARGEST_ID for key in data):
            raise serializers.ValidationError(NO_IDS)
        return data


class BulkCheckOutSerializer(serializers.Serializer[Any]):
    """Which rooms to check out."""

    room_ids = RoomIdsField(help_text="Keys of rooms; one that is named twice counts once.")
    destructive = TrueOrFalseField(
        default=False, help_text="Delete what a check-out keeps; superusers only."
    )


class BulkCheckOutResultsSerializer(serializers.Serializer[Any]):
    """What became of the rooms."""

    checked_out_bookings = serializers.ListField(
        child=serializers.CharField(), help_text="Bookings that are checked out now."
    )
    rooms_cleared = serializers.ListField(
        child=RoomNumberField(), help_text="Numbers of rooms that had no stay to check out."
    )
    destructive_mode = serializers.BooleanField(help_text="As it was asked for.")


class BulkCheckedOutSerializer(serializers.Serializer[Any]):
    """What a bulk check-out answers."""

    detail = serializers.CharField(help_text="For people.")
    results = BulkCheckOutResultsSerializer()


def bulk_check_out_body(
    hotel: Hotel, items: Sequence[BulkItem], *, is_destructive: bool
) -> dict[str, Any]:
    """Return the body that tells of many check-outs; rooms that were not done are not in it."""
    stays = [item.booking_id for item in items if item.outcome == Outcome.CHECKED_OUT]
    cleared = [item.room_number or "" for item in items if item.outcome == Outcome.CLEARED]
    return {
        "detail": f"Processed {len(stays) + len(cleared)} room(s) in hotel '{hotel.slug}'",
        "results": {
            "checked_out_bookings": stays,
            "rooms_cleared": [shown_number(number) for number in cleared],
            "destructive_mode": is_destructive,
        },
    }
