"""The desk's doors around check-in."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from apps.bookings.api.desk import StaffView
from apps.bookings.api.desk_serializers import booking_body
from apps.bookings.selectors import get_hotel_room
from apps.bookings.services.desk_codes import reissue_at_desk, resend_stay_link
from apps.checkin.api import desk_documentation as documentation
from apps.checkin.api.desk_serializers import (
    BulkCheckedInSerializer,
    BulkCheckInSerializer,
    DeskCheckInSerializer,
    FlowFilterSerializer,
    StaffCheckInFlowSerializer,
)
from apps.checkin.api.funnel import FunnelFilterSerializer, funnel_body
from apps.checkin.api.serializers import flow_body
from apps.checkin.flow_view import view_flow
from apps.checkin.funnel import check_in_funnel
from apps.checkin.selectors import list_flows
from apps.checkin.services.bulk import Arrival, BulkCheckIn, bulk_check_in
from apps.checkin.services.desk import DeskCheckIn, DeskGuest, check_in_at_desk, resume_flow
from apps.common.api.pagination import page_body
from apps.common.api.views import read_body, read_query
from apps.staff.roles import Permission


class ListFlowsView(StaffView):
    """The hotel's check-ins."""

    needs = Permission.VIEW_BOOKINGS

    @documentation.FLOWS
    def get(self, request: Request, **_: Any) -> Response:
        """Show a page of them, newest first."""
        flows = list_flows(self.hotel, **read_query(request, FlowFilterSerializer))
        context = {"zone": self.hotel.zone}

        def show(rows: Any) -> Any:
            return StaffCheckInFlowSerializer(rows, many=True, context=context).data

        return Response(page_body(request, flows, order_by="-started_at", show=show))


class CheckInView(StaffView):
    """A check-in at the desk."""

    needs = Permission.MANAGE_STAYS

    @documentation.CHECK_IN
    def post(self, request: Request, booking_id: str, **_: Any) -> Response:
        """Take the guest in."""
        body = read_body(request, DeskCheckInSerializer)
        number, guest = body["room_number"], body["guest"]
        wanted = DeskCheckIn(
            booking=self.booking(booking_id),
            performed_by=self.staff.actor,
            room=get_hotel_room(self.hotel, number) if number is not None else None,
            guest=DeskGuest(**guest) if guest is not None else None,
        )
        return Response(booking_body(check_in_at_desk(wanted)))


class ReissueCodesView(StaffView):
    """Another PIN for a stay."""

    needs = Permission.MANAGE_STAYS

    @documentation.REISSUE_CODES
    def post(self, _request: Request, booking_id: str, **_: Any) -> Response:
        """Give it; the old one leaves the locks."""
        booking = self.booking(booking_id)
        return Response(
            booking_body(reissue_at_desk(booking=booking, performed_by=self.staff.actor))
        )


class ResendLinkView(StaffView):
    """The link to a stay, once more."""

    needs = Permission.MANAGE_STAYS

    @documentation.RESEND_LINK
    def post(self, _request: Request, booking_id: str, **_: Any) -> Response:
        """Send it with another key."""
        booking = self.booking(booking_id)
        return Response(
            booking_body(resend_stay_link(booking=booking, performed_by=self.staff.actor))
        )


class ResumeCheckInView(StaffView):
    """A guest's check-in, gone on with at the desk."""

    needs = Permission.MANAGE_STAYS

    @documentation.RESUME_CHECK_IN
    def post(self, _request: Request, booking_id: str, **_: Any) -> Response:
        """Show the flow with a key of the desk's own."""
        booking = self.booking(booking_id)
        opened = resume_flow(booking=booking, performed_by=self.staff.actor)
        return Response(flow_body(view_flow(opened)))


class FunnelView(StaffView):
    """How many of those who began came how far."""

    needs = Permission.VIEW_REPORTS

    @documentation.FUNNEL
    def get(self, request: Request, **_: Any) -> Response:
        """Show the funnel."""
        days = read_query(request, FunnelFilterSerializer)
        return Response(funnel_body(check_in_funnel(self.hotel, **days)))


class BulkCheckInView(StaffView):
    """Many check-ins."""

    needs = Permission.MANAGE_STAYS

    @documentation.BULK_CHECK_IN
    def post(self, request: Request, **_: Any) -> Response:
        """Take the guests in, each into their room."""
        body = read_body(request, BulkCheckInSerializer)
        is_dry_run = body["dry_run"]
        items = bulk_check_in(
            BulkCheckIn(
                hotel=self.hotel,
                arrivals=[Arrival(**arrival) for arrival in body["items"]],
                staff=self.staff,
                is_dry_run=is_dry_run,
            )
        )
        return Response(BulkCheckedInSerializer({"items": items, "dry_run": is_dry_run}).data)
