"""Examples for the OpenAPI description."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample

EXAMPLE_TOKEN: Final = "Jm0w8bqYx4k2n1Rr6tQe3uPz5sVh7cLd9aFgXoKiMyE"  # noqa: S105  # opens nothing
HOTEL: Final = {
    "name": "Hotel Killarney",
    "slug": "hotel-killarney",
    "timezone": "Europe/Dublin",
    "parking_info": "Free parking behind the house.",
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
        }
    },
)
