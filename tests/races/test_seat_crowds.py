"""Any commands at once, by threads on the real database: the books are right after every round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apps.common.errors import DomainError
from apps.seating.models import SeatingEvent, SeatOrder
from apps.seating.picking import Wish
from apps.seating.selectors import OpenOrder
from apps.seating.services.best import BestChoice, select_best_seats
from apps.seating.services.blocks import BlockRequest, block_seats, unblock_seats
from apps.seating.services.orders import release_seats
from apps.seating.services.payments import submit_payment_proof
from apps.seating.services.reviews import Review, approve_payment, reject_payment
from apps.seating.services.waiting import WaitingRequest, join_waiting_list
from tests.background import at_once
from tests.factories.seating import HOLDER, SeatingEventFactory, choose, choose_instead, picture
from tests.races.test_seat_races import assert_consistent
from tests.races.test_seat_races import proof_dir as proof_dir

pytestmark = pytest.mark.django_db(transaction=True)
LABELS = [f"A-{n}" for n in range(1, 7)]
SOME = st.lists(st.sampled_from(LABELS), min_size=1, max_size=3, unique=True)
ORDERS = 4  # made before each round: the commands are about these, too
ROUNDS = 3

Command = tuple[str, list[str], int]
COMMANDS: st.SearchStrategy[Command] = st.tuples(
    st.sampled_from(
        [
            *("pay", "pay", "pay", "choose", "instead", "best", "give up"),
            *("approve", "reject", "reject", "block", "unblock", "wait"),
        ]
    ),
    SOME,
    st.integers(0, ORDERS - 1),
)


def call(event: SeatingEvent, orders: Sequence[OpenOrder], command: Command) -> Callable[[], Any]:
    """Return what a command does."""
    name, labels, place = command
    opened = orders[place]
    review = Review(order_pk=opened.order.pk, reviewed_by="desk", reason="No")
    seats = BlockRequest(event=event, labels=labels, reason="Camera", performed_by="desk")
    wish = BestChoice(event_slug=event.slug, wish=Wish(quantity=len(labels)), holder=HOLDER)
    waiting = WaitingRequest(event_slug=event.slug, quantity=len(labels), holder=HOLDER)
    return {
        "pay": lambda: submit_payment_proof(order_token=opened.token, file=picture(shade=place)),
        "choose": lambda: choose(event, *labels),
        "instead": lambda: choose_instead(opened, *labels),
        "best": lambda: select_best_seats(wish),
        "give up": lambda: release_seats(order_token=opened.token),
        "approve": lambda: approve_payment(review),
        "reject": lambda: reject_payment(review),
        "block": lambda: block_seats(seats),
        "unblock": lambda: unblock_seats(seats),
        "wait": lambda: join_waiting_list(waiting),
    }[name]


def made(event: SeatingEvent, labels: Sequence[str]) -> OpenOrder | None:
    try:
        return choose(event, *labels)
    except DomainError:
        return None


@pytest.mark.parametrize("is_exclusive", [False, True])
def test_the_books_are_right_after_any_round(is_exclusive: bool) -> None:
    @settings(
        max_examples=6,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.lists(
            st.tuples(
                st.lists(SOME, min_size=ORDERS, max_size=ORDERS),
                st.lists(COMMANDS, min_size=3, max_size=6),
            ),
            min_size=ROUNDS,
            max_size=ROUNDS,
        )
    )
    def check(rounds: list[tuple[list[list[str]], list[Command]]]) -> None:
        event = SeatingEventFactory(seats=6, exclusive=is_exclusive)
        orders: list[OpenOrder] = []
        for wanted, commands in rounds:
            orders += [opened for labels in wanted if (opened := made(event, labels))]
            if len(orders) < ORDERS:
                orders = (orders * ORDERS)[:ORDERS]
            results = at_once(*[call(event, orders[-ORDERS:], command) for command in commands])
            strange = [r for r in results if isinstance(r, Exception)]
            strange = [r for r in strange if not isinstance(r, DomainError)]
            assert not strange, (commands, strange)
            assert_consistent(event)
        assert SeatOrder.objects.filter(event=event).exists()

    check()
