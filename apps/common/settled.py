"""Until when the changes of a table are complete, for readers who come back for what is new.

A row's instant of change is taken before its transaction commits, so it becomes visible late: a
reader who remembers the newest instant seen would miss it. What is told here is an instant before
which nothing can appear any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection, models, transaction
from django.utils import timezone

# For clocks of machines that differ, and for the moment between taking an instant and writing it.
MARGIN: Final = timedelta(seconds=5)
# Whoever has locked the table for writing may have written with an instant since their transaction
# began. The start is hidden from a role of fewer rights: then an hour, which is longer than any.
OLDEST_WRITER: Final = """SELECT clock_timestamp(),
  min(coalesce(a.xact_start, clock_timestamp() - interval '1 hour'))
FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.relation = %s::regclass AND l.mode = 'RowExclusiveLock' AND l.pid <> pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


def settled_until(table: type[models.Model]) -> datetime:
    """Return an instant such that every change of ``table`` that a later reading could miss has a
    later one. Ask before reading.

    On PostgreSQL, the start of the oldest transaction that writes to the table, or now; on SQLite,
    which has one writer, now, once that writer is done. Both less a margin.
    """
    if connection.vendor == "postgresql":
        now, oldest = _oldest_writer(table._meta.db_table)
        return min(now, oldest or now) - MARGIN
    with transaction.atomic():  # takes the write lock: nobody is half-way through
        return timezone.now() - MARGIN


def _oldest_writer(table: str) -> tuple[datetime, datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute(OLDEST_WRITER, [table])
        row: tuple[datetime, datetime | None] = cursor.fetchone()
    return row
