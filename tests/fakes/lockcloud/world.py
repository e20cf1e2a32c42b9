"""Everything about a lock cloud that changes, and its JSON form for the state file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

NORMAL, ADDING, ADD_FAILED = 1, 4, 5
"""``status`` of a listed code. Source: TTLock open platform, lock/listKeyboardPwd."""


@dataclass(slots=True, kw_only=True)
class Passcode:
    """A row of the cloud's list. Times in ms; 0 is no bound. Deleted rows stay for -1026."""

    passcode_id: int
    lock_id: int
    digits: str
    name: str
    type: int
    start: int
    end: int
    is_custom: bool
    sent_at: int
    deleted: bool = False
    fails_at: int | None = None
    first_used_at: int | None = None

    def status_at(self, now: int) -> int:
        """A phantom add is ADDING first and ADD_FAILED when its time has come."""
        if self.fails_at is None:
            return NORMAL
        return ADDING if now < self.fails_at else ADD_FAILED


@dataclass(slots=True, kw_only=True)
class Stored:
    """A custom code in the memory of a lock; what counts at the door. Times as in Passcode."""

    lock_id: int
    digits: str
    name: str
    start: int
    end: int
    passcode_id: int | None = None


@dataclass(slots=True, kw_only=True)
class Effect:
    """What one command will do at a lock, as data, so that it can wait in the state file."""

    do: str
    lock_id: int
    passcode_id: int = 0
    digits: str | None = None
    name: str | None = None
    type: int = 0
    start: int | None = None
    end: int | None = None


@dataclass(slots=True, kw_only=True)
class Command:
    """One command through a gateway.

    ``began`` and ``ended`` count events in order, also while a test's clock stands still. The
    ``result`` is the errcode that the lock gave (0: done), None while under way, -3003 or -3037
    when refused because another one was. ``landed_at`` is set when a late one was carried out.
    """

    number: int
    call: str
    lock_id: int
    gateway_id: int
    started_at: int
    began: int
    ended_at: int | None = None
    ended: int | None = None
    result: int | None = None
    landed_at: int | None = None
    lost: bool = False


@dataclass(slots=True, kw_only=True)
class Pending:
    """A late command that waits for its time."""

    due: int
    effect: Effect
    command: int
    gateway_id: int
    busy: bool


@dataclass(slots=True, kw_only=True)
class Token:
    """A pair of access and refresh token; revoked ones are known but not honoured."""

    access: str
    refresh: str
    client_id: str
    username: str
    expires_at: int
    revoked: bool = False
    refreshed: bool = False


@dataclass(slots=True, kw_only=True)
class Complaint:
    """Something the caller did against the fact sheet. Never contains digits or credentials."""

    at: int
    call: str
    what: str


@dataclass(slots=True, kw_only=True)
class Entry:
    """A record of a lock, as ``lockRecord/list`` tells it."""

    record_id: int
    lock_id: int
    record_type: int
    raw_type: int
    success: int
    username: str
    digits: str
    lock_date: int
    server_date: int


@dataclass(slots=True, kw_only=True)
class Outage:
    """A gateway without power; ``stale`` ones are told as online for half an hour."""

    gateway_id: int
    since: int
    stale: bool


@dataclass(slots=True, kw_only=True)
class Fault:
    """One way to go wrong, with its aim; kinds are described at the top of the package."""

    number: int
    kind: str
    call: str = "*"
    lock: int | None = None
    gateway: int | None = None
    digits: str | None = None
    times: int | None = 1
    after: int = 0
    rate: float | None = None
    seconds: float = 0.0
    errcode: int = 1
    applied: bool = False
    status: int = 500
    body: str = '{"keyboardPwdId": 12'
    busy: bool = False
    seen: int = 0
    hits: int = 0


@dataclass(slots=True, kw_only=True)
class World:
    """All that changes. Whoever reads or writes it holds the engine's mutex."""

    passcodes: list[Passcode] = field(default_factory=list)
    memory: list[Stored] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    seen_locks: list[int] = field(default_factory=list)
    drifts: dict[str, int] = field(default_factory=dict)
    month_requests: int = 0
    last_number: int = 4_000_000
    failed_logins: int = 0
    deletes_of_gone: int = 0

    def number(self) -> int:
        """The next id; ids, tokens and events share one row of numbers."""
        self.last_number += 1
        return self.last_number

    def rows_of(self, lock_id: int) -> list[Passcode]:
        """The cloud's list for a lock."""
        return [row for row in self.passcodes if row.lock_id == lock_id and not row.deleted]

    def stored_on(self, lock_id: int) -> list[Stored]:
        """The memory of a lock."""
        return [code for code in self.memory if code.lock_id == lock_id]

    def outage_of(self, gateway_id: int) -> Outage | None:
        """The gateway's outage, or None while it is online."""
        return next((each for each in self.outages if each.gateway_id == gateway_id), None)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; ``from_json`` takes them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> World:
        """The world as it was saved; commands that were under way are lost."""
        world = cls(**{each.name: data[each.name] for each in fields(cls) if each.name in data})
        for name, kind in _ROWS.items():
            setattr(world, name, [kind(**row) for row in data.get(name, [])])
        world.pending = [
            Pending(**{**row, "effect": Effect(**row["effect"])}) for row in data["pending"]
        ]
        for command in world.commands:
            command.lost = command.lost or command.ended is None
        return world


_ROWS: dict[str, type[Any]] = {
    "passcodes": Passcode,
    "memory": Stored,
    "commands": Command,
    "tokens": Token,
    "complaints": Complaint,
    "entries": Entry,
    "outages": Outage,
    "faults": Fault,
}
