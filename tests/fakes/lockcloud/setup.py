"""What a lock cloud is built with: credentials, locks, the map from locks to gateways."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

CLIENT_ID = "lockcloud-client"
CLIENT_SECRET = "lockcloud-client-secret"
USERNAME = "lockcloud_hotel"
PASSWORD = "lockcloud-password"

SECRET_MARK = "LOCKSECRET"
"""Every secret of ``lock/detail`` contains it, so that logs and databases can be searched."""

Gateways = Mapping[int, int | Sequence[int]] | Callable[[int], int | Sequence[int]]
"""Lock to its gateways, strongest signal first; in a table, 0 stands for any other lock."""


def md5_hex(text: str) -> str:
    """The login hash that the vendor's token call wants."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def now_ms() -> int:
    """Milliseconds since 1970 UTC, as all of the vendor's dates."""
    return int(time.time() * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The fixed part of a cloud; everything that changes lives in ``World``."""

    locks: Mapping[int, str] = field(default_factory=dict)
    exists: Collection[int] | None = None
    gateways: Gateways = field(default_factory=lambda: {0: 1})
    clients: Mapping[str, str] = field(default_factory=lambda: {CLIENT_ID: CLIENT_SECRET})
    accounts: Mapping[str, str] = field(default_factory=lambda: {USERNAME: PASSWORD})
    token_seconds: int = 7_776_000
    command_seconds: float = 0.02
    capacity: int = 250
    seed: int = 0

    def has_lock(self, lock_id: int) -> bool:
        """By default every positive id is a lock, whether ``lock/list`` names it or not."""
        if self.exists is None:
            return lock_id > 0
        return lock_id in self.exists or lock_id in self.locks

    def gateways_of(self, lock_id: int) -> tuple[int, ...]:
        """The lock's gateways, strongest signal first; empty when none is near."""
        if isinstance(self.gateways, Mapping):
            found = self.gateways.get(lock_id, self.gateways.get(0, ()))
        else:
            found = self.gateways(lock_id)
        return (found,) if isinstance(found, int) else tuple(found)
