"""The simulated lock cloud as tests see it: what is on a lock, what was called, what goes wrong."""

from __future__ import annotations

from datetime import datetime
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

    def add_foreign_code(self, lock: Lock, digits: str, *, name: str = "The cleaner") -> None:
        """A code that somebody set in the vendor's app."""
        now = timezone.now()
        answer = self._caller.add(
            digits,
            lock=lock.vendor_lock_id,
            keyboardPwdName=name,
            startDate=int(now.timestamp() * 1000),
            endDate=int(now.timestamp() * 1000) + 86_400_000,
        )
        assert "keyboardPwdId" in answer, answer

    def remove_behind_our_back(self, lock: Lock) -> None:
        """Somebody deletes every chosen code of the lock in the vendor's app."""
        for row in self.listed(lock):
            if row["kind"] != "CUSTOM":
                continue
            assert self._caller.delete(row["keyboard_pwd_id"], lock=lock.vendor_lock_id) == 0

    def enter(self, lock: Lock, digits: str) -> str:
        """Somebody types ``digits`` at the door; what the keypad makes of it, such as OPENED."""
        return self._caller.enter(digits, lock=lock.vendor_lock_id)

    def records(self, lock: Lock) -> list[dict[str, Any]]:
        """The lock's records as the cloud lists them, newest first."""
        rows: list[dict[str, Any]] = self._caller.call(
            "lockRecord/list", lockId=lock.vendor_lock_id, pageNo=1, pageSize=100
        )["list"]
        return rows

    def issue_elsewhere(self, lock: Lock, starts_at: datetime, ends_at: datetime) -> int:
        """Somebody gets the offline code of these hours in the vendor's app; its id."""
        answer = self._caller.get_code(starts_at, ends_at, lockId=lock.vendor_lock_id)
        return int(answer["keyboardPwdId"])

    def change_elsewhere(self, lock: Lock, keyboard_pwd_id: int, **fields: Any) -> None:
        """Somebody changes a code in the vendor's app."""
        answer = self._caller.call(
            "keyboardPwd/change",
            lockId=lock.vendor_lock_id,
            keyboardPwdId=keyboard_pwd_id,
            changeType=2,
            **fields,
        )
        assert answer.get("errcode", 0) == 0, answer

    def delete_elsewhere(self, lock: Lock, keyboard_pwd_id: int) -> None:
        """Somebody deletes a code in the vendor's app."""
        assert self._caller.delete(keyboard_pwd_id, lock=lock.vendor_lock_id) == 0

    def put_lock(self, lock: Lock, **fields: Any) -> None:
        """Set up the simulated lock: ``battery``, ``gateway_ids`` and the like."""
        body = {"lock_id": lock.vendor_lock_id, **fields}
        answer = self._caller.sim("POST", "/locks", body)
        assert answer.status_code == 200, answer.text

    def total_calls(self) -> int:
        """How many calls came in since the start of the test, logins left out."""
        calls: dict[str, int] = self._caller.state()["calls"]
        return sum(count for name, count in calls.items() if name != "oauth2/token")

    def tamper(self, lock: Lock) -> None:
        """Somebody takes the lock apart."""
        body = {"event": "tamper", "lock_id": lock.vendor_lock_id}
        assert self._caller.sim("POST", "/notify", body).status_code == 200
