"""One consistent picture of the database into a file, and from a file into an empty database."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from django.db import connection

from backend.backups.errors import BackupRefused

FILES: Final[Mapping[str, str]] = {"postgresql": "database.dump", "sqlite": "database.sqlite3"}
# How PostgreSQL's own programs are told, so that no password is in a list of processes.
VARIABLES: Final[Mapping[str, str]] = {
    "NAME": "PGDATABASE",
    "USER": "PGUSER",
    "PASSWORD": "PGPASSWORD",
    "HOST": "PGHOST",
    "PORT": "PGPORT",
}
OPTIONS: Final[Mapping[str, str]] = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
LAST_WORDS: Final = 300


def dump(directory: Path) -> None:
    """Write the database into ``directory`` as of one instant; writers go on meanwhile.

    Raises BackupRefused.
    """
    path = directory / FILES[connection.vendor]
    if connection.vendor == "postgresql":
        _run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={path}"])
    else:
        _copy_sqlite(_sqlite_path(), path)


def load(directory: Path, vendor: str) -> None:
    """Fill the empty database with what ``dump`` wrote. Raises BackupRefused."""
    if vendor != connection.vendor:
        raise BackupRefused(f"The backup is of {vendor}: let DATABASE_URL name such a database.")
    require_empty()
    path = directory / FILES[vendor]
    if vendor == "postgresql":
        options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
        _run("pg_restore", [*options, f"--dbname={connection.settings_dict['NAME']}", str(path)])
    else:
        connection.close()
        _copy_sqlite(str(path), Path(_sqlite_path()))


def require_empty() -> None:
    """Raises BackupRefused for a database with any table."""
    if connection.introspection.table_names():
        raise BackupRefused("The database is not empty: name a new one in DATABASE_URL.")


def _sqlite_path() -> str:
    return str(connection.settings_dict["NAME"])


def _copy_sqlite(source: str, target: Path) -> None:
    address = f"{Path(source).resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        # All pages in one step: copied in several, it begins anew whenever somebody writes.
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        (verdict,) = writing.execute("PRAGMA quick_check").fetchone()
    if verdict != "ok":
        raise BackupRefused(f"SQLite says of the copy: {verdict[:LAST_WORDS]}")


def _run(program: str, arguments: Sequence[str]) -> None:
    found = shutil.which(program)
    if found is None:
        raise BackupRefused(f"{program} is missing: install PostgreSQL's client programs.")
    done = subprocess.run(
        [found, *arguments],
        env={**os.environ, **_environ(connection.settings_dict)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BackupRefused(f"{program} failed: {done.stderr.strip()[-LAST_WORDS:]}")


def _environ(settings: Mapping[str, Any]) -> dict[str, str]:
    options = settings.get("OPTIONS") or {}
    told = {variable: settings.get(name) for name, variable in VARIABLES.items()}
    told |= {variable: options.get(name) for name, variable in OPTIONS.items()}
    return {variable: str(value) for variable, value in told.items() if value}
