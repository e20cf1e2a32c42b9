"""Chat and room service, for the guest of a stay."""

from __future__ import annotations

from typing import Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.bookings.selectors import get_booking_by_stay_token
from apps.bookings.services.push_tokens import register_push_token
from apps.common.api.pagination import page_body
from apps.common.api.views import SecretView, read_body
from apps.common.idempotency import key_of_request
from apps.concierge.api import documentation, requests
from apps.concierge.api.serializers import (
    MessageSerializer,
    RoomServiceOrderSerializer,
    message_body,
    order_body,
    stay_body,
)
from apps.concierge.feed import stay_feed
from apps.concierge.selectors import list_orders
from apps.concierge.services.messages import mark_read_by_guest, send_guest_message
from apps.concierge.services.orders import WantedItem, place_order
from apps.concierge.stay_page import open_stay_page


class GuestMessagesView(SecretView):
    """The chat with the front desk."""

    @documentation.GUEST_MESSAGES
    def get(self, request: Request, token: str) -> Response:
        """Show a page of it. Raises StayNotFound."""
        booking = get_booking_by_stay_token(token)
        context = {"zone": booking.hotel.zone}

        def show(rows: Any) -> Any:
            return MessageSerializer(rows, many=True, context=context).data

        return Response(page_body(request, stay_feed(booking), order_by="-number", show=show))

    @documentation.GUEST_SEND
    def post(self, request: Request, token: str) -> Response:
        """Write to the front desk."""
        message = send_guest_message(
            token=token,
            request_key=key_of_request(request),
            **read_body(request, requests.GuestMessageSerializer),
        )
        return Response(message_body(message), status=status.HTTP_201_CREATED)


class GuestReadView(SecretView):
    """What the guest has read."""

    @documentation.GUEST_READ
    def post(self, request: Request, token: str) -> Response:
        """Mark it."""
        read = read_body(request, requests.GuestReadSerializer)
        return Response({"count": mark_read_by_guest(token=token, **read)})


class GuestOrdersView(SecretView):
    """Room service."""

    @documentation.GUEST_ORDERS
    def get(self, request: Request, token: str) -> Response:
        """Show a page of the stay's orders. Raises StayNotFound."""
        booking = get_booking_by_stay_token(token)
        orders = list_orders(booking.hotel).filter(booking=booking)
        context = {"zone": booking.hotel.zone}

        def show(rows: Any) -> Any:
            return RoomServiceOrderSerializer(rows, many=True, context=context).data

        return Response(page_body(request, orders, order_by="-number", show=show))

    @documentation.PLACE_ORDER
    def post(self, request: Request, token: str) -> Response:
        """Order from the menu."""
        body = read_body(request, requests.PlaceOrderSerializer)
        items = [WantedItem(**item) for item in body["items"]]
        order = place_order(
            token=token, items=items, note=body["note"], request_key=key_of_request(request)
        )
        return Response(order_body(order), status=status.HTTP_201_CREATED)


class PushTokenView(SecretView):
    """Where the guest's app is pushed to."""

    @documentation.PUSH_TOKEN
    def put(self, request: Request, token: str) -> Response:
        """Keep it with the room."""
        booking = register_push_token(
            token=token, **read_body(request, requests.PushTokenSerializer)
        )
        return Response(stay_body(open_stay_page(booking), token=token))
