"""What a call is made of: checked at once, then answered by the cloud or carried to a lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.locks.simulator.entities import Lock
from apps.locks.simulator.faults import Faults
from apps.locks.simulator.records import LockLog
from apps.locks.simulator.wire import Fields
from apps.locks.simulator.world import World

ADMIN: str = "simulator_admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a call may lay its hands on. ``now_ms`` reads the true time."""

    world: World
    faults: Faults
    log: LockLog
    now_ms: Callable[[], int]

    def lock(self, fields: Fields) -> Lock:
        """The lock that ``lockId`` names. Raises Refusal -3 or -1003."""
        return self.world.lock(fields.required_integer("lockId"), now_ms=self.now_ms())

    def lock_clock_ms(self, lock: Lock) -> int:
        """What the lock's own clock shows."""
        return self.faults.lock_clock_ms(lock.lock_id, now_ms=self.now_ms())


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A call that passed the cloud's checks.

    ``answer`` takes effect and gives the reply's body; it runs in one go, and may raise Refusal.
    With ``lock`` it travels through one of that lock's gateways; without, the cloud answers alone.
    """

    answer: Callable[[], dict[str, Any]]
    lock: Lock | None = None


Call = Callable[[Desk, Fields], Work]
