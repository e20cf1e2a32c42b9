"""What the seating room refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.common import errors


class EventNotFound(errors.NotFound):
    code = "EVENT_NOT_FOUND"
    sentence = "There is no such event."


class EventClosed(errors.Conflict):
    code = "EVENT_CLOSED"
    sentence = "Seats for this event are not on sale now."


class SeatNotFound(errors.NotFound):
    code = "SEAT_NOT_FOUND"

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(f"The event has no seat {_listed(labels)}.", field="labels")


class TooManySeats(errors.Invalid):
    code = "TOO_MANY_SEATS"

    def __init__(self, most: int, *, field: str = "labels") -> None:
        super().__init__(f"An order has at most {most} seats.", field=field)


class NoSeatsNamed(errors.Invalid):
    sentence = "Name at least one seat, and each one once."

    def __init__(self) -> None:
        super().__init__(field="labels")


class SeatsTaken(errors.Conflict):
    """Some seats can't be had any more; the order, if there is one, stays as it was."""

    code = "SEATS_TAKEN"

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = list(labels)
        verb = "is" if len(self.labels) == 1 else "are"
        super().__init__(f"{_listed(self.labels)} {verb} taken; choose others.")

    @property
    def rest_fields(self) -> Mapping[str, Any]:
        """What REST shows beside the sentence."""
        return {"labels": self.labels}


class NoneTogether(SeatsTaken):
    """So many seats are not to be had side by side."""

    def __init__(self) -> None:
        super().__init__([])
        self.message = "So many seats are not together any more; take fewer, or choose them."


class LeavesSingleSeats(errors.Invalid):
    """A choice that nobody else could use the rest of, while there are better ones."""

    sentence = "The choice leaves a seat alone; choose seats that do not."

    def __init__(self, labels: Sequence[str]) -> None:
        verb = "stays" if len(labels) == 1 else "stay"
        super().__init__(f"{_listed(labels)} {verb} alone; choose otherwise.", field="labels")


class CompanionAlone(errors.Invalid):
    sentence = "A companion's place goes only with the wheelchair's place beside it."

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(
            f"{_listed(labels)}: a companion's place goes only with the wheelchair's place "
            "beside it.",
            field="labels",
        )


class SeatsInUse(errors.Conflict):
    """A map without seats that somebody holds or has booked."""

    code = "SEATS_TAKEN"
    sentence = "Seats that are held or booked can't be taken off the map."

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = list(labels)
        super().__init__(
            f"{_listed(self.labels)}: held or booked seats can't be taken off the map."
        )

    @property
    def rest_fields(self) -> Mapping[str, Any]:
        """What REST shows beside the sentence."""
        return {"labels": self.labels}


class MapUnusable(errors.Invalid):
    """A file that draws no map; the lines say why, each with its number."""

    sentence = "The seat map can't be used; see the lines."

    def __init__(self, lines: Sequence[tuple[int, str]]) -> None:
        self.lines = [{"line": line, "message": message} for line, message in lines]
        first = self.lines[0]
        super().__init__(f"The seat map can't be used: line {first['line']}: {first['message']}")

    @property
    def rest_fields(self) -> Mapping[str, Any]:
        """What REST shows beside the sentence."""
        return {"lines": self.lines}


class MapTooLarge(errors.TooLarge):
    code = "FILE_TOO_LARGE"


class OrderNotFound(errors.NotFound):
    code = "ORDER_NOT_FOUND"
    sentence = "There is no such order."


class OrderExpired(errors.Conflict):
    code = "ORDER_EXPIRED"
    sentence = "The order's time is over and its seats are free again; choose anew."


class OrderClosed(errors.Conflict):
    code = "ORDER_CLOSED"

    def __init__(self, *, current: str) -> None:
        super().__init__(f"The order is {current} and can't be changed this way.")


class NoProofYet(errors.Conflict):
    code = "STEP_OUT_OF_ORDER"
    sentence = "The order has no payment proof to review yet."


class StaleVersion(errors.Conflict):
    code = "STALE_VERSION"
    sentence = "The order has changed since you saw it; look again."


class HolderMissing(errors.Invalid):
    sentence = "Say who the seats are for: a name, and an e-mail address or a phone number."


class ReasonMissing(errors.Invalid):
    sentence = "Give the reason for the rejection; the holder reads it."

    def __init__(self) -> None:
        super().__init__(field="reason")


class InvalidFile(errors.Invalid):
    code = "INVALID_FILE"

    def __init__(
        self, message: str = "Send a picture (JPEG, PNG, WebP) or a PDF of the payment."
    ) -> None:
        super().__init__(message, field="file")


class FileTooLarge(errors.TooLarge):
    code = "FILE_TOO_LARGE"

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"The file may have at most {most_bytes:,} bytes.", field="file")


MOST_LISTED = 20
LONGEST_LISTED = 40


def _listed(labels: Sequence[str]) -> str:
    shown = ", ".join(label[:LONGEST_LISTED] for label in labels[:MOST_LISTED])
    more = len(labels) - MOST_LISTED
    return f"{shown} and {more} more" if more > 0 else shown
