"""What the concierge refuses."""

from __future__ import annotations

from apps.common import errors


class NotInHouse(errors.Conflict):
    code = "NOT_CHECKED_IN"
    sentence = "Room service is for guests in house; check in first."


class OrderNotFound(errors.NotFound):
    code = "ORDER_NOT_FOUND"
    sentence = "The hotel has no such room-service order."


class OrderClosed(errors.Conflict):
    code = "ORDER_CLOSED"

    def __init__(self, *, current: str) -> None:
        super().__init__(f"The order is {current} and changes no more.", field="status")


class OrderMoveNotAllowed(errors.Conflict):
    code = "STEP_OUT_OF_ORDER"

    def __init__(self, *, current: str, target: str) -> None:
        super().__init__(
            f"An order that is {current} can't become one that is {target}.", field="status"
        )


class UnknownItem(errors.Invalid):
    sentence = "Something in the order is not on the menu any more; read the menu again."

    def __init__(self) -> None:
        super().__init__(field="items")


class NoSuchMessage(errors.Invalid):
    sentence = "That is no message of this conversation."
