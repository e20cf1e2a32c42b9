"""The stay page of a guest."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.bookings.errors import StayNotFound
from apps.bookings.selectors import get_booking_by_stay_token
from apps.common.api.documentation import refusals
from apps.common.api.views import SecretView
from apps.concierge.api.examples import STAY
from apps.concierge.api.serializers import StayEnvelopeSerializer, stay_body
from apps.concierge.stay_page import open_stay_page


class ReadStayView(SecretView):
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
        booking = get_booking_by_stay_token(token)
        return Response(stay_body(open_stay_page(booking), token=token))
