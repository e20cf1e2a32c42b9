"""Which faults come when: decided by the seed alone, before anything begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.chaos.draws import draws_of

LASTS: Final = (0.5, 4.0)  # seconds, and then what was ended has yet to start
CALM: Final = (1.0, 5.0)
TWO_AT_ONCE: Final = 0.25
# What has to last longer before anything comes of it: patience runs out, leases end.
STRETCHED: Final = {
    "clock_stepped": 4.0,
    "gateway_offline": 4.0,
    "lock_cloud_silent": 2.0,
    "partner_refuses": 2.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One or two faults at once: so many seconds after the beginning, and for how long."""

    kinds: Sequence[str]
    at: float
    lasts: float

    def __str__(self) -> str:
        return f"{' and '.join(self.kinds)}, {self.lasts:.1f} s"


def plan_of(
    seed: str,
    *,
    seconds: float,
    kinds: Sequence[str],
    calm: tuple[float, float] = CALM,
    lasts: tuple[float, float] = LASTS,
) -> list[Trouble]:
    """Return the troubles of so many seconds; each kind comes once before any comes twice.

    ``calm``: the least and the most seconds from the beginning of one to that of the next;
    ``lasts``: how long each lasts, those that are stretched apart.
    """
    draw = draws_of(seed, "faults")
    waiting: list[str] = []
    plan: list[Trouble] = []
    at = draw.uniform(*calm)
    while at < seconds:
        at_once = 2 if draw.random() < TWO_AT_ONCE and len(kinds) > 1 else 1
        while len(waiting) < at_once:
            again = [kind for kind in kinds if kind not in waiting]
            waiting += draw.sample(again, len(again))
        chosen, waiting = waiting[:at_once], waiting[at_once:]
        stretch = max(STRETCHED.get(kind, 1.0) for kind in chosen)
        plan.append(Trouble(kinds=chosen, at=at, lasts=draw.uniform(*lasts) * stretch))
        at += draw.uniform(*calm)
    return plan
