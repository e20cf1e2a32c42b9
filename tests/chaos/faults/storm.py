"""Carries out a plan of faults. They overlap: the next begins while a process still starts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from tests.chaos.deployment import Deployment
from tests.chaos.draws import draws_of
from tests.chaos.faults.kinds import KINDS, Scene
from tests.chaos.faults.plan import Trouble
from tests.chaos.ledger import Ledger
from tests.chaos.webhooks import Partner


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A trouble as it happened: when all was back, in seconds since the beginning."""

    trouble: Trouble
    began: float
    ended: float

    def __str__(self) -> str:
        return f"{self.began:6.1f} to {self.ended:6.1f} s  {self.trouble}"


class Storm:
    """The faults of one round. ``failures``: what could not be brought back."""

    def __init__(
        self,
        deployment: Deployment,
        partner: Partner,
        ledger: Ledger,
        *,
        seed: str,
        say: Callable[[str], None],
    ) -> None:
        self.done: list[Done] = []
        self.failures: list[str] = []
        self._deployment, self._partner, self._ledger = deployment, partner, ledger
        self._seed, self._say = seed, say
        self._started = time.monotonic()

    def rage(self, plan: Sequence[Trouble]) -> None:
        """Do what the plan says; everything is back afterwards."""
        self._started = time.monotonic()
        threads = []
        for number, trouble in enumerate(plan):
            time.sleep(max(0.0, trouble.at - self._now()))
            thread = threading.Thread(target=self._strike, args=(number, trouble), daemon=True)
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join()

    def _strike(self, number: int, trouble: Trouble) -> None:
        began = self._now()
        draw = draws_of(self._seed, f"target {number}")
        scene = Scene(deployment=self._deployment, partner=self._partner, draw=draw)
        try:
            with self._ledger.fault(), ExitStack() as undoing:
                for kind in trouble.kinds:
                    undoing.callback(KINDS[kind](scene))
                time.sleep(trouble.lasts)
        except Exception as error:
            self.failures.append(f"{trouble}: {type(error).__name__} {error}")
        self.done.append(Done(trouble=trouble, began=began, ended=self._now()))
        self._say(str(self.done[-1]))

    def _now(self) -> float:
        return time.monotonic() - self._started
