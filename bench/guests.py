"""Guests who check in through the public API, as far as step 2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from backend.demo import documents
from backend.demo.client import GuestApp
from backend.demo.stage import expect
from bench.common import EmbeddedHouse, timed

HOTEL: Final = "hotel-killarney"
PHONE: Final = "020 913 0123"

POLL = """
query Poll($token: String!) {
  checkInFlow(token: $token) { step status pinStatus }
}"""


def references(house: EmbeddedHouse, wanted: int) -> Sequence[str]:
    """Return the references of so many bookings that arrive today, made where missing."""
    summary = house.seed(bookings=wanted)
    return [str(booking["booking_reference"]) for booking in summary["arriving"][:wanted]]


def start(app: GuestApp, reference: str) -> str:
    """Find the booking; return the token of its flow."""
    request = {"bookingReference": reference, "hotelSlug": HOTEL, "deviceType": "MOBILE"}
    return str(expect(app.ask(documents.START, input=request), "CheckInFlow")["token"])


def give_details(app: GuestApp, token: str) -> float:
    """Submit step 2; return the seconds until its answer."""
    details: dict[str, Any] = {
        "token": token,
        "fullName": "Maeve O'Sullivan",
        "phoneNumber": PHONE,
        "email": "maeve@example.com",
    }
    answer, seconds = timed(lambda: app.ask(documents.DETAILS, input=details))
    expect(answer, "CheckInFlow")
    return seconds
