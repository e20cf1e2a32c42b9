"""The four steps of a self check-in, and looking at it meanwhile."""

from __future__ import annotations

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.checkin.api import documentation
from apps.checkin.api.serializers import (
    GuestDetailsSerializer,
    ParkingSerializer,
    PinProgressSerializer,
    StartCheckInSerializer,
    flow_body,
)
from apps.checkin.device_types import device_type_of
from apps.checkin.errors import FlowNotFound
from apps.checkin.flow_view import view_flow, view_pin_progress
from apps.checkin.selectors import OpenFlow, find_open_flow
from apps.checkin.services import starting, steps
from apps.common.addresses import address_of_request
from apps.common.api.views import SecretView, read_body
from apps.concierge.api.serializers import stay_body
from apps.concierge.stay_page import open_stay_page


class StartView(SecretView):
    """Step 1."""

    @documentation.START
    def post(self, request: Request) -> Response:
        """Open the check-in of a booking, or the stay of a guest who has checked in."""
        body = read_body(request, StartCheckInSerializer)
        device_type = body["device_type"] or device_type_of(request.headers.get("User-Agent", ""))
        opened = starting.start_check_in(
            starting.StartRequest(
                booking_reference=body["booking_reference"],
                hotel_slug=body["hotel_slug"],
                device_type=device_type,
                verification=body["verification"],
                client_address=address_of_request(request),
            )
        )
        if isinstance(opened, OpenFlow):
            return Response(flow_body(view_flow(opened)), status=status.HTTP_201_CREATED)
        return _stay(opened)


class ReadFlowView(SecretView):
    """The check-in as it stands."""

    @documentation.READ
    def get(self, _request: Request, token: str) -> Response:
        """Show the flow. Raises FlowNotFound."""
        return Response(flow_body(view_flow(_open_flow(token))))


class DetailsView(SecretView):
    """Step 2."""

    @documentation.DETAILS
    def post(self, request: Request, token: str) -> Response:
        """Store who the guest is; the PIN begins to be set."""
        details = steps.DetailsRequest(token=token, **read_body(request, GuestDetailsSerializer))
        return Response(flow_body(view_flow(steps.submit_details(details))))


class ParkingView(SecretView):
    """Step 3."""

    @documentation.PARKING
    def post(self, request: Request, token: str) -> Response:
        """Store whether there is a car, and which."""
        opened = steps.submit_parking(token=token, **read_body(request, ParkingSerializer))
        return Response(flow_body(view_flow(opened)))


class ConfirmView(SecretView):
    """Step 4."""

    @documentation.CONFIRM
    def post(self, _request: Request, token: str) -> Response:
        """Complete the check-in. Raises PinPending, PinFailed."""
        return _stay(steps.confirm_check_in(token=token))


class PinStatusView(SecretView):
    """Whether waiting for the PIN is over."""

    @documentation.PIN_STATUS
    def get(self, _request: Request, token: str) -> Response:
        """Show the progress. Raises FlowNotFound."""
        return Response(PinProgressSerializer(view_pin_progress(_open_flow(token).flow)).data)


def _open_flow(token: str) -> OpenFlow:
    opened = find_open_flow(token)
    if opened is None:
        raise FlowNotFound
    return opened


def _stay(opened: starting.OpenStay) -> Response:
    return Response(stay_body(open_stay_page(opened.booking), token=opened.token))
