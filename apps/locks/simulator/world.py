"""What exists: locks with what the cloud lists and what their memory holds, records, tokens.

The two address spaces are separate on purpose: a code written with addType 1 is a cloud row that no
keypad knows, and deleteType 1 leaves a code in the lock that no list shows.
Every change goes through ``save`` or ``discard`` and is written by ``commit``, which the callers
run before their answer leaves. All times are epoch milliseconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from apps.locks.simulator.entities import (
    ALL_DIGITS,
    KINDS,
    CloudCode,
    Entity,
    IssuedWindow,
    Lock,
    LockRecord,
    MemoryCode,
    Token,
    mac_address,
)
from apps.locks.simulator.store import Body, Key, Store
from apps.locks.simulator.wire import ErrCode, Refusal

DEMO_LOCK_IDS: Final = range(1_000_000, 10_000_000)  # provisioned on first mention
FIRST_PASSCODE_ID: Final = 4_000_001
FIRST_RECORD_ID: Final = 70_000_001


@dataclass(slots=True)
class Numbers:
    """The next ids to hand out; persisted, so that an id is never given twice."""

    keyboard_pwd_id: int = FIRST_PASSCODE_ID
    record_id: int = FIRST_RECORD_ID
    removed_lock_ids: list[int] = field(default_factory=list)


class World:
    """All state, in memory, mirrored to ``store``. Not thread-safe: one event loop owns it."""

    def __init__(self, store: Store, *, gateways: int, strict: bool) -> None:
        self._store = store
        self._gateways = gateways
        self._strict = strict
        self._changes: dict[Key, Body | None] = {}
        self.numbers = Numbers()
        self.locks: dict[int, Lock] = {}
        self.cloud_codes: dict[str, CloudCode] = {}
        self.memory_codes: dict[str, MemoryCode] = {}
        self.records: dict[str, LockRecord] = {}
        self.tokens: dict[str, Token] = {}
        self.windows: dict[str, IssuedWindow] = {}
        self._load()

    def gateway_ids(self) -> list[int]:
        """The numbered gateways, and every other one that a lock names."""
        named = {gateway for lock in self.locks.values() for gateway in lock.gateway_ids}
        return sorted(named | set(range(1, self._gateways + 1)))

    def lock(self, lock_id: int, *, now_ms: int) -> Lock:
        """Find a lock; one in the demo range exists from its first mention. Refusal -1003."""
        found = self.locks.get(lock_id)
        if found is not None:
            return found
        mentioned = not self._strict and lock_id in DEMO_LOCK_IDS
        if not mentioned or lock_id in self.numbers.removed_lock_ids:
            raise Refusal(ErrCode.LOCK_NOT_FOUND)
        return self.provision(lock_id, now_ms=now_ms)

    def provision(self, lock_id: int, *, now_ms: int) -> Lock:
        """Put up a lock with everything at its default; an existing one is left as it is."""
        if lock_id in self.locks:
            return self.locks[lock_id]
        attached = [1 + lock_id % self._gateways] if self._gateways else []
        lock = Lock(
            lock_id=lock_id,
            alias=f"Lock {lock_id}",
            mac=mac_address("lock", lock_id),
            gateway_ids=attached,
            battery=90,
            digits=ALL_DIGITS,
            provisioned_ms=now_ms,
        )
        if lock_id in self.numbers.removed_lock_ids:
            self.numbers.removed_lock_ids.remove(lock_id)
            self._note_numbers()
        self.save(lock)
        return lock

    def remove_lock(self, lock_id: int) -> None:
        """Take a lock down with its codes and records; it stays gone until provisioned again."""
        lock = self.locks.get(lock_id)
        if lock is None:
            return
        windows = [window for window in self.windows.values() if window.lock_id == lock_id]
        entities: list[Entity] = [*self.listed(lock_id), *self.remembered(lock_id), *windows]
        for entity in [*entities, *self.logged(lock_id)]:
            self.discard(entity)
        self.discard(lock)
        self.numbers.removed_lock_ids.append(lock_id)
        self._note_numbers()

    def listed(self, lock_id: int) -> list[CloudCode]:
        """What the cloud lists for a lock, oldest first."""
        return [code for code in self.cloud_codes.values() if code.lock_id == lock_id]

    def remembered(self, lock_id: int) -> list[MemoryCode]:
        """What the lock accepts, oldest first."""
        return [code for code in self.memory_codes.values() if code.lock_id == lock_id]

    def logged(self, lock_id: int) -> list[LockRecord]:
        """A lock's log, oldest first."""
        return [record for record in self.records.values() if record.lock_id == lock_id]

    def digits_on(self, lock_id: int) -> list[tuple[int, str]]:
        """Passcode id and digits of every code that the cloud lists or the lock accepts."""
        listed = [(code.keyboard_pwd_id, code.code) for code in self.listed(lock_id)]
        return listed + [(code.keyboard_pwd_id, code.code) for code in self.remembered(lock_id)]

    def next_passcode_id(self) -> int:
        """A number never used before."""
        number = self.numbers.keyboard_pwd_id
        self.numbers.keyboard_pwd_id += 1
        self._note_numbers()
        return number

    def next_record_id(self) -> int:
        """A number never used before."""
        number = self.numbers.record_id
        self.numbers.record_id += 1
        self._note_numbers()
        return number

    def save(self, entity: Entity) -> None:
        """Add or change an entity; durable after ``commit``."""
        self._shelf(entity.kind)[_shelf_key(entity)] = entity
        self._changes[(entity.kind, entity.key)] = asdict(entity)

    def discard(self, entity: Entity) -> None:
        """Take an entity away; durable after ``commit``."""
        self._shelf(entity.kind).pop(_shelf_key(entity), None)
        self._changes[(entity.kind, entity.key)] = None

    def commit(self) -> None:
        """Write every change since the last commit, all or none."""
        if self._changes:
            self._store.write(self._changes)
            self._changes = {}

    def clear(self) -> None:
        """Forget everything, at once and for good."""
        for kind in KINDS:
            self._shelf(kind.kind).clear()
        self.numbers = Numbers()
        self._changes = {}
        self._store.clear()

    def close(self) -> None:
        """Write what is left and let go of the store."""
        self.commit()
        self._store.close()

    def _note_numbers(self) -> None:
        self._changes[("numbers", "")] = asdict(self.numbers)

    def _shelf(self, kind: str) -> dict[Any, Any]:
        shelves: dict[str, dict[Any, Any]] = {
            Lock.kind: self.locks,
            CloudCode.kind: self.cloud_codes,
            MemoryCode.kind: self.memory_codes,
            LockRecord.kind: self.records,
            Token.kind: self.tokens,
            IssuedWindow.kind: self.windows,
        }
        return shelves[kind]

    def _load(self) -> None:
        classes = {kind.kind: kind for kind in KINDS}
        for kind, _key, body in self._store.load():
            if kind == "numbers":
                self.numbers = Numbers(**body)
                continue
            entity = classes[kind](**body)
            self._shelf(kind)[_shelf_key(entity)] = entity


def _shelf_key(entity: Entity) -> int | str:
    return entity.lock_id if isinstance(entity, Lock) else entity.key


def signal_strength(lock_id: int, gateway_id: int) -> int:
    """Rssi between a lock and a gateway: stable, from -55 (strong) to -89 (weak)."""
    digest = hashlib.sha256(f"rssi:{lock_id}:{gateway_id}".encode()).digest()
    return -55 - digest[0] % 35


def by_signal(lock: Lock) -> Iterator[int]:
    """A lock's gateways, best signal first: the order in which the cloud tries them."""
    ranked = sorted(lock.gateway_ids, key=lambda gateway: -signal_strength(lock.lock_id, gateway))
    return iter(ranked)
