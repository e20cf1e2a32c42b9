"""Django's ``migrate``, for databases that are in use."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import structlog
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

log = structlog.get_logger(__name__)

LOCK_SECONDS: Final = 4.0
TRIES: Final = 10
PAUSE_SECONDS: Final = 2.0  # times the number of tries so far


class Command(Migrate):
    """On SQLite, processes take turns. On PostgreSQL, no statement waits long for a lock; what it
    cost is tried again.

    A change of a table that waits behind one long query makes everybody else wait behind it.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-seconds",
            type=float,
            default=LOCK_SECONDS,
            help="So long may a statement wait for a lock and keep others waiting (PostgreSQL); "
            "0: without an end.",
        )
        parser.add_argument("--tries", type=int, default=TRIES, help="How often to try in all.")

    def handle(
        self,
        *arguments: Any,
        lock_seconds: float = LOCK_SECONDS,
        tries: int = TRIES,
        **options: Any,
    ) -> None:
        """Raises CommandError where a lock was not to be had at any try."""
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            with turn_at(str(connection.settings_dict["NAME"])):
                super().handle(*arguments, **options)
            return
        for tried in range(1, tries + 1):
            _limit_waiting(options["database"], lock_seconds)
            if self._is_done(tried, *arguments, **options):
                return
            if tried < tries:
                time.sleep(PAUSE_SECONDS * tried)
        raise CommandError("Others hold a table; the migration was taken back. Try again later.")

    def _is_done(self, tried: int, *arguments: Any, **options: Any) -> bool:
        """Try once; False where others held a table."""
        try:
            super().handle(*arguments, **options)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            log.warning("migrate.lock_not_available", tried=tried)
            return False
        _limit_waiting(options["database"], None)  # tests go on with this connection
        return True


@contextmanager
def turn_at(database: str) -> Iterator[None]:
    """Let one process after the other migrate the SQLite file ``database``.

    ``dev`` and ``seed_demo``, started together, both find an empty file; on SQLite each statement
    of a migration is by itself, so both would make the same tables.
    """
    if "memory" in database:  # nobody else has it
        yield
        return
    with Path(f"{database}.migrating").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _limit_waiting(alias: str, seconds: float | None) -> None:
    with connections[alias].cursor() as cursor:
        if seconds is None:
            cursor.execute("RESET lock_timeout")
        else:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{seconds * 1000:g}"])
