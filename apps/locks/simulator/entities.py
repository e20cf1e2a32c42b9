"""The things a simulated world is made of. Times are epoch milliseconds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import ClassVar, Final

ALL_DIGITS: Final = "0123456789"


@dataclass(slots=True, kw_only=True)
class Lock:
    """A door lock. ``digits`` are the keys its keypad has; no ``gateway_ids``: out of reach."""

    kind: ClassVar[str] = "lock"

    lock_id: int
    alias: str
    mac: str
    gateway_ids: list[int]
    battery: int
    digits: str
    provisioned_ms: int
    opened_ms: int | None = None  # when it was last opened; it locks itself again

    @property
    def key(self) -> str:
        return str(self.lock_id)

    @property
    def secret(self) -> bytes:
        """The key material that lock and cloud have shared since initialisation."""
        return hashlib.sha256(f"lock-key:{self.lock_id}".encode()).digest()


@dataclass(slots=True, kw_only=True)
class CloudCode:
    """A passcode as the cloud lists it. ``end_ms`` 0: no end."""

    kind: ClassVar[str] = "cloud_code"

    keyboard_pwd_id: int
    lock_id: int
    code: str
    name: str
    pwd_type: int
    start_ms: int
    end_ms: int
    sent_ms: int
    is_custom: bool

    @property
    def key(self) -> str:
        return str(self.keyboard_pwd_id)


@dataclass(slots=True, kw_only=True)
class MemoryCode:
    """A passcode that the lock itself accepts inside its window.

    A custom one fills a slot of the memory. An algorithmic one fills none: the keypad computes it,
    so it is here from the moment it was issued.
    """

    kind: ClassVar[str] = "memory_code"

    keyboard_pwd_id: int
    lock_id: int
    code: str
    name: str
    pwd_type: int
    start_ms: int
    end_ms: int
    is_custom: bool
    used_ms: int | None = None

    @property
    def key(self) -> str:
        return str(self.keyboard_pwd_id)


@dataclass(slots=True, kw_only=True)
class LockRecord:
    """One entry of a lock's log. ``server_ms`` None: still on the lock, no gateway took it up."""

    kind: ClassVar[str] = "record"

    record_id: int
    lock_id: int
    record_type: int
    raw_type: int
    success: bool
    username: str
    code: str
    battery: int
    lock_ms: int
    server_ms: int | None = None

    @property
    def key(self) -> str:
        return str(self.record_id)


@dataclass(slots=True, kw_only=True)
class Token:
    """An access token with its refresh token. A revoked one is kept, to tell it from an unknown."""

    kind: ClassVar[str] = "token"

    access_token: str
    refresh_token: str
    uid: int
    expires_ms: int
    revoked: bool = False
    refresh_revoked: bool = False

    @property
    def key(self) -> str:
        return self.access_token


@dataclass(slots=True, kw_only=True)
class IssuedWindow:
    """How many algorithmic codes a lock has had for one type and window, and how many stand."""

    kind: ClassVar[str] = "issued_window"

    lock_id: int
    pwd_type: int
    start_ms: int
    end_ms: int
    issued: int = 0
    standing: int = 0

    @property
    def key(self) -> str:
        return f"{self.lock_id}:{self.pwd_type}:{self.start_ms}:{self.end_ms}"


Entity = Lock | CloudCode | MemoryCode | LockRecord | Token | IssuedWindow
KINDS: Final[tuple[type[Entity], ...]] = (
    Lock,
    CloudCode,
    MemoryCode,
    LockRecord,
    Token,
    IssuedWindow,
)


def mac_address(kind: str, number: int) -> str:
    """A stable, locally administered address."""
    digest = hashlib.sha256(f"{kind}:{number}".encode()).digest()
    return ":".join(["02", *(f"{byte:02X}" for byte in digest[:5])])
