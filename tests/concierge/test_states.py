"""Every move of an order, allowed and refused."""

from __future__ import annotations

from itertools import product

import pytest

from apps.concierge.errors import OrderClosed, OrderMoveNotAllowed
from apps.concierge.models import RoomServiceOrder
from apps.concierge.states import ALLOWED, OrderStatus, Side

MOVES = list(product(OrderStatus, repeat=2))
OPEN = {
    ("PLACED", "ACCEPTED"),
    ("PLACED", "CANCELLED"),
    ("ACCEPTED", "DELIVERED"),
    ("ACCEPTED", "CANCELLED"),
}


@pytest.mark.parametrize(("current", "target"), MOVES)
def test_an_order_moves_only_along_the_table(current: OrderStatus, target: OrderStatus) -> None:
    order = RoomServiceOrder(status=current)
    if (current, target) in OPEN:
        order.move_to(target)
        assert order.status == target
        return
    refusal = OrderMoveNotAllowed if ALLOWED[current] else OrderClosed
    with pytest.raises(refusal):
        order.move_to(target)
    assert order.status == current


def test_the_two_sides_talk_to_each_other() -> None:
    assert [side.other for side in (Side.GUEST, Side.STAFF)] == [Side.STAFF, Side.GUEST]
