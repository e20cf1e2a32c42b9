"""What the bookings room refuses."""

from __future__ import annotations

from apps.common import errors


class BookingNotFound(errors.NotFound):
    code = "BOOKING_NOT_FOUND"
    sentence = "No booking was found under this reference; check it and try again."


class BookingNotConfirmed(errors.Conflict):
    code = "BOOKING_NOT_CONFIRMED"
    sentence = "This booking is not confirmed yet; please contact the hotel."


class RoomNotFound(errors.NotFound):
    code = "ROOM_NOT_FOUND"
    sentence = "The hotel has no such room."


class StayNotFound(errors.NotFound):
    code = "NOT_FOUND"
    sentence = "This stay link is unknown or has ended."
