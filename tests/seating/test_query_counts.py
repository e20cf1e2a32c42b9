"""How often a sale asks the database: reviewed numbers, which no size of house changes."""

from __future__ import annotations

from typing import Final

import pytest

from apps.seating.models import SeatingEvent
from apps.seating.services.payments import submit_payment_proof
from tests.factories.seating import SeatingEventFactory, choose, picture
from tests.statements import statements

pytestmark = pytest.mark.django_db

# The event; its seats and whether they are free; the order; what it has of the seats.
CHOOSING: Final = 4
# The order; it again and its seats, locked; seats, order, proof, notice; the hotel's log, the
# event's version: each is taken and written down.
PAYING: Final = 11
# Beyond choosing: the seats are locked, lapsed holds looked for, and a version told of.
HOLDING: Final = 9


@pytest.fixture(params=[6, 60], ids=["small", "large"])
def house(request: pytest.FixtureRequest) -> int:
    """How many seats there are."""
    return int(request.param)


def test_choosing_and_paying(house: int) -> None:
    event = SeatingEventFactory.create(seats=house)
    _sell(event, "A-1")

    choosing = statements(lambda: choose(event, "A-2", "A-3"))
    opened = choose(event, "A-4", "A-5")
    paying = statements(lambda: submit_payment_proof(order_token=opened.token, file=picture()))

    assert len(choosing) == CHOOSING, choosing
    assert len(paying) == PAYING, paying


def test_holding(house: int) -> None:
    event = SeatingEventFactory.create(exclusive=True, seats=house)

    holding = statements(lambda: choose(event, "A-2", "A-3"))

    assert len(holding) == HOLDING, holding


def _sell(event: SeatingEvent, label: str) -> None:
    """Once before anything is counted: the hotel's log begins with its first event."""
    submit_payment_proof(order_token=choose(event, label).token, file=picture())
