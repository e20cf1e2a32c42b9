"""Examples of rooms, their cleaning and repair, and of reports, for the OpenAPI description."""

from __future__ import annotations

from typing import Any, Final

from apps.common.api.documentation import page_shown, sent, shown

_ROOM: Final = {
    "id": 1,
    "room_number": 101,
    "room_status": "CLEANING_IN_PROGRESS",
    "is_occupied": False,
}
_TASK: Final = {
    "id": 12,
    "room_number": 101,
    "room_status": "CLEANING_IN_PROGRESS",
    "status": "IN_PROGRESS",
    "assignee": "niamh",
    "created_at": "2026-06-14T10:42:07+01:00",
    "started_at": "2026-06-14T11:05:00+01:00",
    "finished_at": None,
}
_MAINTENANCE: Final = {
    "id": 5,
    "room_number": 204,
    "reason": "New windows",
    "starts_on": "2026-07-06",
    "ends_on": "2026-07-08",
    "return_status": "CHECKOUT_DIRTY",
    "started_at": None,
    "ended_at": None,
}

BOARD: Final = page_shown(
    {
        **_ROOM,
        "stay": None,
        "housekeeping_task": {name: _TASK[name] for name in ("id", "status", "assignee")},
        "maintenance": None,
    }
)
ROOM: Final = shown("Being cleaned", {"room": _ROOM})
TASKS: Final = page_shown(_TASK)
TASK: Final = shown("Begun", {"housekeeping_task": _TASK})
ALERTS: Final = page_shown(
    {
        "id": 7,
        "kind": "arrival_room_not_ready",
        "subject": "BK-2026-0001",
        "message": "The guest of BK-2026-0001 checked in online and waits.",
        "opened_at": "2026-06-12T15:01:00+01:00",
    }
)
MAINTENANCES: Final = page_shown(_MAINTENANCE)
PLAN: Final = sent(
    "New windows",
    room_number="204",
    starts_on="2026-07-06",
    ends_on="2026-07-08",
    reason="New windows",
)
PLANNED: Final = shown("Planned", {"maintenance": _MAINTENANCE}, status=201)
ENDED: Final = shown(
    "Ended",
    {
        "maintenance": {
            **_MAINTENANCE,
            "started_at": "2026-07-06T09:00:00+01:00",
            "ended_at": "2026-07-07T16:30:00+01:00",
        }
    },
)


def _took(median: float, p90: float) -> dict[str, Any]:
    return {"count": 4, "median_seconds": median, "p90_seconds": p90}


_FIGURES: Final = {
    "vacated": 5,
    "ready": 4,
    "waiting": _took(1380.0, 4100.0),
    "cleaning": _took(1800.0, 2520.0),
    "inspection": _took(600.0, 1500.0),
    "turnover": _took(4020.0, 7260.0),
}
TURNOVER: Final = shown(
    "One day",
    {
        "analytics": {
            "since": "2026-06-14",
            "until": "2026-06-14",
            "total": _FIGURES,
            "days": [{"day": "2026-06-14", "figures": _FIGURES}],
        }
    },
)
