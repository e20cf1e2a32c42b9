"""What the back office's lists cost in a house with 10,000 bookings: statements and time."""

from __future__ import annotations

import json
from statistics import median
from typing import Final

from bench.common import (
    BenchFailed,
    Figure,
    Report,
    Row,
    new_directory,
)
from bench.common.processes import bare_environ, run_program
from tests.services import PostgresServer

BOOKINGS: Final = 10_000
TIMES: Final = 20
MOST_STATEMENTS: Final = 12
FIRST_PAGE: Final = "today"  # many lists' numbers at once


def measure(count: int | None) -> Report:
    """Open every page in a process of its own, on PostgreSQL."""
    with new_directory() as directory, PostgresServer() as postgres:
        secrets = dict.fromkeys(("SECRET_KEY", "FIELD_ENCRYPTION_KEY"), "of-the-bench-alone-" * 3)
        environ = bare_environ(directory) | {"DATABASE_URL": postgres.url} | secrets
        environ |= {"ALLOWED_HOSTS": "127.0.0.1"}
        run_program(environ, "manage.py", "migrate", "--verbosity", "0")
        asked = ("-m", "bench.office_in_process", str(BOOKINGS), str(count or TIMES))
        pages = json.loads(run_program(environ, *asked))
    dear = {
        name: page["statements"]
        for name, page in pages.items()
        if name != FIRST_PAGE and page["statements"] > MOST_STATEMENTS
    }
    if dear:
        raise BenchFailed(f"More than {MOST_STATEMENTS} statements: {dear}.")
    asked_of = {name: page["statements"] for name, page in pages.items()}
    listed = ", ".join(f"{name} {page['statements']}" for name, page in pages.items())
    return Report(
        bench="office_lists",
        title=f"Pages of the back office with {BOOKINGS} bookings, in one process on PostgreSQL",
        rows=[Row(name=name, samples=page["samples"]) for name, page in pages.items()],
        figures=[
            Figure(
                name="the dearest list, statements",
                value=max(listed for name, listed in asked_of.items() if name != FIRST_PAGE),
                unit="",
                aim=MOST_STATEMENTS,
            ),
            *(
                Figure(name=f"{name}, median", value=median(pages[name]["samples"]))
                for name in (FIRST_PAGE, "bookings", "bookings, searched by name")
            ),
        ],
        notes=[
            f"Statements of a page, login included: {listed}; a list may have {MOST_STATEMENTS}.",
        ],
    )
