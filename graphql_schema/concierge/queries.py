"""The desk's chats and orders."""

from __future__ import annotations

from typing import Any

import strawberry
import strawberry_django

from apps.common.pagination import page_of
from apps.concierge.selectors import list_conversations, list_messages, list_orders
from apps.concierge.states import OrderStatus
from apps.staff.roles import Permission
from graphql_schema.concierge.types import Conversation, Message, RoomServiceOrder
from graphql_schema.connections import Connection, connection_of
from graphql_schema.permissions import hotel_for

Info = strawberry.Info[Any, None]


@strawberry.type
class ConciergeQuery:
    @strawberry_django.field(description="A hotel's chats, the one with the newest message first.")
    def conversations(
        self, info: Info, hotel_slug: str, first: int | None = None, after: str | None = None
    ) -> Connection[Conversation]:
        hotel = hotel_for(info, hotel_slug, Permission.TALK_TO_GUESTS)
        rows = list_conversations(hotel)
        page = page_of(rows, order_by="-last_message_at", first=first, after=after)
        return connection_of(page, Conversation.of)

    @strawberry_django.field(description="A hotel's messages, or those of one stay, newest first.")
    def messages(
        self,
        info: Info,
        hotel_slug: str,
        booking_id: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Message]:
        hotel = hotel_for(info, hotel_slug, Permission.TALK_TO_GUESTS)
        rows = list_messages(hotel, booking_id=booking_id)
        return connection_of(
            page_of(rows, order_by="-number", first=first, after=after), Message.of
        )

    @strawberry_django.field(description="A hotel's orders of room service, newest first.")
    def room_service_orders(
        self,
        info: Info,
        hotel_slug: str,
        status: OrderStatus | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[RoomServiceOrder]:
        hotel = hotel_for(info, hotel_slug, Permission.SERVE_ORDERS)
        rows = list_orders(hotel, status=status)
        page = page_of(rows, order_by="-placed_at", first=first, after=after)
        return connection_of(page, RoomServiceOrder.of)
