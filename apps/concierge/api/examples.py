"""Examples for the OpenAPI description."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample

from apps.bookings.api.examples import HOTEL
from apps.common.api.documentation import EXAMPLE_TOKEN

MESSAGE: Final = {
    "id": "0b8c2a52-6f0e-4c55-9a55-0d8f2a6f1c11",
    "sender": "STAFF",
    "sender_name": "Siobhán",
    "body": "Breakfast is served from seven.",
    "sent_at": "2026-06-12T18:20:00+01:00",
    "read_at": None,
    "booking_id": "BK-2026-0001",
    "room_number": 101,
}
ORDER: Final = {
    "id": "31",
    "number": 1,
    "status": "ACCEPTED",
    "lines": [{"name": "Soup of the day", "price": "7.50", "quantity": 2}],
    "total": "15.00",
    "currency": "EUR",
    "note": "No onions, please.",
    "placed_at": "2026-06-12T19:05:00+01:00",
    "booking_id": "BK-2026-0001",
    "room_number": 101,
}


def _code(lock_name: str, *, is_front_door: bool) -> dict[str, Any]:
    return {
        "lock_name": lock_name,
        "is_front_door": is_front_door,
        "code": "4741",
        "kind": "CUSTOM",
        "status": "SET",
        "starts_at": "2026-06-12T15:00:00+01:00",
        "ends_at": "2026-06-14T11:00:00+01:00",
        "verified_at": "2026-06-12T10:02:07+01:00",
        "first_used_at": None,
    }


STAY: Final = OpenApiExample(
    name="A stay",
    response_only=True,
    status_codes=["200"],
    value={
        "stay": {
            "token": EXAMPLE_TOKEN,
            "guest_name": "Mary O'Brien",
            "status": "UPCOMING",
            "pin": "4741",
            "access_codes": [
                _code("Front door", is_front_door=True),
                _code("Room 101", is_front_door=False),
            ],
            "room": {"number": "101"},
            "hotel": HOTEL,
            "check_in_at": "2026-06-12T15:00:00+01:00",
            "check_out_at": "2026-06-14T11:00:00+01:00",
            "car_registration": "191-KY-4711",
            "wifi": {"name": "Killarney Guests", "password": "lakes-and-fells"},
            "house_notes": "Breakfast is from 7 to 10 in the garden room.",
            "room_notes": "The shower's left tap is the warm one.",
            "messages": [MESSAGE],
            "menu": [
                {
                    "id": "7",
                    "name": "Soup of the day",
                    "description": "With brown bread.",
                    "category": "Kitchen",
                    "price": "7.50",
                    "currency": "EUR",
                }
            ],
            "orders": [ORDER],
        }
    },
)
