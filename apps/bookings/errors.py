"""What the bookings room refuses."""

from __future__ import annotations

from apps.common import errors


class BookingNotFound(errors.NotFound):
    code = "BOOKING_NOT_FOUND"
    sentence = "No booking was found under this reference; check it and try again."


class CodesMissing(errors.Conflict):
    code = "NOT_FOUND"
    sentence = "The stay has no codes on any door now."


class BookingNotConfirmed(errors.Conflict):
    code = "BOOKING_NOT_CONFIRMED"
    sentence = "This booking is not confirmed yet; please contact the hotel."


class BookingExists(errors.Conflict):
    code = "BOOKING_EXISTS"
    sentence = "The hotel has a booking of that reference already; change that one."

    def __init__(self) -> None:
        super().__init__(field="booking_reference")


class RoomNeeded(errors.Conflict):
    code = "ROOM_OCCUPIED"
    sentence = "The guest is in house; give them another room instead of none."

    def __init__(self) -> None:
        super().__init__(field="room_number")


class GuestInHouse(errors.Conflict):
    code = "BOOKING_NOT_CONFIRMED"
    sentence = "The guest is in house; check them out instead."


class PinIssuesSpent(errors.Conflict):
    code = "PIN_FAILED"
    sentence = "Too many PINs were issued for this booking today; please contact the hotel."


class TaskNotFound(errors.NotFound):
    sentence = "The hotel has no such housekeeping task."


class TaskClosed(errors.Conflict):
    code = "INVALID_ROOM_TRANSITION"
    sentence = "This task has ended; set the state of its room instead."


class MaintenanceNotFound(errors.NotFound):
    sentence = "The hotel has no such maintenance."


class RoomNotFound(errors.NotFound):
    code = "ROOM_NOT_FOUND"
    sentence = "The hotel has no such room."


class DoorNotFound(errors.NotFound):
    code = "NOT_FOUND"
    sentence = "The stay has no door of that name."


class InvalidDates(errors.Invalid):
    sentence = "These dates can't be used."


class NotCheckedIn(errors.Conflict):
    code = "NOT_CHECKED_IN"
    sentence = "The guest of this booking is not in house."


class CheckOutFailed(errors.Conflict):
    code = "CHECKOUT_FAILED"
    sentence = "The booking has no assigned room to check out of."


class UndoNotAllowed(errors.Conflict):
    code = "UNDO_NOT_ALLOWED"

    def __init__(self, why: str) -> None:
        super().__init__(why)


class InvalidRoomTransition(errors.Conflict):
    code = "INVALID_ROOM_TRANSITION"

    def __init__(self, current: str, target: str) -> None:
        super().__init__(f"A room that is {current} can't be set to {target}.")


class RoomNotReady(errors.Conflict):
    code = "ROOM_NOT_READY"
    sentence = "The room is not ready for a guest yet."


class RoomOccupied(errors.Conflict):
    code = "ROOM_OCCUPIED"
    sentence = "Somebody is in that room; check them out first or choose another room."


class RoomNotAvailable(errors.Conflict):
    code = "ROOM_NOT_AVAILABLE"
    sentence = "The room is not free for the whole stay; choose another one."


class RoomMissing(errors.Conflict):
    code = "ROOM_NOT_AVAILABLE"
    sentence = "The booking has no room yet; assign one first."


class CheckInNotOpen(errors.Conflict):
    code = "CHECK_IN_NOT_OPEN"
    sentence = "Check-in has not opened yet for this booking."


class StayEnded(errors.Conflict):
    code = "STAY_ENDED"
    sentence = "This stay has ended; please contact the hotel if something is missing."


class StayNotFound(errors.NotFound):
    code = "NOT_FOUND"
    sentence = "This stay link is unknown or has ended."


class InvalidName(errors.Invalid):
    code = "INVALID_NAME"

    def __init__(self) -> None:
        super().__init__("Enter your full name, up to 200 characters.", field="full_name")


class InvalidPhone(errors.Invalid):
    code = "INVALID_PHONE"

    def __init__(self) -> None:
        super().__init__(
            "Enter a phone number that exists, with its country code if it is from abroad.",
            field="phone_number",
        )


class InvalidEmail(errors.Invalid):
    code = "INVALID_EMAIL"

    def __init__(self) -> None:
        super().__init__("Enter an e-mail address such as name@example.com.", field="email")


class InvalidCarRegistration(errors.Invalid):
    code = "INVALID_CAR_REGISTRATION"

    def __init__(self) -> None:
        super().__init__(
            "Enter the registration: 2 to 12 letters and digits, spaces and dashes allowed.",
            field="car_registration",
        )


class ErasureNotAllowed(errors.Conflict):
    code = "ERASURE_NOT_ALLOWED"
    sentence = "The stay is not over and closed yet; its guest can't be forgotten now."
