"""How the doors of chat and room service read in the OpenAPI description."""

from __future__ import annotations

from typing import Final

from drf_spectacular.utils import OpenApiParameter, extend_schema

from apps.bookings import errors as booking_errors
from apps.bookings.api.desk_examples import HOTEL_SLUG
from apps.common.api.documentation import page_shown, refusals, retry_after, sent, shown
from apps.common.api.pagination import PAGE_PARAMETERS
from apps.common.errors import Forbidden, Invalid, NotAuthenticated, RateLimited
from apps.common.idempotency import HEADER, IdempotencyConflict
from apps.concierge import errors
from apps.concierge.api import requests, serializers
from apps.concierge.api.examples import MESSAGE, ORDER, STAY

CHAT: Final = ["Stay: chat"]
ROOM_SERVICE: Final = ["Stay: room service"]
DESK_CHAT: Final = ["Desk: chat"]
DESK_ROOM_SERVICE: Final = ["Desk: room service"]
STAFF: Final = (NotAuthenticated, Forbidden)
IDEMPOTENCY_KEY: Final = OpenApiParameter(
    name=HEADER,
    location=OpenApiParameter.HEADER,
    description="The caller's own name for this wish: sent again, it is answered, not done again.",
)
ORDER_ID: Final = OpenApiParameter(
    name="order_id", location=OpenApiParameter.PATH, description="The order's own id."
)
NOT_OPEN: Final = (booking_errors.StayEnded, booking_errors.BookingNotConfirmed)


GUEST_MESSAGES: Final = extend_schema(
    operation_id="stay_messages_list",
    tags=CHAT,
    summary="List the chat",
    description="What the guest and the front desk wrote to each other, newest first.",
    parameters=[*PAGE_PARAMETERS],
    responses={
        200: serializers.MessagePageSerializer,
        **refusals(booking_errors.StayNotFound, Invalid),
    },
    examples=[page_shown(MESSAGE)],
)
GUEST_SEND: Final = extend_schema(
    operation_id="stay_messages_send",
    tags=CHAT,
    summary="Write to the front desk",
    description="Stores the message; the hotel's people see it at once. 20 a minute for a stay.",
    parameters=[IDEMPOTENCY_KEY, retry_after(429)],
    request=requests.GuestMessageSerializer,
    responses={
        201: serializers.MessageEnvelopeSerializer,
        **refusals(
            booking_errors.StayNotFound, *NOT_OPEN, RateLimited, IdempotencyConflict, has_body=True
        ),
    },
    examples=[
        sent("A question", body="Is there a kettle?"),
        shown("A message", {"message": MESSAGE}, status=201),
    ],
)
GUEST_READ: Final = extend_schema(
    operation_id="stay_messages_read",
    tags=CHAT,
    summary="Tell that messages were read",
    description="Marks what the front desk wrote; its people see that it was read.",
    request=requests.GuestReadSerializer,
    responses={
        200: serializers.MessagesReadSerializer,
        **refusals(booking_errors.StayNotFound, has_body=True),
    },
    examples=[sent("Up to one", up_to=MESSAGE["id"]), shown("Read", {"count": 1})],
)
GUEST_ORDERS: Final = extend_schema(
    operation_id="stay_orders_list",
    tags=ROOM_SERVICE,
    summary="List the stay's orders",
    description="Newest first.",
    parameters=[*PAGE_PARAMETERS],
    responses={
        200: serializers.OrderPageSerializer,
        **refusals(booking_errors.StayNotFound, Invalid),
    },
    examples=[page_shown(ORDER)],
)
PLACE_ORDER: Final = extend_schema(
    operation_id="stay_orders_place",
    tags=ROOM_SERVICE,
    summary="Order from the menu",
    description=(
        "For guests in house. The menu is on the stay; its names and prices of now are kept in "
        "the order. The same item twice is one line."
    ),
    parameters=[IDEMPOTENCY_KEY, retry_after(429)],
    request=requests.PlaceOrderSerializer,
    responses={
        201: serializers.OrderEnvelopeSerializer,
        **refusals(
            booking_errors.StayNotFound,
            errors.NotInHouse,
            RateLimited,
            IdempotencyConflict,
            has_body=True,
        ),
    },
    examples=[
        sent("Soup", items=[{"menu_item_id": "7", "quantity": 2}], note="No onions, please."),
        shown("An order", {"order": ORDER}, status=201),
    ],
)
PUSH_TOKEN: Final = extend_schema(
    operation_id="stay_push_token",
    tags=["Stay"],
    summary="Say where the guest's app is pushed to",
    description=(
        "Kept with the room until check-out; a later one replaces it. ROOM_OCCUPIED: somebody is "
        "still in the room; say it again once in house."
    ),
    request=requests.PushTokenSerializer,
    responses={
        200: serializers.StayEnvelopeSerializer,
        **refusals(
            booking_errors.StayNotFound,
            booking_errors.StayEnded,
            booking_errors.RoomMissing,
            booking_errors.RoomOccupied,
            has_body=True,
        ),
    },
    examples=[sent("A token", push_token="fcm-registration-token"), STAY],  # noqa: S106  # invented
)

# -- the desk ------------------------------------------------------------------------------------

CONVERSATIONS: Final = extend_schema(
    operation_id="staff_conversations_list",
    tags=DESK_CHAT,
    summary="List chats",
    description="The hotel's chats with its guests, the one with the newest message first.",
    parameters=[HOTEL_SLUG, *PAGE_PARAMETERS],
    responses={200: serializers.ConversationPageSerializer, **refusals(*STAFF, Invalid)},
    examples=[
        page_shown(
            {
                "booking_id": "BK-2026-0001",
                "room_number": 101,
                "guest_name": "Mary O'Brien",
                "last_message_at": "2026-06-12T18:20:00+01:00",
                "unread_count": 1,
            }
        )
    ],
)
MESSAGES: Final = extend_schema(
    operation_id="staff_messages_list",
    tags=DESK_CHAT,
    summary="List messages",
    description="The hotel's messages, or those of one stay, newest first.",
    parameters=[HOTEL_SLUG, requests.MessageFilterSerializer, *PAGE_PARAMETERS],
    responses={200: serializers.MessagePageSerializer, **refusals(*STAFF, Invalid)},
    examples=[page_shown(MESSAGE)],
)
SEND: Final = extend_schema(
    operation_id="staff_messages_send",
    tags=DESK_CHAT,
    summary="Write to a guest",
    description="Stores the message under one's own name; the guest's app shows it at once.",
    parameters=[IDEMPOTENCY_KEY, HOTEL_SLUG],
    request=requests.StaffMessageSerializer,
    responses={
        201: serializers.MessageEnvelopeSerializer,
        **refusals(
            *STAFF, booking_errors.BookingNotFound, *NOT_OPEN, IdempotencyConflict, has_body=True
        ),
    },
    examples=[
        sent("An answer", booking_id="BK-2026-0001", body=MESSAGE["body"]),
        shown("A message", {"message": MESSAGE}, status=201),
    ],
)
READ: Final = extend_schema(
    operation_id="staff_messages_read",
    tags=DESK_CHAT,
    summary="Tell that messages were read",
    description="Marks what the guest of a stay wrote; the guest sees that it was read.",
    parameters=[HOTEL_SLUG],
    request=requests.StaffReadSerializer,
    responses={
        200: serializers.MessagesReadSerializer,
        **refusals(*STAFF, booking_errors.BookingNotFound, has_body=True),
    },
    examples=[
        sent("All", booking_id="BK-2026-0001"),
        shown("Read", {"count": 1}),
    ],
)
ORDERS: Final = extend_schema(
    operation_id="staff_orders_list",
    tags=DESK_ROOM_SERVICE,
    summary="List orders",
    description="The hotel's orders of room service, newest first.",
    parameters=[HOTEL_SLUG, requests.OrderFilterSerializer, *PAGE_PARAMETERS],
    responses={200: serializers.OrderPageSerializer, **refusals(*STAFF, Invalid)},
    examples=[page_shown(ORDER)],
)
ORDER_STATUS: Final = extend_schema(
    operation_id="staff_orders_status",
    tags=DESK_ROOM_SERVICE,
    summary="Accept, deliver or cancel an order",
    description=(
        "PLACED becomes ACCEPTED, then DELIVERED; until then it may be CANCELLED. To where it is "
        "already is the same success."
    ),
    parameters=[HOTEL_SLUG, ORDER_ID],
    request=requests.OrderStatusSerializer,
    responses={
        200: serializers.OrderEnvelopeSerializer,
        **refusals(
            *STAFF,
            errors.OrderNotFound,
            errors.OrderClosed,
            errors.OrderMoveNotAllowed,
            has_body=True,
        ),
    },
    examples=[sent("Accept", status="ACCEPTED"), shown("Accepted", {"order": ORDER})],
)
