"""The review of payments over REST, and the proofs behind signed links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.api.documentation import refusals
from apps.common.api.pagination import PAGE_PARAMETERS, PageSerializer, page_body
from apps.common.api.views import SecretView, read_body, read_query
from apps.common.errors import Forbidden, Invalid, NotAuthenticated, NotFound
from apps.common.security_headers import NOTHING, POLICY
from apps.seating import errors
from apps.seating.api import examples
from apps.seating.api import review_shapes as shapes
from apps.seating.api.desk import EventDeskView
from apps.seating.models import SeatOrder
from apps.seating.proof_links import open_link
from apps.seating.selectors import (
    OrderName,
    get_order_for_staff,
    list_orders,
    shown_to_staff,
)
from apps.seating.services.reviews import (
    Review,
    approve_payment,
    record_payment,
    reject_payment,
    reopen_order,
)
from apps.seating.states import OrderStatus, PaymentMark
from apps.staff.roles import Permission

TAGS = ["Desk: seats"]
STAFF = (NotAuthenticated, Forbidden, errors.EventNotFound)
ACTING = (*STAFF, errors.OrderNotFound, errors.StaleVersion, errors.OrderClosed)


class StaffSeatOrderPageSerializer(PageSerializer):
    """A page of the queue."""

    results = shapes.StaffSeatOrderSerializer(many=True)


class ReviewDeskView(EventDeskView):
    """A door to an event's orders."""

    needs = Permission.REVIEW_PAYMENTS

    def review(self, number: str, body: Any) -> Review:
        """Return who acts on which order, as they saw it. Raises OrderNotFound."""
        name = OrderName(number=number, event_slug=self.event.slug)
        return Review(
            order_pk=get_order_for_staff(self.staff, name).pk,
            reviewed_by=self.staff.actor,
            expected_version=body["expected_version"],
            reason=body.get("reason", ""),
        )

    def shown(self, order: SeatOrder) -> Response:
        """Return the order as it is now."""
        row = shown_to_staff(SeatOrder.objects.filter(pk=order.pk)).get()
        context = {"zone": self.hotel.zone}
        body = shapes.StaffSeatOrderEnvelopeSerializer({"order": row}, context=context)
        return Response(body.data)


class OrderQueueView(ReviewDeskView):
    """An event's orders."""

    @extend_schema(
        operation_id="staff_seat_orders",
        tags=TAGS,
        summary="List an event's orders",
        description="Oldest first; `status`, `mark` and `is_overdue` make queues of them.",
        parameters=[shapes.OrderFilterSerializer, *PAGE_PARAMETERS],
        responses={200: StaffSeatOrderPageSerializer, **refusals(*STAFF, Invalid)},
        examples=[examples.QUEUE],
    )
    def get(self, request: Request, **_: Any) -> Response:
        """Show a page of them."""

        def show(rows: Any) -> Any:
            context = {"zone": self.hotel.zone}
            return shapes.StaffSeatOrderSerializer(rows, many=True, context=context).data

        wanted = read_query(request, shapes.OrderFilterSerializer)
        orders = list_orders(
            self.event,
            status=OrderStatus(wanted["status"]) if wanted["status"] else None,
            mark=PaymentMark(wanted["mark"]) if wanted["mark"] else None,
            is_overdue=wanted["is_overdue"],
        )
        return Response(page_body(request, orders, order_by="created_at", show=show))


def _acting(
    operation_id: str,
    summary: str,
    asks: type[serializers.Serializer[Any]],
    *more: Any,
    told: Sequence[OpenApiExample],
) -> Callable[[Any], Any]:
    """Return the documentation of a door that acts on an order; ``told`` are its examples."""
    return extend_schema(
        operation_id=operation_id,
        tags=TAGS,
        summary=summary,
        request=asks,
        responses={
            200: shapes.StaffSeatOrderEnvelopeSerializer,
            **refusals(*ACTING, *more, has_body=True),
        },
        examples=told,
    )


class ReviewView(ReviewDeskView):
    """A decision about an order."""

    @_acting(
        "staff_seat_order_review",
        "Confirm or reject a payment",
        shapes.ReviewSerializer,
        *(errors.ReasonMissing, errors.NoProofYet),
        told=[*examples.DECISIONS, examples.REVIEWED],
    )
    def post(self, request: Request, number: str, **_: Any) -> Response:
        """Decide; a rejection frees the seats."""
        body = read_body(request, shapes.ReviewSerializer)
        decide = approve_payment if body["approve"] else reject_payment
        return self.shown(decide(self.review(number, body)))


class ReceivedView(ReviewDeskView):
    """What came in for an order."""

    @_acting(
        "staff_seat_order_received",
        "Note how much came in for an order",
        shapes.ReceivedSerializer,
        Invalid,
        told=[examples.RECEIVED, examples.NOTED],
    )
    def post(self, request: Request, number: str, **_: Any) -> Response:
        """Note it; a sum that differs marks the order."""
        body = read_body(request, shapes.ReceivedSerializer)
        review = self.review(number, body)
        return self.shown(record_payment(review, received=body["received_amount"]))


class ReopenView(ReviewDeskView):
    """An order that ran out of time, open again."""

    @_acting(
        "staff_seat_order_reopen",
        "Open an order again for somebody who paid too late",
        shapes.ReopenSerializer,
        *(errors.SeatsTaken, errors.EventClosed),
        told=[examples.REOPENING, examples.REOPENED],
    )
    def post(self, request: Request, number: str, **_: Any) -> Response:
        """Open it, with its seats, if they are still free."""
        body = read_body(request, shapes.ReopenSerializer)
        return self.shown(reopen_order(self.review(number, body)))


class ProofView(SecretView):
    """A proof, behind a link that staff were given."""

    @extend_schema(
        operation_id="seat_proof",
        tags=TAGS,
        summary="See a payment proof",
        description="By a link from the queue, within five minutes.",
        responses={
            (200, "image/*"): OpenApiTypes.BINARY,
            **{(status, "application/json"): r for status, r in refusals(NotFound).items()},
        },
    )
    def get(self, _request: Request, name: str) -> HttpResponse:
        """Show the file. Raises NotFound."""
        proof = open_link(name)
        answer = HttpResponse(proof.content, content_type=proof.media_type)
        answer["Content-Disposition"] = "inline"
        answer[POLICY] = f"{NOTHING}; sandbox"
        return answer
