"""Parameters and examples of the doors to webhooks."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

TAGS: Final = ["Partners: webhooks"]
ENDPOINT_ID: Final = OpenApiParameter(
    name="endpoint_id",
    location=OpenApiParameter.PATH,
    description="The endpoint's `id`.",
)
DELIVERY_ID: Final = OpenApiParameter(
    name="delivery_id",
    location=OpenApiParameter.PATH,
    description="The delivery's `id`.",
)
_WANTED: Final[dict[str, Any]] = {
    "url": "https://pms.example.com/hooks/doorstep",
    "event_types": ["booking.checked_in", "booking.checked_out"],
}
_SHOWN: Final[dict[str, Any]] = {
    "id": "0b9f1e6c-6a53-4f0e-9d0c-6f2f3f3b1a77",
    **_WANTED,
    "description": "",
    "hotel_slugs": ["hotel-killarney"],
    "is_enabled": True,
    "disabled_because": None,
    "failing_since": None,
    "previous_secret_until": None,
    "created_at": "2026-11-20T15:04:05Z",
}
EXAMPLE_OF_CREATING: Final = OpenApiExample(
    name="Arrivals and departures", value=_WANTED, request_only=True
)
CREATED: Final = OpenApiExample(
    name="Set up",
    value={**_SHOWN, "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"},
    response_only=True,
    status_codes=["201"],
)
ENDPOINT_SHOWN: Final = OpenApiExample(
    name="An endpoint", value=_SHOWN, response_only=True, status_codes=["200"]
)
EVENT_PAGE: Final = OpenApiExample(
    name="A check-out",
    value={
        "results": [
            {
                "id": "evt_1_4711",
                "type": "booking.checked_out",
                "timestamp": "2026-11-20T10:12:33.120Z",
                "data": {
                    "hotel_slug": "hotel-killarney",
                    "sequence": 4711,
                    "booking_reference": "5735307998",
                    "booking_id": "BK-2026-0101",
                    "room_number": 112,
                    "status": "COMPLETED",
                },
            }
        ],
        "next": None,
        "previous": None,
        "last": "evt_1_4711",
        "is_incomplete": False,
    },
    response_only=True,
    status_codes=["200"],
)
