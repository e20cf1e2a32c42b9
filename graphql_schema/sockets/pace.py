"""How fast one client may talk, and how many sockets one place may hold."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

MESSAGES_A_SECOND: Final = 50.0
BURST: Final = 300.0  # a page that opens many subscriptions at once is welcome


class Pace:
    """A bucket of messages that fills again with time."""

    class Exceeded(Exception):
        """The bucket is empty."""

    def __init__(self) -> None:
        self._left, self._at = BURST, time.monotonic()

    def step(self) -> None:
        """Count a message. Raises Exceeded."""
        now = time.monotonic()
        self._left = min(BURST, self._left + (now - self._at) * MESSAGES_A_SECOND)
        self._at = now
        if self._left < 1:
            raise Pace.Exceeded
        self._left -= 1


class Crowd:
    """The sockets that this process holds, by whom they belong to."""

    def __init__(self, most: Callable[[], int]) -> None:
        """``most``: how many one may have, 0 for no limit."""
        self._most = most
        self._held: Counter[str] = Counter()

    @contextmanager
    def held(self, place: str) -> Iterator[bool]:
        """Hold a socket for ``place``; yields whether there was room."""
        most = self._most()
        if most and self._held[place] >= most:
            yield False
            return
        self._held[place] += 1
        try:
            yield True
        finally:
            self._held[place] -= 1
            if not self._held[place]:
                del self._held[place]
