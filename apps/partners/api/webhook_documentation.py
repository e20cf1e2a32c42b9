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
_SECRET: Final = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDl8j2d0BKsTo="  # noqa: S105  # invented
_DELIVERY: Final[dict[str, Any]] = {
    "id": 815,
    "endpoint_id": _SHOWN["id"],
    "message_id": "evt_1_4711",
    "type": "booking.checked_out",
    "state": "PENDING",
    "tries": 1,
    "next_try_at": "2026-11-20T10:12:39Z",
    "created_at": "2026-11-20T10:12:33Z",
    "ended_at": None,
}
_TEST: Final[dict[str, Any]] = {
    **_DELIVERY,
    "message_id": "evt_test_5f1c7b3f6f0d4f8e9a3c2b1d0e9f8a7b",
    "type": "webhook.test",
    "tries": 0,
}


def _sent(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name=name, value=value, request_only=True)


def _answered(name: str, value: Any, status: int = 200) -> OpenApiExample:
    return OpenApiExample(name=name, value=value, response_only=True, status_codes=[str(status)])


def _page(*results: Any) -> dict[str, Any]:
    return {"results": list(results), "next": None, "previous": None}


WANTED: Final = _sent("Arrivals and departures", _WANTED)
REPLACED: Final = _sent(
    "Arrivals and departures", {**_WANTED, "description": "", "is_enabled": True}
)
SWITCHED: Final = _sent("Switch it on again", {"is_enabled": True})
CREATED: Final = _answered("Set up", {**_SHOWN, "secret": _SECRET}, 201)
ENDPOINT: Final = _answered("An endpoint", _SHOWN)
ENDPOINTS: Final = _answered("One endpoint", _page(_SHOWN))
ROTATED: Final = _answered(
    "Another secret",
    {**_SHOWN, "previous_secret_until": "2026-11-21T15:04:05Z", "secret": _SECRET},
)
TEST: Final = _answered("A test", _TEST, 202)
RANGE: Final = _sent(
    "A morning", {"since": "2026-11-20T06:00:00Z", "until": "2026-11-20T12:00:00Z"}
)
COUNT: Final = _answered("Some", {"count": 12}, 202)
DELIVERIES: Final = _answered("One delivery", _page(_DELIVERY))
DELIVERY: Final = _answered(
    "Refused once",
    {
        **_DELIVERY,
        "body": (
            '{"type":"booking.checked_out","timestamp":"2026-11-20T10:12:33.120Z","data":'
            '{"hotel_slug":"hotel-killarney","sequence":4711,"booking_reference":"5735307998",'
            '"booking_id":"BK-2026-0101","room_number":112,"status":"COMPLETED"}}'
        ),
        "attempts": [
            {
                "tried_at": "2026-11-20T10:12:34Z",
                "milliseconds": 84,
                "problem": "REFUSED",
                "status": 503,
                "response": "We are being updated.",
            }
        ],
    },
)
OWED_AGAIN: Final = _answered("Sent again", {**_DELIVERY, "tries": 0}, 202)
EVENTS: Final = _answered(
    "A check-out",
    {
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
)
