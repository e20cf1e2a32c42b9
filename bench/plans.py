"""What PostgreSQL reads for the product's hot work, in a house with years of data behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import psycopg
from psycopg import sql

from bench.common import BenchFailed, Figure, Report, Row, new_directory
from bench.common.processes import bare_environ, run_program
from tests.services import PostgresServer

BOOKINGS: Final = 1_000_000
BOOKINGS_A_SEAT: Final = 10
HOTELS: Final = 200  # each a small part of the whole: of few large ones, much is rightly read
MOST_TOLD: Final = 20
# As the guide to deployments says for disks without moving parts.
SETTING: Final = "ALTER DATABASE {} SET random_page_cost = 1.1"
# Work that may read much, by a part of its name, each with why.
ALLOWED: Final[Mapping[str, str]] = {
    "(superuser)": "counts and sorts the rows of all hotels, for the one who runs them all",
    "search": "looks for a piece of a name among all bookings and guests of one hotel",
    "office: guests (manager)": "goes through guests as they came, which is hotel by hotel here",
}


def measure(count: int | None) -> Report:
    """Fill a new PostgreSQL with ``count`` bookings and all that hangs on them; judge the plans."""
    bookings = count or BOOKINGS
    with new_directory() as directory, PostgresServer() as postgres:
        secrets = dict.fromkeys(("SECRET_KEY", "FIELD_ENCRYPTION_KEY"), "of-the-bench-alone-" * 3)
        environ = bare_environ(directory) | {"DATABASE_URL": postgres.url} | secrets
        environ |= {"ALLOWED_HOSTS": "127.0.0.1"}
        run_program(environ, "manage.py", "migrate", "--verbosity", "0")
        _set_up(postgres.url)
        run_program(
            environ,
            *("manage.py", "make_volume", "--anyway", "--bookings", str(bookings)),
            *("--seats", str(bookings // BOOKINGS_A_SEAT)),
            *("--hotels", str(HOTELS)),
        )
        work = json.loads(run_program(environ, "-m", "bench.plans_in_process"))
    faults = [fault for name, judged in work.items() for fault in _faults(name, judged)]
    if faults:
        told = "\n".join(faults[:MOST_TOLD])
        raise BenchFailed(f"{len(faults)} statements read too much:\n{told}")
    return _report(bookings, work)


def _set_up(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL(SETTING).format(name))


def _faults(name: str, judged: Sequence[Mapping[str, Any]]) -> list[str]:
    if any(part in name for part in ALLOWED):
        return []
    return [f"{name}: {', '.join(one['faults'])}: {one['sql']}" for one in judged if one["faults"]]


def _gist(sql: str) -> str:
    """Return a statement without its list of columns."""
    verb, _, rest = sql.partition(" FROM ")
    return f"{verb[:80]} … FROM {rest[:800]}" if rest else sql[:800]


def _report(bookings: int, work: Mapping[str, Sequence[Mapping[str, Any]]]) -> Report:
    groups: dict[str, list[float]] = {}
    for name, judged in work.items():
        groups.setdefault(name.partition(":")[0], []).extend(one["seconds"] for one in judged)
    every = [one for judged in work.values() for one in judged]
    dearest = max(every, key=lambda one: one["buffers"] / (one["returned"] + 1))
    return Report(
        bench="plans",
        title=f"Statements of the hot work on PostgreSQL with {bookings:,} bookings",
        rows=[Row(name=f"a statement: {group}", samples=found) for group, found in groups.items()],
        figures=[
            # One that does fails the bench.
            Figure(
                name=f"of {len(every)} statements with {bookings:,} bookings, those that read "
                "too much",
                value=0,
                unit="",
                aim=0,
            )
        ],
        notes=[
            f"{len(every)} statements of {len(work)} pieces of work; none reads a table of some "
            "size from end to end, or many more rows or pages than it gives.",
            f"The most pages for a row: {dearest['buffers']:,} for {dearest['returned']:,}.",
            *(f"Allowed to read much: {name}: {why}" for name, why in ALLOWED.items()),
        ],
    )
