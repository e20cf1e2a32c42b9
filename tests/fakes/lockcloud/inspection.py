"""A cloud as tests see it, the same in their own process and over HTTP."""

from __future__ import annotations

import http.client
import json
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.fakes.lockcloud.world import Command, Complaint


class OnLock(NamedTuple):
    """A code that a lock accepts: a bound that is None does not bind."""

    name: str
    start: datetime | None
    end: datetime | None


class Inspection:
    """What tests ask and tell. Instants are aware; digits are text."""

    def act(self, do: str, **fields: Any) -> Any:
        """Carry out one action of ``control.ACTIONS``; JSON values in and out."""
        raise NotImplementedError

    def memory(self, lock_id: int) -> dict[str, OnLock]:
        """The custom codes that the lock itself has, by digits."""
        return {
            code["digits"]: OnLock(code["name"], _instant(code["start"]), _instant(code["end"]))
            for code in self.act("memory", lock=lock_id)
        }

    def listed(self, lock_id: int) -> list[dict[str, Any]]:
        """What the cloud lists for the lock, in the vendor's fields."""
        rows: list[dict[str, Any]] = self.act("listed", lock=lock_id)
        return rows

    def enter(self, lock_id: int, digits: str, at: datetime | None = None) -> bool:
        """Whether the door opens to these digits; leaves a record."""
        return bool(self.act("enter", lock=lock_id, digits=digits, at=_millis(at)))

    def record(self, lock_id: int, *, at: datetime | None = None, **entry: Any) -> None:
        """A record of another kind; ``entry`` as in ``door.record``."""
        self.act("record", lock=lock_id, at=_millis(at), **entry)

    def add_foreign(
        self,
        lock_id: int,
        digits: str,
        *,
        name: str = "The cleaner",
        start: datetime | None = None,
        end: datetime | None = None,
        listed: bool = True,
    ) -> int | None:
        """Somebody sets a code at the lock; its id when the cloud hears of it."""
        answer: int | None = self.act(
            "add_foreign",
            lock=lock_id,
            digits=digits,
            name=name,
            start=_millis(start) or 0,
            end=_millis(end) or 0,
            listed=listed,
        )
        return answer

    def wipe(self, lock_id: int, digits: str | None = None, *, rows: bool = True) -> None:
        """Somebody removes codes at the lock; without ``rows`` they stay listed."""
        self.act("wipe", lock=lock_id, digits=digits, rows=rows)

    def set_offline(self, gateway_id: int, offline: bool = True, *, stale: bool = False) -> None:
        """Take a gateway's power away or give it back; ``stale``: still told as online."""
        self.act("set_offline", gateway=gateway_id, offline=offline, stale=stale)

    def fault(self, kind: str, **aim: Any) -> None:
        """Let something go wrong; see the top of the package."""
        self.act("fault", kind=kind, **aim)

    def clear_faults(self) -> None:
        """Nothing goes wrong any more; what is pending still lands."""
        self.act("clear_faults")

    def land_pending(self) -> None:
        """Carry out all late commands now; phantom adds are listed as failed."""
        self.act("land_pending")

    def revoke_tokens(self, *, refresh_too: bool = False) -> None:
        """End all access tokens; and the refresh tokens when told so."""
        self.act("revoke_tokens", refresh_too=refresh_too)

    def set_drift(self, lock_id: int, seconds: int) -> None:
        """Let the lock's clock run ahead (or behind, below zero)."""
        self.act("set_drift", lock=lock_id, seconds=seconds)

    def set_month_requests(self, count: int) -> None:
        """What the month's counter stands at."""
        self.act("set_month_requests", count=count)

    def reset(self) -> None:
        """Forget everything: codes, tokens, faults, logs."""
        self.act("reset")

    @property
    def state(self) -> dict[str, Any]:
        """All that changes; the fields of ``World``."""
        told: dict[str, Any] = self.act("state")
        return told

    @property
    def commands(self) -> list[Command]:
        """Every command sent to a gateway, in order, refused ones included."""
        return [Command(**each) for each in self.state["commands"]]

    @property
    def overlaps(self) -> list[Command]:
        """Commands sent while another was under way on the same gateway or lock."""
        return [each for each in self.commands if each.result in (-3003, -3037)]

    @property
    def complaints(self) -> list[Complaint]:
        """What the caller did against the fact sheet."""
        return [Complaint(**each) for each in self.state["complaints"]]

    def calls(self, name: str) -> int:
        """How often a call such as ``keyboardPwd/add`` came in."""
        return int(self.state["calls"].get(name, 0))


class RemoteLockCloud(Inspection):
    """A cloud in another process."""

    def __init__(self, url: str) -> None:
        self.url = url

    def act(self, do: str, **fields: Any) -> Any:
        """Carry out one action over there. Raises ValueError when it is refused."""
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
        try:
            connection.request("POST", "/_control", json.dumps({"do": do, **fields}))
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise ValueError(answer["error"])
        return answer["result"]


def _instant(millis: int) -> datetime | None:
    return datetime.fromtimestamp(millis / 1000, UTC) if millis else None


def _millis(instant: datetime | None) -> int | None:
    return None if instant is None else int(instant.timestamp() * 1000)
