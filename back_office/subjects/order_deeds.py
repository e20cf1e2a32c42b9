"""What is done with room-service orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from apps.common.errors import DomainError
from apps.concierge.errors import OrderMoveNotAllowed
from apps.concierge.models import RoomServiceOrder
from apps.concierge.services.orders import set_order_status
from apps.concierge.states import ALLOWED, OrderStatus
from apps.staff.roles import Permission
from back_office.deeds import Ask, Deed


def _moves_to(status: OrderStatus) -> Callable[[Ask], None]:
    def move(ask: Ask) -> None:
        set_order_status(
            hotel=ask.row.booking.hotel,
            order_id=str(ask.row.pk),
            status=status,
            identity=ask.staff,
        )

    return move


def _against(status: OrderStatus) -> Callable[[RoomServiceOrder], Sequence[DomainError]]:
    def ask_state(order: RoomServiceOrder) -> Sequence[DomainError]:
        current = OrderStatus(order.status)
        if status in ALLOWED[current]:
            return ()
        return (OrderMoveNotAllowed(current=current.label, target=status.label),)

    return ask_state


def _deed(status: OrderStatus, name: str, label: str, icon: str, tells: str) -> Deed:
    return Deed(
        name=name,
        label=label,
        icon=icon,
        needs=Permission.SERVE_ORDERS,
        tells=lambda _order: (tells, "The guest's app shows it at once."),
        does=_moves_to(status),
        against=_against(status),
        is_grave=status == OrderStatus.CANCELLED,
    )


ORDER_DEEDS = (
    _deed(OrderStatus.ACCEPTED, "accept", "Accept", "skillet", "The order is being prepared."),
    _deed(OrderStatus.DELIVERED, "deliver", "Delivered", "room_service", "The guest has it."),
    _deed(OrderStatus.CANCELLED, "cancel", "Cancel", "cancel", "The order is not brought."),
)
