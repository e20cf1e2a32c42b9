"""How the check-outs read in the OpenAPI description."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from drf_spectacular.utils import OpenApiExample, extend_schema

from apps.bookings import errors
from apps.bookings.api.checkout_serializers import (
    CHECKED_OUT,
    BulkCheckedOutSerializer,
    BulkCheckOutSerializer,
    CheckOutSerializer,
)
from apps.bookings.api.desk_examples import BOOKING_ID, HOTEL_SLUG
from apps.common.api.documentation import refusals
from apps.common.errors import Forbidden, NotAuthenticated

F = TypeVar("F", bound=Callable[..., Any])

TAGS: Final = ["Desk: check-out"]
STAFF: Final = (NotAuthenticated, Forbidden)


def _check_out(
    *, operation_id: str, summary: str, description: str, is_legacy: bool = False
) -> Callable[[F], F]:
    return extend_schema(
        deprecated=is_legacy,
        operation_id=operation_id,
        tags=TAGS,
        summary=summary,
        description=description,
        parameters=[HOTEL_SLUG, BOOKING_ID],
        request=None,
        responses={
            200: CheckOutSerializer,
            **refusals(*STAFF, errors.BookingNotFound, errors.NotCheckedIn, errors.CheckOutFailed),
        },
        examples=[
            OpenApiExample(
                name="Checked out",
                response_only=True,
                status_codes=["200"],
                value={
                    "message": CHECKED_OUT,
                    "booking": {
                        "booking_id": "BK-2026-0101",
                        "status": "COMPLETED",
                        "checked_out_at": "2026-06-14T10:42:07.120000+01:00",
                        "assigned_room": {"room_number": 101, "room_status": "CHECKOUT_DIRTY"},
                    },
                },
            )
        ],
    )


CHECK_OUT: Final = _check_out(
    operation_id="staff_check_out",
    summary="Check a guest out",
    description=(
        "Ends the stay: the room is to be cleaned, the codes leave the locks. A booking that is "
        "checked out already answers the same. There is no body to send."
    ),
)
LEGACY_CHECK_OUT: Final = _check_out(
    operation_id="staff_check_out_legacy",
    summary="Check a guest out, at the address of older front ends",
    description=(
        "The same check-out as `room-bookings/{booking_id}/check-out/`. Answers say since when the "
        "address is out of use and how long it stays: `Deprecation`, `Sunset`, `Link`."
    ),
    is_legacy=True,
)
BULK_CHECK_OUT: Final = extend_schema(
    operation_id="staff_bulk_check_out",
    tags=TAGS,
    summary="Check many rooms out",
    description=(
        "Checks out the stay of every room; rooms without one are cleared. Each room is done by "
        "itself: one that is refused stops no other. Rooms of other hotels are not touched. "
        "`destructive` also deletes what a check-out keeps of the stay."
    ),
    parameters=[HOTEL_SLUG],
    request=BulkCheckOutSerializer,
    responses={200: BulkCheckedOutSerializer, **refusals(*STAFF, has_body=True)},
    examples=[
        OpenApiExample(
            name="Three rooms",
            request_only=True,
            value={"room_ids": [1, 2, 3], "destructive": False},
        ),
        OpenApiExample(
            name="Two stays and an empty room",
            response_only=True,
            status_codes=["200"],
            value={
                "detail": "Processed 3 room(s) in hotel 'hotel-killarney'",
                "results": {
                    "checked_out_bookings": ["BK-2026-0101", "BK-2026-0102"],
                    "rooms_cleared": [103],
                    "destructive_mode": False,
                },
            },
        ),
    ],
)
