"""How the desk's doors around check-in read in the OpenAPI description."""

from __future__ import annotations

from typing import Final

from drf_spectacular.utils import OpenApiExample, extend_schema

from apps.bookings import errors
from apps.bookings.api.desk_examples import BOOKING_ID, HOTEL_SLUG, IN_HOUSE
from apps.bookings.api.desk_serializers import BookingEnvelopeSerializer
from apps.checkin.api.desk_serializers import (
    BulkCheckedInSerializer,
    BulkCheckInSerializer,
    DeskCheckInSerializer,
    FlowFilterSerializer,
    StaffCheckInFlowPageSerializer,
)
from apps.checkin.api.documentation import flow_example
from apps.checkin.api.funnel import CheckInFunnelEnvelopeSerializer, FunnelFilterSerializer
from apps.checkin.api.serializers import CheckInFlowEnvelopeSerializer
from apps.checkin.errors import FlowNotFound
from apps.common.api.documentation import refusals, shown
from apps.common.api.pagination import PAGE_PARAMETERS
from apps.common.errors import Forbidden, Invalid, NotAuthenticated
from apps.locks.errors import NoFreePin

TAGS: Final = ["Desk: check-in"]
STAFF: Final = (NotAuthenticated, Forbidden)

_FIGURES: Final = {
    "started": 40,
    "reached_details": 36,
    "reached_parking": 34,
    "completed": 31,
    "finished_by_staff": 2,
    "completion_rate": 0.775,
    "pins_asked": 36,
    "pins_failed": 1,
    "failure_rate": 0.0278,
    "median_seconds_to_pin": 2.1,
    "p90_seconds_to_pin": 4.6,
}

FLOWS: Final = extend_schema(
    operation_id="staff_checkin_flows_list",
    tags=TAGS,
    summary="List check-ins",
    description=(
        "The hotel's online check-ins, newest first, with what their guests have entered so far. "
        "One past its time reads EXPIRED."
    ),
    parameters=[HOTEL_SLUG, FlowFilterSerializer, *PAGE_PARAMETERS],
    responses={200: StaffCheckInFlowPageSerializer, **refusals(*STAFF, Invalid)},
    examples=[
        OpenApiExample(
            name="A guest at the second step",
            response_only=True,
            status_codes=["200"],
            value={
                "results": [
                    {
                        "booking_id": "BK-2026-0001",
                        "booking_reference": "5735300001",
                        "room_number": 101,
                        "step": 2,
                        "status": "IN_PROGRESS",
                        "pin_status": "READY",
                        "full_name": "Mary O'Brien",
                        "phone_number": "+442079460123",
                        "email": "mary@example.com",
                        "device_type": "MOBILE",
                        "started_at": "2026-06-12T10:01:30+01:00",
                        "expires_at": "2026-06-12T10:32:00+01:00",
                    }
                ],
                "next": None,
                "previous": None,
            },
        )
    ],
)

CHECK_IN: Final = extend_schema(
    operation_id="staff_check_in",
    tags=TAGS,
    summary="Check a guest in",
    description=(
        "Takes the guest in now, a walk-in as well as one whose online check-in is half done: the "
        "guest's own app then shows the stay. The codes arrive on the locks within seconds. "
        "Asking again answers the same. `guest` says who stays; without it they are known as they "
        "said online, or as on file."
    ),
    parameters=[HOTEL_SLUG, BOOKING_ID],
    request=DeskCheckInSerializer,
    responses={
        200: BookingEnvelopeSerializer,
        **refusals(
            *STAFF,
            errors.BookingNotFound,
            errors.RoomNotFound,
            errors.BookingNotConfirmed,
            errors.CheckInNotOpen,
            errors.StayEnded,
            errors.RoomOccupied,
            errors.RoomNotReady,
            errors.RoomNotAvailable,
            errors.InvalidName,
            errors.InvalidPhone,
            errors.InvalidEmail,
            errors.InvalidCarRegistration,
            NoFreePin,
            has_body=True,
        ),
    },
    examples=[
        OpenApiExample(name="Into the assigned room", request_only=True, value={}),
        OpenApiExample(name="Into another room", request_only=True, value={"room_number": 102}),
        OpenApiExample(
            name="A walk-in",
            request_only=True,
            value={"guest": {"full_name": "Maeve O'Sullivan", "phone_number": "020 913 0123"}},
        ),
        IN_HOUSE,
    ],
)

REISSUE_CODES: Final = extend_schema(
    operation_id="staff_reissue_codes",
    tags=TAGS,
    summary="Give a stay another PIN",
    description="The old PIN leaves the locks, the new one is set. There is no body to send.",
    parameters=[HOTEL_SLUG, BOOKING_ID],
    request=None,
    responses={
        200: BookingEnvelopeSerializer,
        **refusals(
            *STAFF,
            errors.BookingNotFound,
            errors.BookingNotConfirmed,
            errors.StayEnded,
            NoFreePin,
        ),
    },
    examples=[IN_HOUSE],
)

RESEND_LINK: Final = extend_schema(
    operation_id="staff_resend_link",
    tags=TAGS,
    summary="Send the stay link again",
    description=(
        "Sends the guest a link with another key, by e-mail or else as a text message; earlier "
        "links go on working. There is no body to send."
    ),
    parameters=[HOTEL_SLUG, BOOKING_ID],
    request=None,
    responses={
        200: BookingEnvelopeSerializer,
        **refusals(*STAFF, errors.BookingNotFound, errors.BookingNotConfirmed),
    },
    examples=[IN_HOUSE],
)

FUNNEL: Final = extend_schema(
    operation_id="staff_checkin_funnel",
    tags=TAGS,
    summary="Count how far check-ins came",
    description=(
        "The hotel's self check-ins by day and by kind of device, without anybody's name. Days "
        "are those of the hotel's zone, at most 366."
    ),
    parameters=[HOTEL_SLUG, FunnelFilterSerializer],
    responses={200: CheckInFunnelEnvelopeSerializer, **refusals(*STAFF, Invalid)},
    examples=[
        OpenApiExample(
            name="One day",
            response_only=True,
            status_codes=["200"],
            value={
                "funnel": {
                    "since": "2026-06-12",
                    "until": "2026-06-12",
                    "total": _FIGURES,
                    "days": [{"day": "2026-06-12", "figures": _FIGURES}],
                    "devices": [{"device_type": "MOBILE", "figures": _FIGURES}],
                }
            },
        )
    ],
)

RESUME_CHECK_IN: Final = extend_schema(
    operation_id="staff_resume_check_in",
    tags=TAGS,
    summary="Go on with a guest's check-in",
    description=(
        "Answers the booking's check-in under way with a `token` of the desk's own, for the steps "
        "that are left; the guest's app goes on working. There is no body to send."
    ),
    parameters=[HOTEL_SLUG, BOOKING_ID],
    request=None,
    responses={
        200: CheckInFlowEnvelopeSerializer,
        **refusals(*STAFF, errors.BookingNotFound, FlowNotFound),
    },
    examples=[flow_example("At the second step", step=2, pin_status="READY")],
)

BULK_CHECK_IN: Final = extend_schema(
    operation_id="staff_bulk_check_in",
    tags=TAGS,
    summary="Check many guests in",
    description=(
        "Gives every booking its room, where one is named, and takes the guest in. Each is done by "
        "itself and has its own outcome: one that is refused stops no other."
    ),
    parameters=[HOTEL_SLUG],
    request=BulkCheckInSerializer,
    responses={200: BulkCheckedInSerializer, **refusals(*STAFF, has_body=True)},
    examples=[
        OpenApiExample(
            name="Two arrivals",
            request_only=True,
            value={
                "items": [
                    {"booking_id": "BK-2026-0001"},
                    {"booking_id": "BK-2026-0002", "room_number": 102},
                ],
                "dry_run": False,
            },
        ),
        shown(
            "One in house, one refused",
            {
                "items": [
                    {
                        "outcome": "CHECKED_IN",
                        "booking_id": "BK-2026-0001",
                        "room_id": 1,
                        "room_number": 101,
                        "code": None,
                        "message": None,
                    },
                    {
                        "outcome": "REFUSED",
                        "booking_id": "BK-2026-0002",
                        "room_id": None,
                        "room_number": None,
                        "code": errors.RoomOccupied.code,
                        "message": errors.RoomOccupied.sentence,
                    },
                ],
                "dry_run": False,
            },
        ),
    ],
)
