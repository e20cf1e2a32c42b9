"""The desk's doors to rooms, their cleaning, what is wrong and how long turnovers take."""

from __future__ import annotations

from typing import Any, Final

from rest_framework.request import Request
from rest_framework.response import Response

from apps.bookings.api import room_documentation as documentation
from apps.bookings.api.desk import StaffView
from apps.bookings.api.report_serializers import DayRangeSerializer, report_body
from apps.bookings.api.room_serializers import (
    AlertSerializer,
    BoardRoomSerializer,
    RoomEnvelopeSerializer,
    RoomFilterSerializer,
    SetRoomStatusSerializer,
    TaskEnvelopeSerializer,
    TaskFilterSerializer,
    TaskSerializer,
    UpdateTaskSerializer,
)
from apps.bookings.desk_lists import list_alerts, room_board
from apps.bookings.selectors import get_hotel_room
from apps.bookings.services.housekeeping import list_tasks, update_task
from apps.bookings.services.turnover import set_room_status
from apps.bookings.states import RoomStatus
from apps.bookings.turnover_report import turnover_report
from apps.common.api.pagination import page_body
from apps.common.api.views import read_body, read_query
from apps.staff.roles import Permission

LARGEST_BOARD: Final = 500  # a whole house in one answer
SOURCE: Final = "staff_room_endpoint"


class ListRoomsView(StaffView):
    """The hotel's rooms."""

    needs = Permission.VIEW_ROOMS

    @documentation.ROOMS
    def get(self, request: Request, **_: Any) -> Response:
        """Show a page of them, by number."""
        rooms = room_board(self.hotel, **read_query(request, RoomFilterSerializer))

        def show(rows: Any) -> Any:
            return BoardRoomSerializer(rows, many=True).data

        body = page_body(request, rooms, order_by="number", show=show, largest=LARGEST_BOARD)
        return Response(body)


class SetRoomStatusView(StaffView):
    """Another state of a room."""

    needs = Permission.TURN_ROOMS

    @documentation.SET_ROOM_STATUS
    def post(self, request: Request, room_number: str, **_: Any) -> Response:
        """Set it."""
        body = read_body(request, SetRoomStatusSerializer)
        room = set_room_status(
            room=get_hotel_room(self.hotel, room_number),
            status=RoomStatus(body["status"]),
            performed_by=self.staff.actor,
            source=SOURCE,
            note=body["note"],
        )
        return Response(RoomEnvelopeSerializer({"room": room}).data)


class ListTasksView(StaffView):
    """The hotel's housekeeping tasks."""

    needs = Permission.VIEW_ROOMS

    @documentation.TASKS
    def get(self, request: Request, **_: Any) -> Response:
        """Show a page of them, oldest first."""
        tasks = list_tasks(self.hotel, **read_query(request, TaskFilterSerializer))
        context = {"zone": self.hotel.zone}

        def show(rows: Any) -> Any:
            return TaskSerializer(rows, many=True, context=context).data

        return Response(page_body(request, tasks, order_by="created_at", show=show))


class TaskView(StaffView):
    """One housekeeping task."""

    needs = Permission.TURN_ROOMS

    @documentation.UPDATE_TASK
    def patch(self, request: Request, task_id: str, **_: Any) -> Response:
        """Assign it, or move it on."""
        body = read_body(request, UpdateTaskSerializer)
        task = update_task(
            hotel=self.hotel,
            task_id=task_id,
            status=body["status"],
            assignee=body["assignee"],
            performed_by=self.staff.actor,
        )
        context = {"zone": self.hotel.zone}
        return Response(TaskEnvelopeSerializer({"housekeeping_task": task}, context=context).data)


class ListAlertsView(StaffView):
    """What somebody should look at."""

    needs = Permission.VIEW_BOOKINGS

    @documentation.ALERTS
    def get(self, request: Request, **_: Any) -> Response:
        """Show a page of open alerts, newest first."""
        context = {"zone": self.hotel.zone}

        def show(rows: Any) -> Any:
            return AlertSerializer(rows, many=True, context=context).data

        alerts = list_alerts(self.hotel)
        return Response(page_body(request, alerts, order_by="-opened_at", show=show))


class CheckOutAnalyticsView(StaffView):
    """How long rooms take to turn over."""

    needs = Permission.VIEW_REPORTS

    @documentation.ANALYTICS
    def get(self, request: Request, **_: Any) -> Response:
        """Show the report."""
        days = read_query(request, DayRangeSerializer)
        return Response(report_body(turnover_report(self.hotel, **days)))
