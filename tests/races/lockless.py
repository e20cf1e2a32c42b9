"""The same server with no row ever locked: the twin of every race that a lock decides.

On SQLite, where the transaction itself is the lock, it is taken at the first write.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from tests.races.holding import application as application  # sets Django up, before anything else

from django.db import connections  # isort: skip
from django.db.backends.signals import connection_created  # isort: skip

LOCK: Final = re.compile(r' FOR (NO KEY )?UPDATE( OF [\w", ]+?)?( NOWAIT| SKIP LOCKED)?(?=\)|$)')


def watch(connection: Any, **_: Any) -> None:
    """Take the lock out of every statement of a new connection."""
    if without_lock not in connection.execute_wrappers:
        connection.execute_wrappers.append(without_lock)


def without_lock(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Execute the statement as if nobody else were about."""
    return execute(LOCK.sub("", sql), params, many, context)


connection_created.connect(watch)
if connections["default"].vendor == "sqlite":
    connections.settings["default"]["OPTIONS"]["transaction_mode"] = "DEFERRED"
