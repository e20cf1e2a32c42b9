"""An order moves as the table says, and in no other way."""

from __future__ import annotations

from itertools import product

import pytest

from apps.seating.states import ALLOWED, OrderStatus, can_move

MOVES = {
    ("PENDING", "AWAITING_REVIEW"),
    ("PENDING", "RELEASED"),
    ("PENDING", "EXPIRED"),
    ("AWAITING_REVIEW", "CONFIRMED"),
    ("AWAITING_REVIEW", "REJECTED"),
    ("EXPIRED", "PENDING"),
}


def test_every_state_is_in_the_table() -> None:
    assert set(ALLOWED) == set(OrderStatus)


@pytest.mark.parametrize(("current", "target"), list(product(OrderStatus, repeat=2)))
def test_moves(current: OrderStatus, target: OrderStatus) -> None:
    assert can_move(current, target) is ((current.value, target.value) in MOVES)
