"""Where the simulated world survives its process: one SQLite file, or nothing at all.

The file stands for hardware and for the vendor's database, so it holds codes in the clear as
they do; it is readable by its owner only.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

Key = tuple[str, str]  # (kind, id)
Body = dict[str, Any]


class Store(Protocol):
    """Keeps bodies by kind and id. A ``None`` body takes the entry away."""

    def load(self) -> Iterable[tuple[str, str, Body]]:
        """Every entry as (kind, id, body), in the order of its first writing."""

    def write(self, changes: Mapping[Key, Body | None]) -> None:
        """Write all changes or none."""

    def clear(self) -> None:
        """Forget everything."""

    def close(self) -> None:
        """Let go of the file."""


class MemoryStore:
    """Forgets with its process: the world itself holds the state."""

    def load(self) -> Iterable[tuple[str, str, Body]]:
        return ()

    def write(self, changes: Mapping[Key, Body | None]) -> None:
        del changes  # nothing outlives the process

    def clear(self) -> None:
        return

    def close(self) -> None:
        return


class StoreInUseError(RuntimeError):
    """Another simulator has this file open."""


class SqliteStore:
    """One table in one file. Each write is a committed transaction when it returns.

    The file is held exclusively, since each simulator works from its own picture in memory.
    Raises StoreInUseError if another process holds it.

    Write-ahead logging with normal syncing survives the death of the process at any moment, as a
    lock on its door does; only a power cut may take the last writes.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        # The server's thread uses the connection that its creator opened, never both at once.
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except sqlite3.OperationalError as error:
            self._connection.close()
            raise StoreInUseError(f"{path} is in use by another simulator") from error

    def _prepare(self) -> None:
        # A predecessor that is being stopped gets a moment to let go.
        self._connection.execute("PRAGMA busy_timeout = 2000")
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS entry ("
            "position INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL,"
            " body TEXT NOT NULL, UNIQUE (kind, id))"
        )

    def load(self) -> Iterable[tuple[str, str, Body]]:
        rows = self._connection.execute("SELECT kind, id, body FROM entry ORDER BY position")
        return [(kind, key, json.loads(body)) for kind, key, body in rows]

    def write(self, changes: Mapping[Key, Body | None]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for (kind, key), body in changes.items():
                self._write_one(kind, key, body)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _write_one(self, kind: str, key: str, body: Body | None) -> None:
        if body is None:
            self._connection.execute("DELETE FROM entry WHERE kind = ? AND id = ?", (kind, key))
            return
        self._connection.execute(
            "INSERT INTO entry (kind, id, body) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            (kind, key, json.dumps(body)),
        )

    def clear(self) -> None:
        self._connection.execute("DELETE FROM entry")

    def close(self) -> None:
        self._connection.close()


def open_store(path: Path | None) -> Store:
    """A file's store, or one that forgets when ``path`` is None."""
    return MemoryStore() if path is None else SqliteStore(path)
