"""Everybody at once, each in a thread of their own."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Sequence
from typing import Final, Protocol

from tests.chaos.callers import PATIENCE_SECONDS
from tests.chaos.load.buyers import Buyers, Reviewers
from tests.chaos.load.guests import Guests
from tests.chaos.load.partners import Pms
from tests.chaos.load.staff import Desk
from tests.chaos.world import World

WALK_INS: Final = 0.25  # of a hotel's arrivals


class Hand(Protocol):
    """Somebody who works until the run closes."""

    name: str

    def run(self) -> None: ...


class Crew:
    """Starts everybody, and gathers what stopped somebody before the end."""

    def __init__(self, hands: Sequence[Hand]) -> None:
        self.troubles: list[str] = []
        self._threads = [
            threading.Thread(target=self._work, args=(hand,), name=hand.name, daemon=True)
            for hand in hands
        ]

    def start(self) -> None:
        """Let everybody begin."""
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait until everybody has come to an end with what they had begun."""
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
            if thread.is_alive():
                self.troubles.append(f"{thread.name} never came to an end")

    def _work(self, hand: Hand) -> None:
        try:
            hand.run()
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[1:]
            steps = " > ".join(f"{step.name}:{step.lineno}" for step in where)
            self.troubles.append(f"{hand.name}: {type(error).__name__} {error} at {steps}")


def crew_of(world: World, *, apps: int) -> Crew:
    """Return everybody; ``apps``: how many guests, and how many buyers, of a hotel at a time."""
    hands: list[Hand] = [Pms(world, place) for place in range(2)]
    for house in world.houses:
        walk_ins = max(1, int(len(house.arrivals) * WALK_INS))
        hands.append(Desk(world, house, house.arrivals[:walk_ins]))
        hands.append(Reviewers(world, house))
        for place in range(apps):
            hands.append(Guests(world, house, house.arrivals[walk_ins + place :: apps], place))
            hands.append(Buyers(world, house, place))
    return Crew(hands)
