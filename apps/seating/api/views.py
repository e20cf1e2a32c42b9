"""Orders of seats over REST: choose, choose others, pay, give up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.bookings.errors import InvalidEmail, InvalidName, InvalidPhone
from apps.common.addresses import address_of_request
from apps.common.api.documentation import refusals, retry_after
from apps.common.api.views import SecretView, read_body
from apps.common.errors import RateLimited
from apps.seating import errors
from apps.seating.api import examples
from apps.seating.api.serializers import (
    ChosenSeatsSerializer,
    ProofUploadSerializer,
    SeatOrderEnvelopeSerializer,
    SelectSeatsSerializer,
    order_body,
)
from apps.seating.selectors import get_open_order
from apps.seating.services.callers import limit_caller
from apps.seating.services.holders import Holder
from apps.seating.services.orders import SeatChoice, release_seats, select_seats
from apps.seating.services.payments import submit_payment_proof

TAGS = ["Seats"]
CHOOSING = (
    errors.EventNotFound,
    errors.SeatNotFound,
    errors.EventClosed,
    errors.SeatsTaken,
    errors.TooManySeats,
    errors.LeavesSingleSeats,
    errors.CompanionAlone,
    InvalidName,
    InvalidEmail,
    InvalidPhone,
    RateLimited,
)
OWN_ORDER = (errors.OrderNotFound, errors.OrderExpired, errors.OrderClosed)
MADE_OR_CHANGED = {
    200: SeatOrderEnvelopeSerializer,
    201: SeatOrderEnvelopeSerializer,
    **refusals(*CHOOSING, *OWN_ORDER, has_body=True),
}


class SelectSeatsView(SecretView):
    """A new order."""

    @extend_schema(
        operation_id="seats_select",
        tags=TAGS,
        summary="Choose seats",
        description=(
            "All of the seats or none. By the event's hold policy the choice blocks nobody "
            "(OPEN), or is a hold until the order expires (EXCLUSIVE). 409 `SEATS_TAKEN` names "
            "the seats that can't be had in `fields.labels`. With `order_token` the seats of that "
            "order are replaced (200)."
        ),
        request=SelectSeatsSerializer,
        responses=MADE_OR_CHANGED,
        parameters=[retry_after(429)],
        examples=[*examples.CHOICE, examples.REPLACEMENT, examples.MADE, examples.CHANGED],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Make the order, or replace the seats of the one that is named."""
        limit_caller(address_of_request(request))
        body = read_body(request, SelectSeatsSerializer)
        token = body["order_token"]
        opened = select_seats(
            SeatChoice(
                event_slug=slug, labels=body["labels"], order_token=token, holder=holder_of(body)
            )
        )
        made = status.HTTP_201_CREATED if token is None else status.HTTP_200_OK
        return Response(order_body(opened), status=made)


class OrderView(SecretView):
    """An order, to the holder of its key."""

    @extend_schema(
        operation_id="seat_order_retrieve",
        tags=TAGS,
        summary="Read an order of seats",
        description="As it stands now, with its seats and until when it is kept without a proof.",
        responses={200: SeatOrderEnvelopeSerializer, **refusals(errors.OrderNotFound)},
        examples=[examples.CHANGED],
    )
    def get(self, _request: Request, token: str) -> Response:
        """Show the order. Raises OrderNotFound."""
        return Response(order_body(get_open_order(token)))

    @extend_schema(
        operation_id="seat_order_release",
        tags=TAGS,
        summary="Give an order of seats up",
        description="Not paid for yet, that is. Given up already is the same success.",
        responses={200: SeatOrderEnvelopeSerializer, **refusals(*OWN_ORDER, RateLimited)},
        examples=[examples.RELEASED],
        parameters=[retry_after(429)],
    )
    def delete(self, request: Request, token: str) -> Response:
        """Release the seats."""
        limit_caller(address_of_request(request))
        return Response(order_body(release_seats(order_token=token)))


class OrderSeatsView(SecretView):
    """The seats of an order."""

    @extend_schema(
        operation_id="seat_order_seats",
        tags=TAGS,
        summary="Choose other seats for an order",
        description="They replace the earlier ones; refused, the order keeps those.",
        request=ChosenSeatsSerializer,
        responses={
            200: SeatOrderEnvelopeSerializer,
            **refusals(*CHOOSING, *OWN_ORDER, has_body=True),
        },
        parameters=[retry_after(429)],
        examples=[*examples.CHOICE, examples.CHANGED],
    )
    def put(self, request: Request, token: str) -> Response:
        """Replace the seats."""
        limit_caller(address_of_request(request))
        body = read_body(request, ChosenSeatsSerializer)
        opened = select_seats(
            SeatChoice(
                event_slug=get_open_order(token).order.event.slug,
                labels=body["labels"],
                order_token=token,
                holder=holder_of(body),
            )
        )
        return Response(order_body(opened))


class PaymentProofView(SecretView):
    """The proof that an order was paid."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="seat_order_payment_proof",
        tags=TAGS,
        summary="Show the payment of an order",
        description=(
            "Books all seats of the order or none. Sent twice, it is the same success. 409 "
            "`SEATS_TAKEN` names the seats that somebody else paid for first; the order is kept, "
            "for other seats. The order needs a holder's name and an e-mail address or phone."
        ),
        request={"multipart/form-data": ProofUploadSerializer},
        responses={
            200: SeatOrderEnvelopeSerializer,
            **refusals(
                *OWN_ORDER,
                errors.EventClosed,
                errors.SeatsTaken,
                errors.HolderMissing,
                errors.InvalidFile,
                errors.FileTooLarge,
                RateLimited,
                has_body=True,
            ),
        },
        parameters=[retry_after(429)],
        examples=[examples.BOOKED],
    )
    def post(self, request: Request, token: str) -> Response:
        """Book the seats."""
        limit_caller(address_of_request(request))
        file = request.FILES.get("file")
        if file is None:
            raise errors.InvalidFile
        return Response(order_body(submit_payment_proof(order_token=token, file=file)))


def holder_of(body: Mapping[str, Any]) -> Holder:
    """Return what the body says of the holder."""
    return Holder(name=body["holder_name"], email=body["holder_email"], phone=body["holder_phone"])
