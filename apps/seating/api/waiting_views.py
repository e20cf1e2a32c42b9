"""The waiting list over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.bookings.errors import InvalidEmail, InvalidName, InvalidPhone
from apps.common.addresses import address_of_request
from apps.common.api.documentation import refusals, retry_after
from apps.common.api.fields import HotelTimeField, TextField
from apps.common.api.views import SecretView, read_body
from apps.common.errors import Invalid, NotFound, RateLimited
from apps.seating import errors
from apps.seating.api import examples
from apps.seating.api.views import TAGS, holder_of
from apps.seating.services.callers import limit_caller
from apps.seating.services.waiting import WaitingRequest, join_waiting_list
from apps.seating.states import WaitingStatus
from apps.seating.waiting_selectors import OpenEntry, get_open_entry


class JoinWaitingListSerializer(serializers.Serializer[Any]):
    """Who waits for how many seats."""

    quantity = serializers.IntegerField(help_text="How many seats.")
    category = TextField(default=None, allow_null=True, help_text="Null: any.")
    holder_name = TextField(help_text="Who the seats are for.")
    holder_email = TextField(default=None, allow_null=True, help_text="Where they are told.")
    holder_phone = TextField(default=None, allow_null=True, help_text="Or this.")


class OfferSerializer(serializers.Serializer[Any]):
    """Seats that are held for somebody from the list."""

    order_token = serializers.CharField(help_text="The key to the order with the seats.")
    expires_at = HotelTimeField(help_text="When they are offered to the next.")


class WaitingListEntrySerializer(serializers.Serializer[Any]):
    """Somebody who waits."""

    token = serializers.CharField(help_text="The key to this entry.")
    event_slug = serializers.CharField(help_text="The event.")
    status = serializers.ChoiceField(WaitingStatus.choices, help_text="What became of it.")
    quantity = serializers.IntegerField(help_text="How many seats are wanted.")
    category = serializers.CharField(allow_null=True, help_text="Null: any.")
    offer = OfferSerializer(allow_null=True, help_text="Null until there is one.")


class WaitingListEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"entry": {…}}``."""

    entry = WaitingListEntrySerializer()


def entry_body(opened: OpenEntry) -> dict[str, Any]:
    """Return the body that shows an entry to the holder of its key."""
    entry = opened.entry
    order = entry.order if opened.has_offer else None
    shown = {
        "token": opened.token,
        "event_slug": entry.event.slug,
        "status": opened.status,
        "quantity": entry.quantity,
        "category": entry.category or None,
        "offer": order and {"order_token": entry.offer_token, "expires_at": order.expires_at},
    }
    context = {"zone": entry.event.hotel.zone}
    return dict(WaitingListEnvelopeSerializer({"entry": shown}, context=context).data)


class JoinWaitingListView(SecretView):
    """The line of those who wait."""

    @extend_schema(
        operation_id="waiting_list_join",
        tags=TAGS,
        summary="Wait for seats that are given back",
        description=(
            "Whoever came first is offered them first, as a hold with a time of its own; ask for "
            "the entry to see the offer."
        ),
        request=JoinWaitingListSerializer,
        responses={
            201: WaitingListEnvelopeSerializer,
            **refusals(
                *(errors.EventNotFound, errors.EventClosed, errors.TooManySeats),
                *(Invalid, errors.HolderMissing, InvalidName, InvalidEmail, InvalidPhone),
                RateLimited,
                has_body=True,
            ),
        },
        parameters=[retry_after(429)],
        examples=[examples.WAITING_WISH, examples.WAITING],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Join."""
        limit_caller(address_of_request(request))
        body = read_body(request, JoinWaitingListSerializer)
        opened = join_waiting_list(
            WaitingRequest(
                event_slug=slug,
                quantity=body["quantity"],
                category=body["category"],
                holder=holder_of(body),
            )
        )
        return Response(entry_body(opened), status=status.HTTP_201_CREATED)


class WaitingListEntryView(SecretView):
    """An entry, to the holder of its key."""

    @extend_schema(
        operation_id="waiting_list_retrieve",
        tags=TAGS,
        summary="Read an entry of the waiting list",
        description="Once it is OFFERED, `offer` has the key to an order with the seats.",
        responses={200: WaitingListEnvelopeSerializer, **refusals(NotFound)},
        examples=[examples.OFFERED],
    )
    def get(self, _request: Request, token: str) -> Response:
        """Show the entry. Raises NotFound."""
        return Response(entry_body(get_open_entry(token)))
