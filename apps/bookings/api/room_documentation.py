"""How the desk's doors to rooms read in the OpenAPI description."""

from __future__ import annotations

from typing import Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from apps.bookings import errors
from apps.bookings.api import room_examples
from apps.bookings.api.desk_examples import HOTEL_SLUG
from apps.bookings.api.report_serializers import (
    DayRangeSerializer,
    TurnoverReportEnvelopeSerializer,
)
from apps.bookings.api.room_serializers import (
    AlertPageSerializer,
    BoardPageSerializer,
    RoomEnvelopeSerializer,
    RoomFilterSerializer,
    SetRoomStatusSerializer,
    TaskEnvelopeSerializer,
    TaskFilterSerializer,
    TaskPageSerializer,
    UpdateTaskSerializer,
)
from apps.common.api.documentation import refusals
from apps.common.api.pagination import PAGE_PARAMETERS
from apps.common.errors import Forbidden, Invalid, NotAuthenticated

TAGS: Final = ["Desk: rooms"]
STAFF: Final = (NotAuthenticated, Forbidden)
ROOM_NUMBER: Final = OpenApiParameter(
    name="room_number", location=OpenApiParameter.PATH, description="The number on the door."
)
TASK_ID: Final = OpenApiParameter(
    name="task_id", location=OpenApiParameter.PATH, description="The `id` of the task."
)

ROOMS: Final = extend_schema(
    operation_id="staff_rooms_list",
    tags=TAGS,
    summary="List rooms",
    description=(
        "The board: every room with who is in it, what is to be done there and why it is out of "
        "service. `limit` goes up to 500, so that a whole house fits into one answer."
    ),
    parameters=[HOTEL_SLUG, RoomFilterSerializer, *PAGE_PARAMETERS],
    responses={200: BoardPageSerializer, **refusals(*STAFF, Invalid)},
    examples=[room_examples.BOARD],
)
SET_ROOM_STATUS: Final = extend_schema(
    operation_id="staff_set_room_status",
    tags=TAGS,
    summary="Set a room's state",
    description=(
        "Moves a vacant room on: cleaning begun, cleaned, ready, out of service and back. Occupied "
        "rooms change by check-in and check-out alone. Setting what it is already is a success."
    ),
    parameters=[HOTEL_SLUG, ROOM_NUMBER],
    request=SetRoomStatusSerializer,
    responses={
        200: RoomEnvelopeSerializer,
        **refusals(*STAFF, errors.RoomNotFound, errors.InvalidRoomTransition, has_body=True),
    },
    examples=[
        OpenApiExample(
            name="Cleaning has begun",
            request_only=True,
            value={"status": "CLEANING_IN_PROGRESS"},
        ),
        OpenApiExample(
            name="Out of service",
            request_only=True,
            value={"status": "OUT_OF_SERVICE", "note": "The shower leaks."},
        ),
        room_examples.ROOM,
    ],
)
TASKS: Final = extend_schema(
    operation_id="staff_housekeeping_tasks_list",
    tags=TAGS,
    summary="List housekeeping tasks",
    description="Rooms to be made ready, oldest first.",
    parameters=[HOTEL_SLUG, TaskFilterSerializer, *PAGE_PARAMETERS],
    responses={200: TaskPageSerializer, **refusals(*STAFF, Invalid)},
    examples=[room_examples.TASKS],
)
UPDATE_TASK: Final = extend_schema(
    operation_id="staff_housekeeping_task_update",
    tags=TAGS,
    summary="Assign a housekeeping task, or move it on",
    description="The room follows: begun, it is being cleaned; done, it is cleaned.",
    parameters=[HOTEL_SLUG, TASK_ID],
    request=UpdateTaskSerializer,
    responses={
        200: TaskEnvelopeSerializer,
        **refusals(*STAFF, errors.TaskNotFound, errors.TaskClosed, has_body=True),
    },
    examples=[
        OpenApiExample(
            name="Begun by Niamh",
            request_only=True,
            value={"status": "IN_PROGRESS", "assignee": "niamh"},
        ),
        room_examples.TASK,
    ],
)
ALERTS: Final = extend_schema(
    operation_id="staff_alerts_list",
    tags=["Desk: alerts"],
    summary="List what somebody should look at",
    description="Open alerts of the hotel and of its locks, newest first; one that is right again "
    "is gone.",
    parameters=[HOTEL_SLUG, *PAGE_PARAMETERS],
    responses={200: AlertPageSerializer, **refusals(*STAFF, Invalid)},
    examples=[room_examples.ALERTS],
)
ANALYTICS: Final = extend_schema(
    operation_id="staff_check_out_analytics",
    tags=["Desk: reports"],
    summary="See how long rooms take to turn over",
    description=(
        "From vacated over cleaned to ready, step by step and day by day. A turnover belongs to "
        "the day on which the guest left."
    ),
    parameters=[HOTEL_SLUG, DayRangeSerializer],
    responses={200: TurnoverReportEnvelopeSerializer, **refusals(*STAFF, Invalid)},
    examples=[room_examples.TURNOVER],
)
