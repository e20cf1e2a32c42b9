"""Writing to each other, ordering, delivering."""

from __future__ import annotations

from typing import Any, cast

import strawberry
import strawberry_django

from apps.bookings.services.push_tokens import register_push_token
from apps.common.errors import Conflict, Invalid, NotFound, RateLimited
from apps.concierge.services import messages, orders
from apps.staff.roles import Permission
from graphql_schema.bookings.desk_types import StayResult
from graphql_schema.bookings.types import Stay
from graphql_schema.concierge.speakers import AsGuest, speaker
from graphql_schema.concierge.types import (
    MarkMessagesReadInput,
    MarkMessagesReadResult,
    Message,
    MessagesRead,
    PlaceRoomServiceOrderInput,
    RegisterPushTokenInput,
    RoomServiceOrder,
    RoomServiceOrderResult,
    SendMessageInput,
    SendMessageResult,
    SetRoomServiceOrderStatusInput,
)
from graphql_schema.permissions import hotel_for, staff_of
from graphql_schema.problems import problems_as_results

Info = strawberry.Info[Any, None]


@strawberry.type
class ConciergeMutation:
    @strawberry_django.mutation(
        handle_django_errors=False, description="Write to the front desk, or to a guest."
    )
    @problems_as_results(NotFound, Invalid, Conflict, RateLimited)
    def send_message(self, info: Info, input: SendMessageInput) -> SendMessageResult:
        who = speaker(input.stay_token, input.hotel_slug)
        if isinstance(who, AsGuest):
            sent = messages.send_guest_message(
                token=who.stay_token, body=input.body, request_key=input.client_request_id
            )
        else:
            sent = messages.send_staff_message(
                hotel=hotel_for(info, who.hotel_slug, Permission.TALK_TO_GUESTS),
                booking_id=_required(input.booking_id),
                body=input.body,
                identity=staff_of(info),
                request_key=input.client_request_id,
            )
        return Message.of(sent)

    @strawberry_django.mutation(
        handle_django_errors=False, description="Tell the other side that its messages were read."
    )
    @problems_as_results(NotFound, Invalid)
    def mark_messages_read(
        self, info: Info, input: MarkMessagesReadInput
    ) -> MarkMessagesReadResult:
        who = speaker(input.stay_token, input.hotel_slug)
        if isinstance(who, AsGuest):
            count = messages.mark_read_by_guest(token=who.stay_token, up_to=input.up_to)
        else:
            count = messages.mark_read_by_staff(
                hotel=hotel_for(info, who.hotel_slug, Permission.TALK_TO_GUESTS),
                booking_id=_required(input.booking_id),
                up_to=input.up_to,
            )
        return MessagesRead(count=count)

    @strawberry_django.mutation(
        handle_django_errors=False, description="Order from the menu, while in house."
    )
    @problems_as_results(NotFound, Invalid, Conflict, RateLimited)
    def place_room_service_order(self, input: PlaceRoomServiceOrderInput) -> RoomServiceOrderResult:
        wanted = [
            orders.WantedItem(menu_item_id=item.menu_item_id, quantity=item.quantity)
            for item in input.items
        ]
        return RoomServiceOrder.of(
            orders.place_order(
                token=input.stay_token,
                items=wanted,
                note=input.note,
                request_key=input.client_request_id,
            )
        )

    @strawberry_django.mutation(
        handle_django_errors=False, description="Accept, deliver or cancel an order."
    )
    @problems_as_results(NotFound, Invalid, Conflict, RateLimited)
    def set_room_service_order_status(
        self, info: Info, input: SetRoomServiceOrderStatusInput
    ) -> RoomServiceOrderResult:
        moved = orders.set_order_status(
            hotel=hotel_for(info, input.hotel_slug, Permission.SERVE_ORDERS),
            order_id=input.order_id,
            status=input.status,
            identity=staff_of(info),
        )
        return RoomServiceOrder.of(moved)

    @strawberry_django.mutation(
        handle_django_errors=False,
        description="Say where the guest's app is pushed to; forgotten at check-out.",
    )
    @problems_as_results(NotFound, Invalid, Conflict)
    def register_push_token(self, info: Info, input: RegisterPushTokenInput) -> StayResult:
        booking = register_push_token(token=input.stay_token, push_token=input.push_token)
        return cast(StayResult, Stay.shown(info, booking, input.stay_token))


def _required(booking_id: str | None) -> str:
    """Raises Invalid."""
    if booking_id is None:
        raise Invalid("Name the booking.", field="booking_id")
    return booking_id
