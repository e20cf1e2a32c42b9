"""The simulated lock cloud as tests see it: what is on a lock, what was called, what goes wrong."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.locks.models import Lock
from tests.locks.simulator.driver import Caller


class LockCloud:
    """Looks behind the cloud's face and tells it to misbehave. Locks are named by their rows."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._caller = Caller(url, timezone.now)
        self._caller.sim("POST", "/reset")

    def codes_on(self, lock: Lock) -> list[str]:
        """The digits that the lock itself accepts, oldest first."""
        return [held["code"] for held in self._side(lock, "memory")]

    def listed(self, lock: Lock) -> list[dict[str, Any]]:
        """What the cloud lists for the lock: code, name, starts_at, ends_at, keyboard_pwd_id."""
        return self._side(lock, "cloud")

    def _side(self, lock: Lock, side: str) -> list[dict[str, Any]]:
        """A lock that no call has mentioned yet does not exist, and has nothing."""
        found = self._caller.sim("GET", f"/state?lock_id={lock.vendor_lock_id}").json()["locks"]
        rows: list[dict[str, Any]] = found[0][side] if found else []
        return rows

    def calls(self, name: str) -> int:
        """How often a call came in since the start of the test, such as ``keyboardPwd/add``."""
        return int(self._caller.state()["calls"].get(name, 0))

    def faults(self, **faults: Any) -> None:
        """Add to what goes wrong; the keys are those of ``FaultPlan``."""
        self._caller.faults(**faults)

    def all_well(self) -> None:
        """Let nothing go wrong any more."""
        self._caller.sim("DELETE", "/faults")

    def add_foreign_code(self, lock: Lock, digits: str) -> None:
        """A code that somebody set in the vendor's app."""
        now = timezone.now()
        answer = self._caller.add(
            digits,
            lock=lock.vendor_lock_id,
            keyboardPwdName="The cleaner",
            startDate=int(now.timestamp() * 1000),
            endDate=int(now.timestamp() * 1000) + 86_400_000,
        )
        assert "keyboardPwdId" in answer, answer

    def remove_behind_our_back(self, lock: Lock) -> None:
        """Somebody deletes every code of the lock in the vendor's app."""
        for row in self.listed(lock):
            assert self._caller.delete(row["keyboard_pwd_id"], lock=lock.vendor_lock_id) == 0
