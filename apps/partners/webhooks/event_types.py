"""What partners can hear of: the one table from the hotel's log to webhooks' types.

A row of the log that is not named here is the hotel's own affair. Of one that is, the named keys
alone are told: the log also says who on the staff did something.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

TEST_TYPE: Final = "webhook.test"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """A type of webhook, and how its data come from a row of the log.

    ``entity`` is the key that says what it is about: its webhooks are sent in order. ``states`` are
    data that the type itself implies.
    """

    name: str
    entity: str
    keys: tuple[str, ...]
    states: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_about_booking(self) -> bool:
        """Whether the data have the booking's reference besides its id."""
        return "booking_id" in self.keys


_BOOKING: Final = ("booking_id", "room_number")
_ROOM: Final = ("room_number", "old_status", "new_status", "source")
_CODE: Final = ("access_code_id", "booking_id", "status", "kind", "is_front_door")
_SEATS: Final = ("order_number", "event_slug", "status")
_SERVICE: Final = ("order_id", "booking_id", "room_number", "old_status", "new_status")


def _booking(name: str, status: str = "") -> EventType:
    states = {"status": status} if status else {}
    return EventType(name=f"booking.{name}", entity="booking_id", keys=_BOOKING, states=states)


def _code(name: str) -> EventType:
    return EventType(name=f"access_code.{name}", entity="access_code_id", keys=_CODE)


def _seats(name: str) -> EventType:
    return EventType(name=f"seat_order.{name}", entity="order_number", keys=_SEATS)


def _service(name: str) -> EventType:
    return EventType(name=f"room_service_order.{name}", entity="order_id", keys=_SERVICE)


TYPE_OF_NEWS: Final[Mapping[str, EventType]] = {
    "booking-created": _booking("created"),
    "booking-updated": EventType(
        name="booking.updated", entity="booking_id", keys=(*_BOOKING, "changed")
    ),
    "booking-moved": EventType(
        name="booking.updated",
        entity="booking_id",
        keys=_BOOKING,
        states={"changed": ["room_number"]},
    ),
    "booking-cancelled": _booking("cancelled", "CANCELLED"),
    "booking-no-show": _booking("no_show", "NO_SHOW"),
    "booking-checked-in": _booking("checked_in", "CONFIRMED"),
    "booking-checked-out": _booking("checked_out", "COMPLETED"),
    "check-out-undone": _booking("check_out_undone", "CONFIRMED"),
    "room-status-changed": EventType(name="room.status_changed", entity="room_number", keys=_ROOM),
    "access-code-set": _code("set"),
    "access-code-failed": _code("failed"),
    "access-code-removed": _code("removed"),
    "access-code-removal-failed": _code("removal_failed"),
    "seat-order-submitted": _seats("submitted"),
    "seat-order-confirmed": _seats("confirmed"),
    "seat-order-rejected": _seats("rejected"),
    "seat-order-reopened": _seats("reopened"),
    "room-service-order-placed": _service("placed"),
    "room-service-order-changed": _service("changed"),
}
EVENT_TYPES: Final = tuple(dict.fromkeys(found.name for found in TYPE_OF_NEWS.values()))
