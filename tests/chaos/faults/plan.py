"""Which faults come when: decided by the seed alone, before anything begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.chaos.draws import draws_of

SHORTEST, LONGEST = 0.5, 4.0
CALM: Final = (0.5, 2.5)  # seconds between faults
TWO_AT_ONCE: Final = 0.3
TYPICAL_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One or two faults at once: after so many calm seconds, for so long."""

    kinds: Sequence[str]
    calm_before: float
    lasts: float

    def __str__(self) -> str:
        return f"{' and '.join(self.kinds)}, {self.lasts:.1f} s"


def plan_of(seed: str, *, seconds: float, kinds: Sequence[str]) -> list[Trouble]:
    """Return enough troubles for the time; each kind comes once before any comes twice."""
    draw = draws_of(seed, "faults")
    waiting: list[str] = []
    plan: list[Trouble] = []
    spent = 0.0
    while spent < seconds:
        at_once = 2 if draw.random() < TWO_AT_ONCE else 1
        while len(waiting) < at_once:
            again = [kind for kind in kinds if kind not in waiting]
            waiting += draw.sample(again, len(again))
        chosen, waiting = waiting[:at_once], waiting[at_once:]
        trouble = Trouble(
            kinds=chosen,
            calm_before=draw.uniform(*CALM),
            lasts=draw.uniform(SHORTEST, LONGEST),
        )
        plan.append(trouble)
        spent += trouble.calm_before + trouble.lasts
    return plan
