"""Shapes of bookings on the desk's screens, and of what is done with them there."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.bookings.api.desk_serializers import BookingSerializer, RoomNumberField
from apps.bookings.api.serializers import AccessCodeSerializer
from apps.bookings.desk_view import DeskBooking
from apps.bookings.states import BookingStatus
from apps.common.api.fields import HotelTimeField, HourField, TextField
from apps.common.api.pagination import PageSerializer


class BookingFilterSerializer(serializers.Serializer[Any]):
    """Which bookings to list."""

    status = serializers.ChoiceField(
        BookingStatus.choices, default=None, help_text="Those of one status alone."
    )
    arriving_on = serializers.DateField(default=None, help_text="Those that arrive on this day.")
    departing_on = serializers.DateField(default=None, help_text="Those that leave on this day.")
    in_house = serializers.BooleanField(
        default=None, allow_null=True, help_text="Those in house, or those that are not."
    )
    search = TextField(default=None, help_text="A piece of an id, a name, a car, or a room.")


class BookingPageSerializer(PageSerializer):
    """A page of bookings."""

    results = BookingSerializer(many=True)


class GuestSerializer(serializers.Serializer[Any]):
    """A person of a booking."""

    full_name = serializers.CharField(help_text="Who.")
    phone_number = serializers.CharField(help_text="E.164; empty: not known.")
    email = serializers.CharField(help_text="Empty: not known.")
    car_registration = serializers.CharField(help_text="Empty: no car.")
    is_primary = serializers.BooleanField(help_text="The one who checked in.")


class CodeStateSerializer(AccessCodeSerializer):
    """Where a code stands; its digits are the guest's alone."""

    code = None  # type: ignore[assignment]  # takes the inherited field away


class DeskBookingSerializer(BookingSerializer):
    """A booking with all that a desk's screen shows."""

    guest_name = serializers.CharField(  # type: ignore[assignment]  # gathered with the guests
        help_text="As checked in, else as on file."
    )
    contact_name = serializers.CharField(help_text="The name on file.")
    contact_phone = serializers.CharField(help_text="The phone on file, E.164.")
    contact_email = serializers.CharField(help_text="The e-mail address on file.")
    language = serializers.CharField(help_text="The guest's; empty: not known.")
    early_check_in_time = HourField(allow_null=True, help_text="If it was granted.")
    late_check_out_time = HourField(allow_null=True, help_text="If it was granted.")
    check_in_at = HotelTimeField(help_text="From here on the codes open.")
    check_out_at = HotelTimeField(help_text="Until here the codes open.")
    guests = GuestSerializer(many=True, help_text="Who stays; kept after the check-out.")
    access_codes = CodeStateSerializer(many=True, help_text="Current codes, without their digits.")


class DeskBookingEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"booking": {…}}``."""

    booking = DeskBookingSerializer()


def desk_booking_body(view: DeskBooking) -> dict[str, Any]:
    """Return the body that shows a booking on the desk's screen."""
    context = {"zone": view.hotel.zone}
    return dict(DeskBookingEnvelopeSerializer({"booking": view}, context=context).data)


class UndoCheckOutSerializer(serializers.Serializer[Any]):
    """Take a check-out back."""

    reason = TextField(max_length=500, help_text="Why; kept with the check-out.")


class MoveSerializer(serializers.Serializer[Any]):
    """Another room."""

    room_number = RoomNumberField(help_text="Where to.")


class ChangeStaySerializer(serializers.Serializer[Any]):
    """Other dates or hours, in the hotel's zone; what is left out stays."""

    check_in_date = serializers.DateField(default=None, allow_null=True, help_text="Arrival.")
    check_out_date = serializers.DateField(default=None, allow_null=True, help_text="Departure.")
    early_check_in_time = HourField(
        default=None, allow_null=True, help_text="On the day of arrival, before the hotel's hour."
    )
    late_check_out_time = HourField(
        default=None, allow_null=True, help_text="On the day of departure, after the hotel's hour."
    )
