"""Chat and room service."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from apps.concierge.models import Conversation as ConversationRow
from apps.concierge.models import MenuItem as ItemRow
from apps.concierge.models import Message as MessageRow
from apps.concierge.models import OrderLine as LineRow
from apps.concierge.models import RoomServiceOrder as OrderRow
from apps.concierge.states import OrderStatus, Side
from graphql_schema.problems import (
    ConflictProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
)

strawberry.enum(Side, name="MessageSender", description="Who wrote a message.")
strawberry.enum(
    OrderStatus, name="RoomServiceOrderStatus", description="Where an order of room service stands."
)


@strawberry.type(description="One message of a stay's chat with the front desk.")
class Message:
    id: strawberry.ID = strawberry.field(description="The message's own.")
    sender: Side = strawberry.field(description="Who wrote it.")
    sender_name: str | None = strawberry.field(
        description="Of staff; null for the guest's own messages."
    )
    body: str = strawberry.field(description="What was written; empty when the guest was erased.")
    sent_at: datetime = strawberry.field(description="When, in the hotel's offset.")
    read_at: datetime | None = strawberry.field(description="When the other side read it.")
    booking_id: str = strawberry.field(description="Whose stay it is.")
    room_number: str | None = strawberry.field(description="Where the guest is now.")

    @classmethod
    def of(cls, row: MessageRow) -> Message:
        """Build from a row that comes with its booking, room and hotel."""
        zone, booking = row.hotel.zone, row.conversation.booking
        return cls(
            id=strawberry.ID(str(row.pk)),
            sender=Side(row.sender),
            sender_name=row.sender_name or None,
            body=row.body,
            sent_at=row.sent_at.astimezone(zone),
            read_at=row.read_at and row.read_at.astimezone(zone),
            booking_id=booking.booking_id,
            room_number=booking.assigned_room.number if booking.assigned_room else None,
        )


@strawberry.type(description="The chat of one stay, for the desk.")
class Conversation:
    booking_id: str = strawberry.field(description="Whose stay it is.")
    room_number: str | None = strawberry.field(description="Where the guest is now.")
    guest_name: str = strawberry.field(description="Who stays.")
    last_message_at: datetime = strawberry.field(description="When somebody wrote last.")
    unread_count: int = strawberry.field(description="How much of the guest's nobody has read.")

    @classmethod
    def of(cls, row: ConversationRow) -> Conversation:
        """Build from a row with booking, hotel, room, guests and the count of ``unread``."""
        booking = row.booking
        unread: int = getattr(row, "unread")  # noqa: B009  # an annotation, unknown to the model
        return cls(
            booking_id=booking.booking_id,
            room_number=booking.assigned_room.number if booking.assigned_room else None,
            guest_name=row.guest_name,
            last_message_at=row.last_message_at.astimezone(booking.hotel.zone),
            unread_count=unread,
        )


@strawberry.type(description="Something that room service brings.")
class MenuItem:
    id: strawberry.ID = strawberry.field(description="Orders name it.")
    name: str = strawberry.field(description="What it is.")
    description: str = strawberry.field(description="What is in it.")
    category: str = strawberry.field(description="Where it stands on the menu.")
    price: Decimal = strawberry.field(description="Of one.")
    currency: str = strawberry.field(description="ISO 4217.")

    @classmethod
    def of(cls, row: ItemRow) -> MenuItem:
        """Build from a row."""
        return cls(
            id=strawberry.ID(str(row.pk)),
            name=row.name,
            description=row.description,
            category=row.category,
            price=row.price,
            currency=row.currency,
        )


@strawberry.type(description="One item of an order.")
class RoomServiceOrderLine:
    name: str = strawberry.field(description="As it was called.")
    price: Decimal = strawberry.field(description="Of one, as it was.")
    quantity: int = strawberry.field(description="How many.")

    @classmethod
    def of(cls, row: LineRow) -> RoomServiceOrderLine:
        """Build from a row."""
        return cls(name=row.name, price=row.price, quantity=row.quantity)


@strawberry.type(description="An order of room service.")
class RoomServiceOrder:
    id: strawberry.ID = strawberry.field(description="The order's own.")
    number: int = strawberry.field(description="Counts the orders of the stay.")
    status: OrderStatus = strawberry.field(description="Where it stands.")
    lines: list[RoomServiceOrderLine] = strawberry.field(description="What was ordered.")
    total: Decimal = strawberry.field(description="Of all lines.")
    currency: str = strawberry.field(description="ISO 4217.")
    note: str = strawberry.field(description="What the guest adds; often empty.")
    placed_at: datetime = strawberry.field(description="When, in the hotel's offset.")
    booking_id: str = strawberry.field(description="Whose stay it is.")
    room_number: str | None = strawberry.field(description="Where it goes.")

    @classmethod
    def of(cls, row: OrderRow) -> RoomServiceOrder:
        """Build from a row that comes with its lines, booking, room and hotel."""
        booking = row.booking
        return cls(
            id=strawberry.ID(str(row.pk)),
            number=row.number,
            status=OrderStatus(row.status),
            lines=[RoomServiceOrderLine.of(line) for line in row.lines.all()],
            total=row.total,
            currency=row.currency,
            note=row.note,
            placed_at=row.placed_at.astimezone(booking.hotel.zone),
            booking_id=booking.booking_id,
            room_number=booking.assigned_room.number if booking.assigned_room else None,
        )


@strawberry.type(description="What was marked as read.")
class MessagesRead:
    count: int = strawberry.field(description="How many messages had been unread.")


SENT_ONCE = "The app's own name for this wish: sent again, it is answered and not done again."


@strawberry.input(
    description="A message: of a guest by `stayToken`, of staff by `hotelSlug` and `bookingId`."
)
class SendMessageInput:
    stay_token: str | None = None
    hotel_slug: str | None = None
    booking_id: str | None = None
    body: str = strawberry.field(description="Up to 2000 characters.")
    client_request_id: str | None = strawberry.field(default=None, description=SENT_ONCE)


@strawberry.input(
    description="What was read: by a guest by `stayToken`, by staff by `hotelSlug` and `bookingId`."
)
class MarkMessagesReadInput:
    stay_token: str | None = None
    hotel_slug: str | None = None
    booking_id: str | None = None
    up_to: strawberry.ID | None = strawberry.field(
        default=None, description="The last message that was seen; without it, all count as read."
    )


@strawberry.input(description="An item of the menu and how many of it.")
class RoomServiceItemInput:
    menu_item_id: strawberry.ID
    quantity: int = strawberry.field(description="1 to 20.")


@strawberry.input(description="An order of room service.")
class PlaceRoomServiceOrderInput:
    stay_token: str
    items: list[RoomServiceItemInput] = strawberry.field(description="1 to 30; see `Stay.menu`.")
    note: str | None = strawberry.field(default=None, description="Up to 500 characters.")
    client_request_id: str | None = strawberry.field(default=None, description=SENT_ONCE)


@strawberry.input(description="Where an order is moved on to.")
class SetRoomServiceOrderStatusInput:
    hotel_slug: str
    order_id: strawberry.ID
    status: OrderStatus


@strawberry.input(description="Where the guest's app is pushed to, until check-out.")
class RegisterPushTokenInput:
    stay_token: str
    push_token: str = strawberry.field(description="Up to 4096 characters.")


SendMessageResult = Annotated[
    Message | NotFoundProblem | InvalidProblem | ConflictProblem | RateLimitedProblem,
    strawberry.union("SendMessageResult"),
]
MarkMessagesReadResult = Annotated[
    MessagesRead | NotFoundProblem | InvalidProblem, strawberry.union("MarkMessagesReadResult")
]
RoomServiceOrderResult = Annotated[
    RoomServiceOrder | NotFoundProblem | InvalidProblem | ConflictProblem | RateLimitedProblem,
    strawberry.union("RoomServiceOrderResult"),
]
