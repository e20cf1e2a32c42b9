"""A SQLite connection that stays open as long as the server."""

from __future__ import annotations

import sqlite3

from django.db import connection


def open_standing_connection() -> sqlite3.Connection | None:
    """Return a connection that is only there to be open; None with another database.

    Every request has a connection of its own. Whenever the last one closes, SQLite folds the log
    into the database and waits for the disk, and the next one begins the log anew.
    """
    if connection.vendor != "sqlite":
        return None
    standing = sqlite3.connect(connection.settings_dict["NAME"], check_same_thread=False)
    standing.execute("SELECT 1 FROM sqlite_master").fetchall()  # files open at the first read
    return standing
