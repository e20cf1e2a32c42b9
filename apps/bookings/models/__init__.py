"""The rows of the bookings room."""

from apps.bookings.models.arrivals import ExpectedArrival, ToldCodes
from apps.bookings.models.bookings import HOLDER_PREFIX, Booking, Guest, RoomNight, StayToken
from apps.bookings.models.hotels import (
    Hotel,
    Room,
    Verification,
    validate_guest_app_url,
    validate_region,
    validate_zone,
)
from apps.bookings.models.privacy import GuestErasure
from apps.bookings.models.turnover import (
    CheckOut,
    HousekeepingTask,
    Maintenance,
    RemovalRecord,
    RoomStatusChange,
)

__all__ = [
    "HOLDER_PREFIX",
    "Booking",
    "CheckOut",
    "ExpectedArrival",
    "Guest",
    "GuestErasure",
    "Hotel",
    "HousekeepingTask",
    "Maintenance",
    "RemovalRecord",
    "Room",
    "RoomNight",
    "RoomStatusChange",
    "StayToken",
    "ToldCodes",
    "Verification",
    "validate_guest_app_url",
    "validate_region",
    "validate_zone",
]
