"""The desk's doors to rooms that are out of service for known days."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.bookings import errors
from apps.bookings.api import room_examples
from apps.bookings.api.desk import StaffView
from apps.bookings.api.desk_examples import HOTEL_SLUG
from apps.bookings.api.maintenance_serializers import (
    MaintenanceEnvelopeSerializer,
    MaintenancePageSerializer,
    MaintenanceSerializer,
    PlanMaintenanceSerializer,
)
from apps.bookings.models import Maintenance
from apps.bookings.selectors import get_hotel_room
from apps.bookings.services.maintenance import (
    MaintenancePlan,
    end_maintenance,
    list_maintenance,
    plan_maintenance,
)
from apps.bookings.states import RoomStatus
from apps.common.api.documentation import refusals
from apps.common.api.pagination import PAGE_PARAMETERS, page_body
from apps.common.api.views import read_body
from apps.common.errors import Forbidden, Invalid, NotAuthenticated
from apps.staff.roles import Permission

TAGS: Final = ["Desk: rooms"]
STAFF: Final = (NotAuthenticated, Forbidden)
MAINTENANCE_ID: Final = OpenApiParameter(
    name="maintenance_id", location=OpenApiParameter.PATH, description="Its `id`."
)


class MaintenanceView(StaffView):
    """What is planned or under way."""

    needs = Permission.TURN_ROOMS

    @extend_schema(
        operation_id="staff_maintenance_list",
        tags=TAGS,
        summary="List maintenance",
        description="What is planned or under way, the newest plan first.",
        parameters=[HOTEL_SLUG, *PAGE_PARAMETERS],
        responses={200: MaintenancePageSerializer, **refusals(*STAFF, Invalid)},
        examples=[room_examples.MAINTENANCES],
    )
    def get(self, request: Request, **_: Any) -> Response:
        """Show a page of it."""
        context = {"zone": self.hotel.zone}

        def show(rows: Any) -> Any:
            return MaintenanceSerializer(rows, many=True, context=context).data

        rows = list_maintenance(self.hotel)
        return Response(page_body(request, rows, order_by="-pk", show=show))

    @extend_schema(
        operation_id="staff_maintenance_plan",
        tags=TAGS,
        summary="Take a room out of service for known days",
        description=(
            "The room can't be given to anybody for these nights, is out of service from the first "
            "day on, once it is vacant, and comes back by itself on the last one."
        ),
        parameters=[HOTEL_SLUG],
        request=PlanMaintenanceSerializer,
        responses={
            201: MaintenanceEnvelopeSerializer,
            **refusals(*STAFF, errors.RoomNotFound, errors.RoomNotAvailable, has_body=True),
        },
        examples=[room_examples.PLAN, room_examples.PLANNED],
    )
    def post(self, request: Request, **_: Any) -> Response:
        """Plan it."""
        body = read_body(request, PlanMaintenanceSerializer)
        plan = MaintenancePlan(
            room=get_hotel_room(self.hotel, body["room_number"]),
            starts_on=body["starts_on"],
            ends_on=body["ends_on"],
            reason=body["reason"],
            return_status=RoomStatus(body["return_status"]),
        )
        made = plan_maintenance(plan, performed_by=self.staff.actor)
        return Response(_body(self, made), status=status.HTTP_201_CREATED)


class EndMaintenanceView(StaffView):
    """A maintenance that is over, or will not be."""

    needs = Permission.TURN_ROOMS

    @extend_schema(
        operation_id="staff_maintenance_end",
        tags=TAGS,
        summary="End a maintenance, or take it back",
        description="The room is back at once, in the state that was planned. Again: the same.",
        parameters=[HOTEL_SLUG, MAINTENANCE_ID],
        request=None,
        responses={
            200: MaintenanceEnvelopeSerializer,
            **refusals(*STAFF, errors.MaintenanceNotFound),
        },
        examples=[room_examples.ENDED],
    )
    def post(self, _request: Request, maintenance_id: str, **_: Any) -> Response:
        """End it."""
        ended = end_maintenance(
            hotel=self.hotel, maintenance_id=maintenance_id, performed_by=self.staff.actor
        )
        return Response(_body(self, ended))


def _body(view: StaffView, maintenance: Maintenance) -> Any:
    context = {"zone": view.hotel.zone}
    return MaintenanceEnvelopeSerializer({"maintenance": maintenance}, context=context).data
