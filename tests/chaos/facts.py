"""What the database says in the end, as plain values: `reading.py` fills, checks judge them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A row of a hotel's log; ``booking_id`` is empty where it is about none."""

    hotel: str
    number: int
    name: str
    booking_id: str
    message_id: str  # of the webhook that tells of it; empty where none does


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatChart:
    """The seats of an event: their states by their labels, and every version there was."""

    event: str
    version: int
    versions: Sequence[int]
    states: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """What an order has of a seat."""

    seat: str
    order: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order of seats; ``proofs`` tells of each whether its file is there and readable."""

    number: str
    status: str
    proofs: Sequence[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A stay; ``room`` is empty where it has none. ``holder`` is its name among the locks."""

    hotel: str
    booking_id: str
    reference: str
    holder: str
    status: str
    is_arrived: bool
    room: str
    check_out_date: str
    guests: Sequence[str]
    check_outs: int
    undone: int

    @property
    def is_in_house(self) -> bool:
        return self.status == "CONFIRMED" and self.is_arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A right to open doors that has not ended."""

    key: str
    holder: str
    state: str
    pin: str
    locks: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code that is believed to be on a lock, or on its way there or from there."""

    grant: str
    lock: int
    kind: str
    state: str
    digits: str
    is_unrecallable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A guest's way through the four steps."""

    booking_id: str
    status: str
    pin_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A webhook as it stands in the database."""

    message_id: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything at once."""

    last_numbers: Mapping[str, int]
    events: Sequence[Event]
    charts: Sequence[SeatChart]
    allocations: Sequence[Allocation]
    orders: Sequence[Order]
    bookings: Sequence[Booking]
    grants: Sequence[Grant]
    codes: Sequence[Code]
    flows: Sequence[Flow]
    deliveries: Sequence[Delivery]
    inconsistencies: Sequence[str]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Build from the JSON that ``reading.py`` prints."""
        kinds = {
            field.name: [KINDS[field.name](**row) for row in told[field.name]]
            for field in fields(cls)
            if field.name in KINDS
        }
        return cls(**{**told, **kinds})


KINDS: Final[Mapping[str, Any]] = {
    "events": Event,
    "charts": SeatChart,
    "allocations": Allocation,
    "orders": Order,
    "bookings": Booking,
    "grants": Grant,
    "codes": Code,
    "flows": Flow,
    "deliveries": Delivery,
}
