"""Carries out a plan of faults, while the time lasts."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from tests.chaos.faults.kinds import KINDS, Scene
from tests.chaos.faults.plan import Trouble
from tests.chaos.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A trouble as it happened; seconds since the beginning."""

    trouble: Trouble
    began: float
    ended: float

    def __str__(self) -> str:
        return f"{self.began:6.1f} to {self.ended:6.1f} s  {self.trouble}"


def rage(
    plan: Sequence[Trouble],
    scene: Scene,
    ledger: Ledger,
    *,
    seconds: float,
    say: Callable[[str], None],
) -> list[Done]:
    """Do what the plan says until it or the time is over; everything is back afterwards."""
    started = time.monotonic()
    done: list[Done] = []
    for trouble in plan:
        time.sleep(trouble.calm_before)
        began = time.monotonic() - started
        if began > seconds:
            break
        with ledger.fault(), ExitStack() as undoing:
            for kind in trouble.kinds:
                undoing.callback(KINDS[kind](scene))
            time.sleep(trouble.lasts)
        done.append(Done(trouble=trouble, began=began, ended=time.monotonic() - started))
        say(str(done[-1]))
    return done
