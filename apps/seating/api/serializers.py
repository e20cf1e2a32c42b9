"""Shapes of events, seats and orders; a serializer's context holds the hotel's ``zone``."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.api.fields import HotelTimeField, TextField
from apps.seating.models import SeatOrder
from apps.seating.selectors import OpenOrder, shown_status, total_of
from apps.seating.states import HoldPolicy, OrderStatus

MONEY: Any = {"max_digits": 12, "decimal_places": 2}
NO_LIST = "Send a list of labels."


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
    holder_name = TextField(default=None, allow_null=True)
    holder_email = TextField(default=None, allow_null=True)
    holder_phone = TextField(default=None, allow_null=True)


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


class SeatOrderSerializer(serializers.Serializer[SeatOrder]):
    """An order of seats."""

    token = serializers.SerializerMethodField(help_text="The key to this order.")
    order_number = serializers.CharField(source="number", help_text="For people to name it by.")
    event_slug = serializers.CharField(source="event.slug", help_text="The event.")
    status = serializers.SerializerMethodField(help_text="Where it stands.")
    seats = OrderedSeatSerializer(many=True, source="allocations.all", help_text="What is ordered.")
    total = serializers.SerializerMethodField(help_text="Of all seats.")
    currency = serializers.CharField(source="event.currency", help_text="ISO 4217.")
    expires_at = HotelTimeField(help_text="When it ends without a payment proof.")
    version = serializers.IntegerField(help_text="Counts the order's changes.")
    is_gap_waived = serializers.BooleanField(
        help_text="Its seats leave one alone, as every other choice did."
    )
    holder_name = serializers.SerializerMethodField(help_text="Who the seats are for.")
    holder_email = serializers.SerializerMethodField(help_text="Where the holder is told.")
    holder_phone = serializers.SerializerMethodField(help_text="In E.164.")
    rejection_reason = serializers.SerializerMethodField(help_text="Why it was rejected.")

    def get_token(self, _order: SeatOrder) -> str | None:
        """Return the key that opened the order; the database has its digest only."""
        token: str | None = self.context.get("token")
        return token

    def get_status(self, order: SeatOrder) -> OrderStatus:
        """Return the status, EXPIRED from the first moment on."""
        return shown_status(order)

    def get_total(self, order: SeatOrder) -> str:
        """Return the sum as a decimal string."""
        return str(total_of(order))

    def get_holder_name(self, order: SeatOrder) -> str | None:
        """Return the name, or None."""
        return order.holder_name or None

    def get_holder_email(self, order: SeatOrder) -> str | None:
        """Return the address, or None."""
        return order.holder_email or None

    def get_holder_phone(self, order: SeatOrder) -> str | None:
        """Return the number, or None."""
        return order.holder_phone or None

    def get_rejection_reason(self, order: SeatOrder) -> str | None:
        """Return the reason, or None."""
        return order.rejection_reason or None


class SeatOrderEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"order": {…}}``."""

    order = SeatOrderSerializer()


def order_body(opened: OpenOrder) -> dict[str, Any]:
    """Return the body that shows an order to the holder of its key."""
    context = {"token": opened.token, "zone": opened.order.event.hotel.zone}
    return dict(SeatOrderEnvelopeSerializer({"order": opened.order}, context=context).data)
