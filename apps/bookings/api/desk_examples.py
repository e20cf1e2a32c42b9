"""What the descriptions of the staff's doors share."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter

from apps.bookings.errors import GuestInHouse
from apps.common.api.documentation import page_shown, shown

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
    "guest_name": "Mary O'Brien",
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
IN_HOUSE: Final = shown("In house", {"booking": _IN_HOUSE})
BOOKINGS: Final = page_shown(_IN_HOUSE)
BOOKING: Final = shown(
    "In house",
    {
        "booking": {
            **_IN_HOUSE,
            "contact_name": "Mary O'Brien",
            "contact_phone": "+442079460123",
            "contact_email": "mary@example.com",
            "language": "en",
            "early_check_in_time": None,
            "late_check_out_time": "13:00:00",
            "check_in_at": "2026-06-12T15:00:00+01:00",
            "check_out_at": "2026-06-14T13:00:00+01:00",
            "guests": [
                {
                    "full_name": "Mary O'Brien",
                    "phone_number": "+442079460123",
                    "email": "mary@example.com",
                    "car_registration": "191-KY-4711",
                    "is_primary": True,
                }
            ],
            "access_codes": [
                {
                    "lock_name": "Room 101",
                    "is_front_door": False,
                    "kind": "CUSTOM",
                    "status": "SET",
                    "starts_at": "2026-06-12T15:00:00+01:00",
                    "ends_at": "2026-06-14T13:00:00+01:00",
                    "verified_at": "2026-06-12T10:02:07+01:00",
                    "first_used_at": "2026-06-12T15:24:40+01:00",
                }
            ],
        }
    },
)
