"""The stay page of a guest."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.bookings.errors import DoorNotFound, InvalidCarRegistration, StayNotFound
from apps.bookings.models import Booking
from apps.bookings.selectors import get_booking_by_stay_token
from apps.bookings.services.guest_stay import (
    report_code_problem,
    update_car_registration,
)
from apps.common.api.documentation import refusals
from apps.common.api.views import SecretView, read_body
from apps.concierge.api.examples import STAY
from apps.concierge.api.serializers import (
    CarSerializer,
    CodeProblemSerializer,
    StayEnvelopeSerializer,
    stay_body,
)
from apps.concierge.stay_page import open_stay_page
from apps.locks.errors import NoOtherCode


class StayView(SecretView):
    """A stay, to the holder of its key."""

    @extend_schema(
        operation_id="stay_retrieve",
        tags=["Stay"],
        summary="Read a stay",
        description=(
            "The stay with its PIN and its current codes. The key is the `token` of the stay that "
            "the check-in answered with. After check-out there are no codes in it."
        ),
        responses={200: StayEnvelopeSerializer, **refusals(StayNotFound)},
        examples=[STAY],
    )
    def get(self, _request: Request, token: str) -> Response:
        """Show the stay. Raises StayNotFound."""
        return _shown(get_booking_by_stay_token(token), token)

    @extend_schema(
        operation_id="stay_update",
        tags=["Stay"],
        summary="Tell of another car",
        description="Stores the car, with its registration in capitals; null: there is none.",
        request=CarSerializer,
        responses={
            200: StayEnvelopeSerializer,
            **refusals(StayNotFound, InvalidCarRegistration, has_body=True),
        },
        examples=[
            OpenApiExample(
                name="Another car", request_only=True, value={"car_registration": "191-ky-4711"}
            ),
            OpenApiExample(name="No car", request_only=True, value={"car_registration": None}),
            STAY,
        ],
    )
    def patch(self, request: Request, token: str) -> Response:
        """Store the car. Raises StayNotFound, InvalidCarRegistration."""
        car = read_body(request, CarSerializer)
        return _shown(update_car_registration(token=token, **car), token)


class CodeProblemView(SecretView):
    """A code that does not work."""

    @extend_schema(
        operation_id="stay_code_problem",
        tags=["Stay"],
        summary="Report a code that does not work",
        description=(
            "Gives another code for the door, and tells staff in any case. The stay shows the new "
            "code once it is SET. PIN_FAILED: there is no other one; the hotel helps."
        ),
        request=CodeProblemSerializer,
        responses={
            200: StayEnvelopeSerializer,
            **refusals(StayNotFound, DoorNotFound, NoOtherCode, has_body=True),
        },
        examples=[
            OpenApiExample(name="One door", request_only=True, value={"lock_name": "Room 101"}),
            OpenApiExample(name="No door opens", request_only=True, value={}),
            STAY,
        ],
    )
    def post(self, request: Request, token: str) -> Response:
        """Swap the code. Raises StayNotFound, DoorNotFound, NoOtherCode."""
        problem = read_body(request, CodeProblemSerializer)
        return _shown(report_code_problem(token=token, **problem), token)


def _shown(booking: Booking, token: str) -> Response:
    return Response(stay_body(open_stay_page(booking), token=token))
