"""What everybody who takes part in a run knows: the houses, where to ask, and when it is over."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Self

from tests.chaos.callers import Caller
from tests.chaos.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A hotel of the run. ``in_house`` and ``submitted`` hand work on to its desk."""

    slug: str
    token: str
    arrivals: Sequence[tuple[str, str]]  # booking id and reference
    spare_rooms: list[str]
    event: str
    map_version: int
    seats: Sequence[str]
    in_house: SimpleQueue[str] = field(default_factory=SimpleQueue)
    submitted: SimpleQueue[str] = field(default_factory=SimpleQueue)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Build from what ``house.py`` prints."""
        return cls(
            slug=told["slug"],
            token=told["token"],
            arrivals=[(booking_id, reference) for booking_id, reference in told["arrivals"]],
            spare_rooms=list(told["spare_rooms"]),
            event=told["event"],
            map_version=told["map_version"],
            seats=told["seats"],
        )

    def name_of(self, booking_id: str) -> str:
        """Return how a booking is named in promises and facts."""
        return f"{self.slug}/{booking_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One run. ``closing`` is set when nobody begins anything new."""

    houses: Sequence[House]
    partner_key: str
    http_addresses: Sequence[str]
    ws_address: str
    seed: str
    ledger: Ledger = field(default_factory=Ledger)
    closing: threading.Event = field(default_factory=threading.Event)

    def guest(self) -> Caller:
        """Return a caller without a login."""
        return Caller(self.http_addresses, self.ledger)

    def staff(self, house: House) -> Caller:
        """Return a caller with the login of the hotel's desk."""
        return Caller(self.http_addresses, self.ledger, f"Bearer {house.token}")

    def partner(self) -> Caller:
        """Return a caller with the partner's key."""
        return Caller(self.http_addresses, self.ledger, f"Api-Key {self.partner_key}")
