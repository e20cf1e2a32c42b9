"""What the descriptions of the staff's doors share."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from apps.bookings.errors import GuestInHouse

HOTEL_SLUG: Final = OpenApiParameter(
    name="hotel_slug",
    location=OpenApiParameter.PATH,
    description="A hotel that the login works at, such as `hotel-killarney`.",
)
BOOKING_ID: Final = OpenApiParameter(
    name="booking_id",
    location=OpenApiParameter.PATH,
    description="The hotel's own id of the booking, such as `BK-2026-0001`.",
)
_IN_HOUSE: Final[dict[str, Any]] = {
    "booking_id": "BK-2026-0001",
    "booking_reference": "5735300001",
    "status": "CONFIRMED",
    "check_in_date": "2026-06-12",
    "check_out_date": "2026-06-14",
    "checked_in_at": "2026-06-12T15:20:11+01:00",
    "checked_out_at": None,
    "assigned_room": {
        "id": 1,
        "room_number": 101,
        "room_status": "OCCUPIED",
        "is_occupied": True,
    },
    "allowed_actions": [
        {"action": "CHECK_OUT", "is_allowed": True, "reasons": []},
        {
            "action": "CANCEL",
            "is_allowed": False,
            "reasons": [{"code": GuestInHouse.code, "message": GuestInHouse.sentence}],
        },
    ],
}
IN_HOUSE: Final = OpenApiExample(
    name="In house",
    response_only=True,
    status_codes=["200"],
    value={"booking": _IN_HOUSE},
)
