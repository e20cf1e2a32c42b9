"""The best seats over REST: looked at, and chosen."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.addresses import address_of_request
from apps.common.api.documentation import refusals, retry_after
from apps.common.api.fields import TextField
from apps.common.api.views import ApiView, SecretView, read_body, read_query
from apps.common.errors import Invalid
from apps.seating import errors
from apps.seating.api import examples
from apps.seating.api.map_shapes import SeatSerializer, suggestion_body
from apps.seating.api.serializers import HOLDER_EMAIL, HOLDER_NAME, HOLDER_PHONE, order_body
from apps.seating.api.views import MADE_OR_CHANGED, TAGS, holder_of
from apps.seating.picking import Wish
from apps.seating.selectors import get_event
from apps.seating.services.best import BestChoice, select_best_seats
from apps.seating.services.callers import limit_caller
from apps.seating.suggestions import suggest_seats


class WishSerializer(serializers.Serializer[Any]):
    """What somebody looks for."""

    quantity = serializers.IntegerField(help_text="How many seats, together.")
    category = TextField(default=None, allow_null=True, help_text="The price category, if one.")
    accessible = serializers.IntegerField(
        default=0, help_text="How many of them are places for wheelchairs."
    )


class SelectBestSeatsSerializer(WishSerializer):
    """The best seats, for an order."""

    order_token = TextField(
        default=None, allow_null=True, help_text="The order whose seats are replaced."
    )
    holder_name = TextField(default=None, allow_null=True, help_text=HOLDER_NAME)
    holder_email = TextField(default=None, allow_null=True, help_text=HOLDER_EMAIL)
    holder_phone = TextField(default=None, allow_null=True, help_text=HOLDER_PHONE)


class SuggestionSerializer(serializers.Serializer[Any]):
    """The best seats together; none where so many are not together."""

    seats = SeatSerializer(many=True)
    is_gap_waived = serializers.BooleanField(
        help_text="They leave a seat alone, as every other choice does."
    )


class BestAvailableView(ApiView):
    """The best seats, looked at."""

    @extend_schema(
        operation_id="seats_best_available",
        tags=TAGS,
        summary="Find the best seats together",
        description=(
            "The nearest row, then the middle of the house, or nearest to the event's focal "
            "point; no single seat is left behind where that can be avoided."
        ),
        parameters=[WishSerializer],
        responses={
            200: SuggestionSerializer,
            **refusals(errors.EventNotFound, errors.TooManySeats, Invalid),
        },
        examples=[examples.SUGGESTION],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Show the seats. Raises EventNotFound, TooManySeats, Invalid."""
        wish = Wish(**read_query(request, WishSerializer))
        return Response(suggestion_body(suggest_seats(get_event(slug), wish)))


class SelectBestSeatsView(SecretView):
    """The best seats, chosen."""

    @extend_schema(
        operation_id="seats_select_best",
        tags=TAGS,
        summary="Choose the best seats together",
        description="Like choosing seats by their labels, without naming them.",
        request=SelectBestSeatsSerializer,
        responses=MADE_OR_CHANGED,
        parameters=[retry_after(429)],
        examples=[*examples.BEST_CHOICE, examples.MADE, examples.CHANGED],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Make the order, or replace the seats of the one that is named."""
        limit_caller(address_of_request(request))
        body = read_body(request, SelectBestSeatsSerializer)
        token = body["order_token"]
        opened = select_best_seats(
            BestChoice(
                event_slug=slug,
                wish=Wish(
                    quantity=body["quantity"],
                    category=body["category"],
                    accessible=body["accessible"],
                ),
                order_token=token,
                holder=holder_of(body),
            )
        )
        made = status.HTTP_201_CREATED if token is None else status.HTTP_200_OK
        return Response(order_body(opened), status=made)
