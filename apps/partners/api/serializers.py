"""Shapes of reservations, rooms and codes as partners see and send them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from rest_framework import serializers

from apps.bookings.api.serializers import AccessCodeSerializer
from apps.bookings.states import BookingStatus, RoomCondition, RoomStatus
from apps.common.api.fields import HotelTimeField, HourField, TextField
from apps.common.api.pagination import PageSerializer
from apps.partners.api.bulk_items import MOST_AT_ONCE, BulkOutcome
from apps.partners.services.reservations import REFERENCE

NO_ROOM_NUMBER: Final = "Send the room's number as a text or as a number."
TOO_FAR: Final = "That instant is out of range."
SLUG_LENGTH: Final = 50
ROOM_LENGTH: Final = 16


class InstantField(serializers.DateTimeField):
    """An instant; one without an offset is in UTC."""

    def to_internal_value(self, value: Any) -> datetime:
        """Return it in UTC. Raises ValidationError."""
        instant: datetime = super().to_internal_value(value)
        try:
            return instant.astimezone(UTC)
        except OverflowError:
            raise serializers.ValidationError(TOO_FAR) from None


class RoomNumberText(TextField):
    """A room's number: a text; a JSON number is taken too."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text. Raises ValidationError."""
        if isinstance(data, bool) or not isinstance(data, int | str):
            raise serializers.ValidationError(NO_ROOM_NUMBER)
        return str(data)


class PartnerGuestSerializer(serializers.Serializer[Any]):
    """The guest on file. Absent leaves, null clears."""

    full_name = TextField(required=False, allow_null=True, help_text="Up to 200 characters.")
    email = TextField(required=False, allow_null=True, help_text="Such as name@example.com.")
    phone_number = TextField(
        required=False,
        allow_null=True,
        help_text="With its country code; without one, of the hotel's own region. Kept as E.164.",
    )


class ReservationChangeSerializer(serializers.Serializer[Any]):
    """What is said of a reservation: absent leaves, null clears. What else is sent is ignored."""

    hotel = TextField(
        required=False,
        max_length=SLUG_LENGTH,
        help_text="The hotel's slug; needed where the key is for several.",
    )
    guest = PartnerGuestSerializer(
        required=False, allow_null=True, help_text="Null forgets all of the contact."
    )
    check_in_date = serializers.DateField(
        required=False, help_text="Arrival, in the hotel's zone. A new reservation needs it."
    )
    check_out_date = serializers.DateField(
        required=False, help_text="Departure. A new reservation needs it."
    )
    room_number = RoomNumberText(
        required=False,
        allow_null=True,
        max_length=ROOM_LENGTH,
        help_text=(
            "The room assigned; null: none, which a guest in house can't have. Without a room no "
            "capacity is checked."
        ),
    )
    status = serializers.ChoiceField(
        BookingStatus.choices,
        required=False,
        help_text="CONFIRMED where a new one says nothing; COMPLETED checks the guest out.",
    )
    early_check_in_time = HourField(
        required=False, allow_null=True, help_text="Local time from which the codes open."
    )
    late_check_out_time = HourField(
        required=False, allow_null=True, help_text="Local time until which the codes open."
    )


class NewReservationSerializer(ReservationChangeSerializer):
    """A reservation that is not there yet."""

    booking_reference = serializers.RegexField(
        rf"^{REFERENCE}\Z",
        max_length=64,
        trim_whitespace=False,
        help_text="Yours; unique at the hotel. What the guest types to check in.",
    )


class ReferredReservationSerializer(ReservationChangeSerializer):
    """A reservation whose reference is in the address; the body may repeat it."""

    booking_reference = TextField(required=False, help_text="As in the address.")


class PartnerShownGuestSerializer(serializers.Serializer[Any]):
    """The guest on file."""

    full_name = serializers.CharField(allow_null=True, help_text="As you sent it.")
    email = serializers.CharField(allow_null=True, help_text="As you sent it.")
    phone_number = serializers.CharField(allow_null=True, help_text="As E.164.")


class ReservationSerializer(serializers.Serializer[Any]):
    """A reservation as it is."""

    hotel = serializers.CharField(help_text="The hotel's slug.")
    booking_reference = serializers.CharField(help_text="What the guest types.")
    booking_id = serializers.CharField(help_text="The hotel's own id; events name it.")
    status = serializers.ChoiceField(
        BookingStatus.choices, help_text="In house is CONFIRMED with `checked_in_at`."
    )
    guest = PartnerShownGuestSerializer(allow_null=True, help_text="Null: nothing is on file.")
    check_in_date = serializers.DateField(help_text="Arrival, in the hotel's zone.")
    check_out_date = serializers.DateField(help_text="Departure.")
    early_check_in_time = HourField(
        allow_null=True, help_text="Null: the hotel's own check-in time."
    )
    late_check_out_time = HourField(
        allow_null=True, help_text="Null: the hotel's own check-out time."
    )
    room_number = serializers.CharField(allow_null=True, help_text="Null: none assigned.")
    checked_in_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when in house, with the hotel's offset."
    )
    checked_out_at = serializers.DateTimeField(
        allow_null=True, help_text="When checked out, with the hotel's offset."
    )
    created_at = serializers.DateTimeField(help_text="In UTC.")
    updated_at = serializers.DateTimeField(help_text="The last change, in UTC.")


class ReservationPageSerializer(PageSerializer):
    """A page of reservations, the one that changed longest ago first."""

    results = ReservationSerializer(many=True)
    next_updated_since = serializers.DateTimeField(
        help_text="Once the last page is read, ask with this as `updated_since`: nothing is missed."
    )


class ReservationFilterSerializer(serializers.Serializer[Any]):
    """Which reservations to list; filters narrow together."""

    hotel = TextField(
        default=None, max_length=SLUG_LENGTH, help_text="Those of one hotel; else of all the key's."
    )
    updated_since = InstantField(
        default=None, help_text="Those changed at or after this instant; some may come again."
    )
    status = serializers.ChoiceField(BookingStatus.choices, default=None)
    arriving_on = serializers.DateField(default=None, help_text="Those that arrive on this day.")
    departing_on = serializers.DateField(default=None, help_text="Those that leave on this day.")
    in_house_on = serializers.DateField(
        default=None, help_text="Those whose dates have the night of this day."
    )
    room_number = TextField(
        default=None, max_length=ROOM_LENGTH, help_text="Those that have this room."
    )
    next_updated_since = InstantField(
        default=None, help_text="Set in the addresses of further pages; leave it as it is."
    )


class BulkReservationsSerializer(serializers.Serializer[Any]):
    """Many reservations."""

    reservations = serializers.ListField(
        child=serializers.DictField(),
        max_length=MOST_AT_ONCE,
        help_text=f"Up to {MOST_AT_ONCE}, each as in `POST reservations/`.",
    )


class BulkReservationSerializer(serializers.Serializer[Any]):
    """What became of one of many."""

    index = serializers.IntegerField(help_text="Its place in the request, from 0.")
    booking_reference = serializers.CharField(allow_null=True, help_text="Null: none was sent.")
    outcome = serializers.ChoiceField(BulkOutcome.choices, help_text="What became of it.")
    code = serializers.CharField(allow_null=True, help_text="Why not; null where it was done.")
    message = serializers.CharField(allow_null=True, help_text="The same as a sentence.")
    fields = serializers.DictField(  # type: ignore[assignment]  # the contract's name
        child=serializers.JSONField(), help_text="Sentences by input; empty where none is at fault."
    )


class BulkReservationResultsSerializer(serializers.Serializer[Any]):
    """What became of each."""

    results = BulkReservationSerializer(many=True, help_text="In the order of the request.")


class CheckInSerializer(serializers.Serializer[Any]):
    """A check-in at the desk of the property system."""

    room_number = RoomNumberText(
        required=False,
        allow_null=True,
        max_length=ROOM_LENGTH,
        help_text="Another room than the one assigned.",
    )


class RoomFilterSerializer(serializers.Serializer[Any]):
    """Which rooms to list."""

    hotel = TextField(
        default=None, max_length=SLUG_LENGTH, help_text="Those of one hotel; else of all the key's."
    )
    status = serializers.ChoiceField(RoomStatus.choices, default=None)


class PartnerRoomSerializer(serializers.Serializer[Any]):
    """A room: one word for it, and the axes behind the word."""

    id = serializers.IntegerField(source="pk", help_text="Stable; numbers may change.")
    hotel = serializers.CharField(source="hotel.slug", help_text="The hotel's slug.")
    number = serializers.CharField(help_text="The number on the door.")
    status = serializers.ChoiceField(RoomStatus.choices, help_text="The one word.")
    is_occupied = serializers.BooleanField(help_text="Whether a guest is in house there.")
    condition = serializers.ChoiceField(RoomCondition.choices, help_text="How clean it is.")
    is_out_of_service = serializers.BooleanField(help_text="Whether it is under repair.")


class PartnerRoomPageSerializer(PageSerializer):
    """A page of rooms, by number."""

    results = PartnerRoomSerializer(many=True)


class CodeFilterSerializer(serializers.Serializer[Any]):
    """Whose codes."""

    booking_reference = TextField(max_length=200, help_text="The reservation.")
    hotel = TextField(
        default=None, max_length=SLUG_LENGTH, help_text="Needed where the key is for several."
    )


class PartnerCodeSerializer(AccessCodeSerializer):
    """One code on one lock. Times carry the hotel's offset."""

    code = serializers.SerializerMethodField(  # type: ignore[assignment]  # computed here
        help_text="The digits; null until they are SET, and without the scope `codes:reveal`."
    )
    starts_at = HotelTimeField(help_text="Opens from here on.")

    def get_code(self, code: Any) -> str | None:
        """Return the digits where they may be seen."""
        digits: str | None = code.shown_digits if self.context["reveals"] else None
        return digits


class PartnerCodePageSerializer(PageSerializer):
    """All current codes of a reservation; there is never a further page."""

    results = PartnerCodeSerializer(many=True)
