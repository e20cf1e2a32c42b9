"""The embedded queue: Huey's SQLite file, whose workers in this process hear at once."""

from __future__ import annotations

import sqlite3
import threading
from typing import Any, Final

from huey import Huey
from huey.storage import SqliteStorage

# Calls from other processes, such as a management command, are found this late at most.
LOOK_SECONDS: Final = 0.25


class EmbeddedQueue(SqliteStorage):  # type: ignore[misc]  # huey has no types
    """Workers wait for a call in memory instead of reading the file many times a second.

    Commits do not wait for the disk: the rows that owe work are the truth, and a bell that a power
    cut silenced is made up for by the sweeper.
    """

    blocking = True  # ``dequeue`` waits by itself

    def __init__(self, *args: Any, look_seconds: float = LOOK_SECONDS, **options: Any) -> None:
        self._calls = threading.Semaphore(0)
        self._look_seconds = look_seconds
        super().__init__(*args, **options)

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        """Store the call, then let one worker of this process go and look."""
        super().enqueue(data, priority)
        self._calls.release()

    def dequeue(self) -> bytes | None:
        """Return the next call, or None after a while without any."""
        self._calls.acquire(timeout=self._look_seconds)
        found: bytes | None = super().dequeue()
        return found

    def _create_connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection = super()._create_connection()
        # Still a sound file after a power cut, which "off" would not promise.
        connection.execute("pragma synchronous=normal")
        return connection


class EmbeddedHuey(Huey):  # type: ignore[misc]  # huey has no types
    """Huey on an ``EmbeddedQueue``; for the setting ``huey_class``."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, storage_class=EmbeddedQueue, **options)
