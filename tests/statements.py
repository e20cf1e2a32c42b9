"""What a call says to the database.

Counted are statements that read or write; how transactions nest is left out, since a test's own
transaction changes it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.db import connection
from django.test.utils import CaptureQueriesContext

WORDS: Final = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


def statements(call: Callable[[], Any]) -> list[str]:
    """Return the statements that ``call`` makes, in order."""
    # On SQLite, Django tries this once in a process, in the midst of whatever comes first.
    assert connection.features.supports_json_field
    with CaptureQueriesContext(connection) as queries:
        call()
    made = [query["sql"] for query in queries]
    return [sql for sql in made if sql.upper().startswith(WORDS)]
