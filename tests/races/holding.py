"""The product's server, in which a test can hold a request in the midst of its command.

A request that names itself and a table (``X-Hold: name table``) stands still once the command has
read from that table within its transaction, until the test opens the gate of that name. Whoever
comes meanwhile comes in the midst of the command, each time and on every machine. For servers of
their own alone: whoever imports this, listens to all requests from there on.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from backend.asgi import application as application  # sets Django up, before anything else

from django.core.signals import request_started  # isort: skip
from django.db.backends.signals import connection_created  # isort: skip

from tests.races.gates import GATES, HEADER  # isort: skip

READ: Final = re.compile(r'SELECT .*? FROM "(\w+)"', re.DOTALL)
LONGEST: Final = 90.0  # seconds: a test that is gone opens no gate

_asked = threading.local()  # a request is served by one thread from its beginning to its end


def note(scope: dict[str, Any], **_: Any) -> None:
    """Remember where this request is to stand still, if anywhere."""
    wanted = dict(scope["headers"]).get(HEADER, b"").decode()
    _asked.hold = tuple(wanted.split()) if wanted else None


def watch(connection: Any, **_: Any) -> None:
    """Look at every statement of a new connection."""
    if hold_after not in connection.execute_wrappers:
        connection.execute_wrappers.append(hold_after)


def hold_after(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Execute the statement, and stand still after the one that this request is held at."""
    result = execute(sql, params, many, context)
    hold = getattr(_asked, "hold", None)
    if hold and context["connection"].in_atomic_block and _table_read_by(sql) == hold[1]:
        _asked.hold = None
        _stand_still(hold[0])
    return result


def _table_read_by(sql: str) -> str:
    """Return the first table that a SELECT reads, if it is one."""
    found = READ.match(sql)
    return found[1] if found else ""


def _stand_still(name: str) -> None:
    gates = Path(os.environ[GATES])
    (gates / f"{name}.held").touch()
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline and not (gates / f"{name}.open").exists():
        time.sleep(0.01)


request_started.connect(note)
connection_created.connect(watch)
