"""Shapes of the stay and its services; a serializer's context holds the hotel's ``zone``."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.bookings.api.desk_serializers import RoomNumberField
from apps.bookings.api.serializers import AccessCodeSerializer, GuestRoomSerializer, HotelSerializer
from apps.bookings.stay_view import StayStatus
from apps.common.api.fields import HotelTimeField, TextField
from apps.common.api.pagination import PageSerializer
from apps.concierge.models import Conversation, Message, RoomServiceOrder
from apps.concierge.states import OrderStatus, Side
from apps.concierge.stay_page import StayPage

MONEY: Any = {"max_digits": 12, "decimal_places": 2}


class MessageSerializer(serializers.Serializer[Any]):
    """One message of a stay's chat."""

    id = serializers.CharField(help_text="The message's own.")
    sender = serializers.ChoiceField(Side.choices, help_text="Who wrote it.")
    sender_name = serializers.SerializerMethodField(
        help_text="Of staff; null for the guest's own messages."
    )
    body = serializers.CharField(help_text="What was written; empty when the guest was erased.")
    sent_at = HotelTimeField(help_text="When, in the hotel's offset.")
    read_at = HotelTimeField(allow_null=True, help_text="When the other side read it.")
    booking_id = serializers.CharField(
        source="conversation.booking.booking_id", help_text="Whose stay it is."
    )
    room_number = RoomNumberField(
        source="conversation.booking.assigned_room.number",
        default=None,
        allow_null=True,
        help_text="Where the guest is now; a number where it is numeric.",
    )

    def get_sender_name(self, message: Any) -> str | None:
        """Return the name, or None."""
        return message.sender_name or None


class MenuItemSerializer(serializers.Serializer[Any]):
    """Something that room service brings."""

    id = serializers.CharField(help_text="Orders name it.")
    name = serializers.CharField(help_text="What it is.")
    description = serializers.CharField(help_text="What is in it.")
    category = serializers.CharField(help_text="Where it stands on the menu.")
    price = serializers.DecimalField(**MONEY, help_text="Of one.")
    currency = serializers.CharField(help_text="ISO 4217.")


class OrderLineSerializer(serializers.Serializer[Any]):
    """One item of an order."""

    name = serializers.CharField(help_text="As it was called.")
    price = serializers.DecimalField(**MONEY, help_text="Of one, as it was.")
    quantity = serializers.IntegerField(help_text="How many.")


class RoomServiceOrderSerializer(serializers.Serializer[RoomServiceOrder]):
    """An order of room service."""

    id = serializers.CharField(help_text="The order's own.")
    number = serializers.IntegerField(help_text="Counts the orders of the stay.")
    status = serializers.ChoiceField(OrderStatus.choices, help_text="Where it stands.")
    lines = OrderLineSerializer(many=True, source="lines.all", help_text="What was ordered.")
    total = serializers.DecimalField(**MONEY, help_text="Of all lines.")
    currency = serializers.CharField(help_text="ISO 4217.")
    note = serializers.CharField(help_text="What the guest adds; often empty.")
    placed_at = HotelTimeField(help_text="When, in the hotel's offset.")
    booking_id = serializers.CharField(source="booking.booking_id", help_text="Whose stay it is.")
    room_number = RoomNumberField(
        source="booking.assigned_room.number",
        default=None,
        allow_null=True,
        help_text="Where it goes; a number where it is numeric.",
    )


class WifiSerializer(serializers.Serializer[Any]):
    """The guests' network."""

    name = serializers.CharField(help_text="The network's name.")
    password = serializers.CharField(allow_null=True, help_text="Null: the network is open.")


class StaySerializer(serializers.Serializer[StayPage]):
    """A stay: what the guest needs from arrival to departure."""

    token = serializers.SerializerMethodField(help_text="The key to this stay; keep it like a PIN.")
    guest_name = serializers.CharField(source="stay.guest_name", help_text="Who stays.")
    status = serializers.ChoiceField(
        StayStatus.choices, source="stay.status", help_text="Before, during or after."
    )
    pin = serializers.CharField(
        source="stay.pin", allow_null=True, help_text="The one PIN, where all locks share it."
    )
    access_codes = AccessCodeSerializer(
        many=True, source="stay.codes", help_text="The current codes."
    )
    room = GuestRoomSerializer(source="stay.booking.assigned_room", allow_null=True)
    hotel = HotelSerializer(source="stay.booking.hotel")
    check_in_at = HotelTimeField(
        source="stay.window.starts_at", help_text="From here on, in the hotel's offset."
    )
    check_out_at = HotelTimeField(
        source="stay.window.ends_at", help_text="Until here, in the hotel's offset."
    )
    car_registration = serializers.CharField(
        source="stay.car_registration", allow_null=True, help_text="The car, if there is one."
    )
    wifi = WifiSerializer(
        source="stay.wifi", allow_null=True, help_text="Null: none, or the stay is over."
    )
    house_notes = serializers.CharField(
        source="stay.house_notes", allow_null=True, help_text="What the house tells every guest."
    )
    room_notes = serializers.CharField(
        source="stay.room_notes",
        allow_null=True,
        help_text="What the house tells the guests of this room.",
    )
    messages = MessageSerializer(
        many=True, help_text="The last 100 of the chat with the front desk, oldest first."
    )
    menu = MenuItemSerializer(many=True, help_text="What room service brings.")
    orders = RoomServiceOrderSerializer(
        many=True, help_text="The last 50 orders of room service, newest first."
    )

    def get_token(self, _page: StayPage) -> str:
        """Return the key that opened the stay; the database has its digest only."""
        token: str = self.context["token"]
        return token


class StayEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"stay": {…}}``."""

    stay = StaySerializer()


class CodeProblemSerializer(serializers.Serializer[Any]):
    """A door that does not open."""

    lock_name = TextField(
        default=None,
        allow_null=True,
        help_text="As the stay names it; without it, those that never opened.",
    )


class CarSerializer(serializers.Serializer[Any]):
    """The guest's car."""

    car_registration = TextField(allow_null=True, help_text="Null: there is no car.")


def stay_body(page: StayPage, *, token: str) -> dict[str, Any]:
    """Return the body that shows a stay to the holder of ``token``."""
    context = {"token": token, "zone": page.stay.booking.hotel.zone}
    return dict(StayEnvelopeSerializer({"stay": page}, context=context).data)


# -- lists and single services ---------------------------------------------------------------------


class ConversationSerializer(serializers.Serializer[Any]):
    """The chat of one stay, for the desk."""

    booking_id = serializers.CharField(source="booking.booking_id", help_text="Whose stay it is.")
    room_number = RoomNumberField(
        source="booking.assigned_room.number",
        default=None,
        allow_null=True,
        help_text="Where the guest is now; a number where it is numeric.",
    )
    guest_name = serializers.SerializerMethodField(help_text="Who stays.")
    last_message_at = HotelTimeField(help_text="When somebody wrote last.")
    unread_count = serializers.IntegerField(
        source="unread", help_text="How much of the guest's nobody has read."
    )

    def get_guest_name(self, conversation: Conversation) -> str:
        """Return the name as checked in, or as on file."""
        return conversation.guest_name


class MessageEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"message": {…}}``."""

    message = MessageSerializer()


class OrderEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"order": {…}}``."""

    order = RoomServiceOrderSerializer()


class MessagePageSerializer(PageSerializer):
    """A page of messages."""

    results = MessageSerializer(many=True)


class ConversationPageSerializer(PageSerializer):
    """A page of chats."""

    results = ConversationSerializer(many=True)


class OrderPageSerializer(PageSerializer):
    """A page of orders."""

    results = RoomServiceOrderSerializer(many=True)


class MessagesReadSerializer(serializers.Serializer[Any]):
    """What was marked as read."""

    count = serializers.IntegerField(help_text="How many messages had been unread.")


def message_body(message: Message) -> dict[str, Any]:
    """Return the body that shows one message."""
    context = {"zone": message.hotel.zone}
    return dict(MessageEnvelopeSerializer({"message": message}, context=context).data)


def order_body(order: RoomServiceOrder) -> dict[str, Any]:
    """Return the body that shows one order."""
    context = {"zone": order.booking.hotel.zone}
    return dict(OrderEnvelopeSerializer({"order": order}, context=context).data)
