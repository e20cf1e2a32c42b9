"""Examples for the OpenAPI description."""

from __future__ import annotations

from typing import Any, Final

from apps.common.api.documentation import EXAMPLE_TOKEN, page_shown, sent, shown

SLUG: Final = "gala-night"
LABELS: Final = ["A-1", "A-2"]
HOLDER: Final = {
    "holder_name": "Nora Quinn",
    "holder_email": "nora@example.com",
    "holder_phone": "+353209130042",
}
EVENT: Final = {
    "slug": SLUG,
    "name": "Gala Night",
    "venue": "The Ballroom",
    "starts_at": "2026-07-04T20:00:00+01:00",
    "sales_open_at": None,
    "sales_close_at": "2026-07-04T18:00:00+01:00",
    "currency": "EUR",
    "hold_policy": "OPEN",
    "most_seats_per_order": 10,
    "refuses_single_gaps": False,
}


def _place(number: int) -> dict[str, Any]:
    return {
        "label": f"A-{number}",
        "section": "Stalls",
        "row": "A",
        "number": number,
        "category": "Front",
        "price": "45.00",
    }


def _charted(number: int) -> dict[str, Any]:
    drawn = {"x": float(number), "y": 1.0, "is_accessible": False, "is_companion": False}
    return {"id": str(4000 + number), **_place(number), **drawn}


def _seat(number: int, status: str) -> dict[str, Any]:
    return {**_charted(number), "status": status}


_ORDER: Final = {
    "order_number": "4K7Q-X2M9",
    "status": "PENDING",
    "version": 1,
    "seats": [_place(1), _place(2)],
    "total": "90.00",
    "currency": "EUR",
    "expires_at": "2026-06-12T18:50:00+01:00",
}
OWN_ORDER: Final = {
    **_ORDER,
    "token": EXAMPLE_TOKEN,
    "event_slug": SLUG,
    "is_gap_waived": False,
    **HOLDER,
    "rejection_reason": None,
}
STAFF_ORDER: Final = {
    **_ORDER,
    "status": "AWAITING_REVIEW",
    "version": 2,
    "mark": None,
    "received_amount": None,
    **HOLDER,
    "created_at": "2026-06-12T18:20:00+01:00",
    "submitted_at": "2026-06-12T18:31:12+01:00",
    "review_due_at": "2026-06-13T18:31:12+01:00",
    "reviewed_by": "",
    "rejection_reason": "",
    "proofs": [
        {
            "id": "91",
            "media_type": "image/jpeg",
            "size_bytes": 183204,
            "submitted_at": "2026-06-12T18:31:12+01:00",
            "is_reused": False,
            "verdict": "PENDING",
            "view_url": "/api/seating/proofs/OTE:1wXyZa:signature/",
        }
    ],
}
_ENTRY: Final = {
    "token": EXAMPLE_TOKEN,
    "event_slug": SLUG,
    "status": "WAITING",
    "quantity": 2,
    "category": None,
    "offer": None,
}
_OFFER: Final = {"order_token": EXAMPLE_TOKEN, "expires_at": "2026-06-12T19:20:00+01:00"}

CHOICE: Final = [
    sent("Two seats", labels=LABELS, **HOLDER),
    sent("Two seats, the name later", labels=LABELS),
]
BEST_CHOICE: Final = [sent("Two in front", quantity=2, category="Front", **HOLDER)]
REPLACEMENT: Final = sent("Other seats for an order", labels=LABELS, order_token=EXAMPLE_TOKEN)
MADE: Final = shown("An order", {"order": OWN_ORDER}, status=201)
CHANGED: Final = shown("An order", {"order": {**OWN_ORDER, "version": 2}})
RELEASED: Final = shown("Given up", {"order": {**OWN_ORDER, "status": "RELEASED", "version": 2}})
BOOKED: Final = shown("Booked", {"order": {**OWN_ORDER, "status": "AWAITING_REVIEW", "version": 2}})
MAP: Final = shown(
    "Two seats",
    {"event": EVENT, "version": 318, "seats": [_seat(1, "BOOKED"), _seat(2, "AVAILABLE")]},
)
CHART: Final = shown(
    "Two seats",
    {
        "event_slug": SLUG,
        "chart_version": 3,
        "currency": "EUR",
        "seats": [_charted(1), _charted(2)],
    },
)
AVAILABILITY: Final = shown(
    "Two seats that are gone",
    {
        "event_slug": SLUG,
        "version": 318,
        "chart_version": 3,
        "seats": {"A-1": "BOOKED", "B-7": "BLOCKED"},
    },
)
SUGGESTION: Final = shown(
    "Two together",
    {"seats": [_seat(1, "AVAILABLE"), _seat(2, "AVAILABLE")], "is_gap_waived": False},
)
WAITING_WISH: Final = sent("Two seats", quantity=2, **HOLDER)
WAITING: Final = shown("Waiting", {"entry": _ENTRY}, status=201)
OFFERED: Final = shown(
    "Seats are held", {"entry": {**_ENTRY, "status": "OFFERED", "offer": _OFFER}}
)

# -- the desk ------------------------------------------------------------------------------------

QUEUE: Final = page_shown(STAFF_ORDER)
DECISIONS: Final = [
    sent("The money is there", approve=True, expected_version=2),
    sent("Not a payment", approve=False, reason="The picture shows no sum.", expected_version=2),
]
REVIEWED: Final = shown(
    "Confirmed",
    {
        "order": {
            **STAFF_ORDER,
            "status": "CONFIRMED",
            "version": 3,
            "review_due_at": None,
            "reviewed_by": "niamh",
        }
    },
)
RECEIVED: Final = sent("Less than is due", received_amount="45.00", expected_version=2)
NOTED: Final = shown(
    "Less came in",
    {"order": {**STAFF_ORDER, "version": 3, "received_amount": "45.00", "mark": "UNDERPAID"}},
)
REOPENING: Final = sent("As it was seen", expected_version=3)
REOPENED: Final = shown(
    "Open again",
    {"order": {**STAFF_ORDER, "status": "PENDING", "version": 4, "review_due_at": None}},
)
BLOCKING: Final = sent("For the band", labels=LABELS, reason="The band stands there.")
UNBLOCKING: Final = sent("Two seats", labels=LABELS)
BLOCKED: Final = shown("Done", {"labels": LABELS, "version": 319})
IMPORTED: Final = shown(
    "A row more",
    {
        "added": 20,
        "changed": 0,
        "removed": 0,
        "is_dry_run": False,
        "version": 320,
        "chart_version": 4,
    },
)
