"""Shapes of events, seats and orders; a serializer's context holds the hotel's ``zone``."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.api.fields import HotelTimeField, TextField
from apps.seating.models import SeatAllocation
from apps.seating.selectors import OpenOrder, shown_status, total_of
from apps.seating.states import HoldPolicy, OrderStatus

MONEY: Any = {"max_digits": 12, "decimal_places": 2}
NO_LIST = "Send a list of labels."
HOLDER_NAME = "Who the seats are for; null: said later, or as it was."
HOLDER_EMAIL = "Where the holder is told what becomes of the order."
HOLDER_PHONE = "Or this; without a country code, of the hotel's region."


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class LabelsField(serializers.Field[list[str], Any, list[str], Any]):
    """A JSON list of texts; how many there may be is a rule of the event."""

    def to_internal_value(self, data: Any) -> list[str]:
        """Return the labels. Raises ValidationError."""
        if not isinstance(data, list) or not all(isinstance(label, str) for label in data):
            raise serializers.ValidationError(NO_LIST)
        return data


class ChosenSeatsSerializer(serializers.Serializer[Any]):
    """Other seats for an order."""

    labels = LabelsField(help_text="The seats, such as A-1.")
    holder_name = TextField(default=None, allow_null=True, help_text=HOLDER_NAME)
    holder_email = TextField(default=None, allow_null=True, help_text=HOLDER_EMAIL)
    holder_phone = TextField(default=None, allow_null=True, help_text=HOLDER_PHONE)


class SelectSeatsSerializer(ChosenSeatsSerializer):
    """Seats for an order."""

    order_token = TextField(
        default=None, allow_null=True, help_text="The order whose seats are replaced."
    )


class ProofUploadSerializer(serializers.Serializer[Any]):
    """A picture (JPEG, PNG, WebP) or a PDF that shows the payment."""

    file = serializers.FileField(help_text="By its content, whatever its name says.")


class SeatingEventSerializer(serializers.Serializer[Any]):
    """Something that people have seats for."""

    slug = serializers.CharField(help_text="Its name in addresses.")
    name = serializers.CharField(help_text="For people to read.")
    venue = serializers.CharField(help_text="Where it is.")
    starts_at = HotelTimeField(help_text="When it starts.")
    sales_open_at = HotelTimeField(allow_null=True, help_text="Null: at once.")
    sales_close_at = HotelTimeField(allow_null=True, help_text="Null: when it starts.")
    currency = serializers.CharField(help_text="ISO 4217.")
    hold_policy = serializers.ChoiceField(HoldPolicy.choices, help_text="What a selection means.")
    most_seats_per_order = serializers.IntegerField(help_text="How many an order may have.")
    refuses_single_gaps = serializers.BooleanField(
        help_text="Choices that leave one seat alone are refused while there are others."
    )


class OrderedSeatSerializer(serializers.Serializer[Any]):
    """A seat of an order."""

    label = serializers.CharField(  # type: ignore[assignment]  # the name shadows an attribute
        source="seat.label", help_text="The seat's label."
    )
    section = serializers.CharField(source="seat.section.name", help_text="The part of the house.")
    row = serializers.CharField(source="seat.row", help_text="The row's name.")
    number = serializers.IntegerField(source="seat.number", help_text="The place in the row.")
    category = serializers.CharField(source="seat.category", help_text="The price category.")
    price = serializers.DecimalField(**MONEY, help_text="As it was at the selection.")


class SeatOrderSerializer(serializers.Serializer[Any]):
    """An order of seats."""

    token = serializers.CharField(
        read_only=True, allow_null=True, help_text="The key to this order."
    )
    order_number = serializers.CharField(help_text="For people to name it by.")
    event_slug = serializers.CharField(help_text="The event.")
    status = serializers.ChoiceField(
        OrderStatus.choices, read_only=True, help_text="Where it stands."
    )
    seats = OrderedSeatSerializer(many=True, help_text="What is ordered.")
    total = serializers.CharField(read_only=True, help_text="Of all seats.")
    currency = serializers.CharField(help_text="ISO 4217.")
    expires_at = HotelTimeField(help_text="When it ends without a payment proof.")
    version = serializers.IntegerField(help_text="Counts the order's changes.")
    is_gap_waived = serializers.BooleanField(
        help_text="Its seats leave one alone, as every other choice did."
    )
    holder_name = serializers.CharField(
        read_only=True, allow_null=True, help_text="Who the seats are for."
    )
    holder_email = serializers.CharField(
        read_only=True, allow_null=True, help_text="Where the holder is told."
    )
    holder_phone = serializers.CharField(read_only=True, allow_null=True, help_text="In E.164.")
    rejection_reason = serializers.CharField(
        read_only=True, allow_null=True, help_text="Why it was rejected."
    )


class SeatOrderEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"order": {…}}``."""

    order = SeatOrderSerializer()


def order_body(opened: OpenOrder) -> dict[str, Any]:
    """Return the body that shows an order to the holder of its key, shaped as above.

    Every sale shows one twice, and serializers are built anew each time.
    """
    order = opened.order
    event = order.event
    return {
        "order": {
            "token": opened.token,
            "order_number": order.number,
            "event_slug": event.slug,
            "status": shown_status(order),
            "seats": [_ordered_seat(row) for row in order.allocations.all()],
            "total": str(total_of(order)),
            "currency": event.currency,
            "expires_at": order.expires_at.astimezone(event.hotel.zone).isoformat(),
            "version": order.version,
            "is_gap_waived": order.is_gap_waived,
            "holder_name": order.holder_name or None,
            "holder_email": order.holder_email or None,
            "holder_phone": order.holder_phone or None,
            "rejection_reason": order.rejection_reason or None,
        }
    }


def _ordered_seat(row: SeatAllocation) -> dict[str, Any]:
    seat = row.seat
    return {
        "label": seat.label,
        "section": seat.section.name,
        "row": seat.row,
        "number": seat.number,
        "category": seat.category,
        "price": str(row.price),
    }
