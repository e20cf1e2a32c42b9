"""What is remembered between requests, bounded by its size and not only by its number."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Values by key, for all threads; what nobody asked for longest goes first."""

    def __init__(self, *, room: int) -> None:
        self._most = self._room = room
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def keys(self) -> list[K]:
        """What is remembered, the longest unasked for first."""
        with self._lock:
            return list(self._kept)

    def get(self, key: K) -> V | None:
        """Return the value, if it is remembered."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def keep(self, key: K, value: V, *, size: int) -> None:
        """Remember a value that takes ``size`` of the room; one too large for it is let go."""
        if size > self._most:
            return
        with self._lock:
            _, freed = self._kept.pop(key, (None, 0))
            self._room += freed
            while size > self._room:
                _, (_, freed) = self._kept.popitem(last=False)
                self._room += freed
            self._kept[key] = (value, size)
            self._room -= size
