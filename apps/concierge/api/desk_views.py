"""Chat and room service, for the hotel's people."""

from __future__ import annotations

from typing import Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.bookings.api.desk import StaffView
from apps.common.api.pagination import page_body
from apps.common.api.views import read_body, read_query
from apps.common.idempotency import key_of_request
from apps.concierge.api import documentation, requests
from apps.concierge.api.serializers import (
    ConversationSerializer,
    MessageSerializer,
    RoomServiceOrderSerializer,
    message_body,
    order_body,
)
from apps.concierge.selectors import list_conversations, list_messages, list_orders
from apps.concierge.services.messages import mark_read_by_staff, send_staff_message
from apps.concierge.services.orders import set_order_status
from apps.concierge.states import OrderStatus
from apps.staff.roles import Permission


class ConversationsView(StaffView):
    """The hotel's chats."""

    needs = Permission.TALK_TO_GUESTS

    @documentation.CONVERSATIONS
    def get(self, request: Request, **_: Any) -> Response:
        """Show a page of them."""

        def show(rows: Any) -> Any:
            context = {"zone": self.hotel.zone}
            return ConversationSerializer(rows, many=True, context=context).data

        chats = list_conversations(self.hotel)
        return Response(page_body(request, chats, order_by="-last_message_at", show=show))


class MessagesView(StaffView):
    """The hotel's messages."""

    needs = Permission.TALK_TO_GUESTS

    @documentation.MESSAGES
    def get(self, request: Request, **_: Any) -> Response:
        """Show a page of them."""

        def show(rows: Any) -> Any:
            return MessageSerializer(rows, many=True, context={"zone": self.hotel.zone}).data

        wanted = read_query(request, requests.MessageFilterSerializer)
        messages = list_messages(self.hotel, **wanted)
        return Response(page_body(request, messages, order_by="-number", show=show))

    @documentation.SEND
    def post(self, request: Request, **_: Any) -> Response:
        """Write to a guest."""
        message = send_staff_message(
            hotel=self.hotel,
            identity=self.staff,
            request_key=key_of_request(request),
            **read_body(request, requests.StaffMessageSerializer),
        )
        return Response(message_body(message), status=status.HTTP_201_CREATED)


class ReadMessagesView(StaffView):
    """What the desk has read."""

    needs = Permission.TALK_TO_GUESTS

    @documentation.READ
    def post(self, request: Request, **_: Any) -> Response:
        """Mark it."""
        read = read_body(request, requests.StaffReadSerializer)
        return Response({"count": mark_read_by_staff(hotel=self.hotel, **read)})


class OrdersView(StaffView):
    """The hotel's room service."""

    needs = Permission.SERVE_ORDERS

    @documentation.ORDERS
    def get(self, request: Request, **_: Any) -> Response:
        """Show a page of the orders."""

        def show(rows: Any) -> Any:
            context = {"zone": self.hotel.zone}
            return RoomServiceOrderSerializer(rows, many=True, context=context).data

        orders = list_orders(self.hotel, **read_query(request, requests.OrderFilterSerializer))
        return Response(page_body(request, orders, order_by="-placed_at", show=show))


class OrderStatusView(StaffView):
    """Where an order stands."""

    needs = Permission.SERVE_ORDERS

    @documentation.ORDER_STATUS
    def post(self, request: Request, order_id: str, **_: Any) -> Response:
        """Move it on."""
        body = read_body(request, requests.OrderStatusSerializer)
        order = set_order_status(
            hotel=self.hotel,
            order_id=order_id,
            identity=self.staff,
            status=OrderStatus(body["status"]),
        )
        return Response(order_body(order))
