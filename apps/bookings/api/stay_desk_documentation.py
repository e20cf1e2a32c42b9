"""How the desk's doors to bookings read in the OpenAPI description."""

from __future__ import annotations

from typing import Final

from drf_spectacular.utils import OpenApiExample, extend_schema

from apps.bookings import errors
from apps.bookings.api import desk_examples
from apps.bookings.api.desk_examples import BOOKING_ID, HOTEL_SLUG, IN_HOUSE
from apps.bookings.api.desk_serializers import BookingEnvelopeSerializer
from apps.bookings.api.stay_desk_serializers import (
    BookingFilterSerializer,
    BookingPageSerializer,
    ChangeStaySerializer,
    DeskBookingEnvelopeSerializer,
    MoveSerializer,
    UndoCheckOutSerializer,
)
from apps.common.api.documentation import refusals
from apps.common.api.pagination import PAGE_PARAMETERS
from apps.common.errors import Forbidden, Invalid, NotAuthenticated
from apps.locks.errors import NoFreePin

TAGS: Final = ["Desk: bookings"]
STAFF: Final = (NotAuthenticated, Forbidden)

BOOKINGS: Final = extend_schema(
    operation_id="staff_room_bookings_list",
    tags=TAGS,
    summary="List bookings",
    description="The hotel's bookings, by arrival. Filters narrow together.",
    parameters=[HOTEL_SLUG, BookingFilterSerializer, *PAGE_PARAMETERS],
    responses={200: BookingPageSerializer, **refusals(*STAFF, Invalid)},
    examples=[desk_examples.BOOKINGS],
)
BOOKING: Final = extend_schema(
    operation_id="staff_room_booking_retrieve",
    tags=TAGS,
    summary="Read a booking",
    description=(
        "All that a front desk's screen shows: the people, where each code stands (digits are the "
        "guest's alone), and what may be done now with the reasons against the rest."
    ),
    parameters=[HOTEL_SLUG, BOOKING_ID],
    responses={200: DeskBookingEnvelopeSerializer, **refusals(*STAFF, errors.BookingNotFound)},
    examples=[desk_examples.BOOKING],
)
UNDO_CHECK_OUT: Final = extend_schema(
    operation_id="staff_undo_check_out",
    tags=TAGS,
    summary="Take a check-out back",
    description=(
        "Within the hotel's own window: the booking, its room and its codes come back. Refused "
        "where the room has been given away."
    ),
    parameters=[HOTEL_SLUG, BOOKING_ID],
    request=UndoCheckOutSerializer,
    responses={
        200: BookingEnvelopeSerializer,
        **refusals(*STAFF, errors.BookingNotFound, errors.UndoNotAllowed, has_body=True),
    },
    examples=[
        OpenApiExample(
            name="A mistake", request_only=True, value={"reason": "It was the room beside."}
        ),
        IN_HOUSE,
    ],
)
MOVE: Final = extend_schema(
    operation_id="staff_move_booking",
    tags=TAGS,
    summary="Give a booking another room",
    description=(
        "Before or during the stay. The codes move too: first onto the new doors, then off the old "
        "ones, with the same PIN where it is free there."
    ),
    parameters=[HOTEL_SLUG, BOOKING_ID],
    request=MoveSerializer,
    responses={
        200: BookingEnvelopeSerializer,
        **refusals(
            *STAFF,
            errors.BookingNotFound,
            errors.RoomNotFound,
            errors.BookingNotConfirmed,
            errors.RoomOccupied,
            errors.RoomNotReady,
            errors.RoomNotAvailable,
            NoFreePin,
            has_body=True,
        ),
    },
    examples=[
        OpenApiExample(name="To room 102", request_only=True, value={"room_number": 102}),
        IN_HOUSE,
    ],
)
CHANGE_STAY: Final = extend_schema(
    operation_id="staff_change_stay",
    tags=TAGS,
    summary="Change a stay's dates or hours",
    description="Extend, shorten, early check-in, late check-out: the same PIN in a new window.",
    parameters=[HOTEL_SLUG, BOOKING_ID],
    request=ChangeStaySerializer,
    responses={
        200: BookingEnvelopeSerializer,
        **refusals(
            *STAFF,
            errors.InvalidDates,
            errors.BookingNotFound,
            errors.BookingNotConfirmed,
            errors.RoomNotAvailable,
            has_body=True,
        ),
    },
    examples=[
        OpenApiExample(
            name="A day longer, until two",
            request_only=True,
            value={"check_out_date": "2026-06-15", "late_check_out_time": "14:00"},
        ),
        IN_HOUSE,
    ],
)
