"""The server keeps one SQLite connection open, so that no request pays for being the last."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from backend.standing import open_standing_connection

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own affair"),
]


def test_the_log_survives_the_last_request() -> None:
    standing = open_standing_connection()
    assert standing is not None
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE standing_probe (n integer)")
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    try:
        connection.close()
        assert log.exists()
    finally:
        standing.close()
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE standing_probe")


def test_it_holds_no_lock_that_others_could_wait_for() -> None:
    standing = open_standing_connection()
    assert standing is not None
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, *_ = cursor.fetchone()
        assert busy == 0
    finally:
        standing.close()
