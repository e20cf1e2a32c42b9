"""The simulated lock cloud over HTTP: its faults, and what the locks hold in the end."""

from __future__ import annotations

import contextlib
from typing import Any, Final

import requests

from tests.chaos.node import Node

PATIENCE: Final = 30.0


class LockCloud:
    """Commands to the simulator; its own process can be killed and keeps its memory in a file."""

    def __init__(self, node: Node) -> None:
        self.node = node

    def faults(self, **faults: Any) -> None:
        """Add to what goes wrong; the keys are those of the simulator's ``FaultPlan``. A cloud that
        is down can't be told, and has forgotten its faults when it is back."""
        self._tell("POST", faults)

    def all_well(self) -> None:
        """Let nothing go wrong any more."""
        self._tell("DELETE")

    def memories(self) -> dict[int, list[str]]:
        """Return the codes that each lock itself accepts, in order."""
        locks = self._say("GET", "state")["locks"]
        return {
            int(lock["lock_id"]): sorted(held["code"] for held in lock["memory"]) for lock in locks
        }

    def _tell(self, method: str, faults: Any = None) -> None:
        with contextlib.suppress(requests.ConnectionError):
            self._say(method, "faults", faults)

    def _say(self, method: str, path: str, body: Any = None) -> Any:
        with requests.Session() as session:
            session.trust_env = False  # a server on this machine is not behind a proxy
            answer = session.request(
                method,
                f"http://{self.node.address}/_sim/{path}",
                json=body,
                headers={"Connection": "close"},
                timeout=PATIENCE,
            )
        answer.raise_for_status()
        return answer.json()
