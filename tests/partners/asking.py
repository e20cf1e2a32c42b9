"""Calls that the tests of the partners' doors make, and what they read from the answers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from apps.bookings.models import Hotel
from apps.bookings.stay_window import hotel_today
from apps.common.events import events_after

ROOT = "/api/partner/v1/"
RESERVATIONS = f"{ROOT}reservations/"


def day(hotel: Hotel, after: int = 0) -> date:
    """The hotel's day, so many days from today."""
    return hotel_today(hotel.zone, timezone.now()) + timedelta(days=after)


def body_of(hotel: Hotel, **said: Any) -> dict[str, Any]:
    """A reservation for two nights from tomorrow."""
    dates = {
        "check_in_date": day(hotel, 1).isoformat(),
        "check_out_date": day(hotel, 3).isoformat(),
    }
    return {**dates, **said}


def one(reference: str, action: str = "") -> str:
    """The address of a reservation, or of something that is done with it."""
    return f"{RESERVATIONS}{reference}/{action}{'/' if action else ''}"


def put(client: APIClient, reference: str, body: Any, **headers: str) -> Any:
    return client.put(one(reference), body, format="json", headers=headers)


def patch(client: APIClient, reference: str, body: Any, **headers: str) -> Any:
    return client.patch(one(reference), body, format="json", headers=headers)


def post(client: APIClient, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(path, body or {}, format="json", headers=headers)


def refusal(answer: Any) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return answer.status_code, answer.json()["error"]["code"]


def events_of(hotel: Hotel) -> list[str]:
    """The names of what happened at the hotel, oldest first."""
    return [event.name for event in events_after(hotel.event_stream, 0)]
