"""What the doors of chat and room service parse."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.common.api.fields import TextField
from apps.concierge.states import OrderStatus


class GuestMessageSerializer(serializers.Serializer[Any]):
    """A message to the front desk."""

    body = TextField(help_text="Up to 2000 characters.")


class StaffMessageSerializer(GuestMessageSerializer):
    """A message to a guest."""

    booking_id = TextField(help_text="Whose stay it is.")


class GuestReadSerializer(serializers.Serializer[Any]):
    """What was read."""

    up_to = TextField(
        default=None,
        allow_null=True,
        help_text="The id of the last message that was seen; without it, all count as read.",
    )


class StaffReadSerializer(GuestReadSerializer):
    """What was read, of whose stay."""

    booking_id = TextField(help_text="Whose stay it is.")


class MessageFilterSerializer(serializers.Serializer[Any]):
    """Which messages to list."""

    booking_id = serializers.CharField(default=None, help_text="Those of one stay alone.")


class WantedItemSerializer(serializers.Serializer[Any]):
    """An item of the menu and how many of it."""

    menu_item_id = serializers.CharField(max_length=40, help_text="As the menu names it.")
    quantity = serializers.IntegerField(help_text="1 to 20.")


class PlaceOrderSerializer(serializers.Serializer[Any]):
    """An order of room service."""

    items = WantedItemSerializer(many=True, help_text="1 to 30.")
    note = TextField(default=None, allow_null=True, help_text="Up to 500 characters.")


class OrderFilterSerializer(serializers.Serializer[Any]):
    """Which orders to list."""

    status = serializers.ChoiceField(
        OrderStatus.choices, default=None, help_text="Those of one status alone."
    )


class OrderStatusSerializer(serializers.Serializer[Any]):
    """Where an order is moved on to."""

    status = serializers.ChoiceField(OrderStatus.choices, help_text="ACCEPTED comes first.")


class PushTokenSerializer(serializers.Serializer[Any]):
    """Where the guest's app is pushed to."""

    push_token = TextField(help_text="Up to 4096 characters.")
