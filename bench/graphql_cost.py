"""What a GraphQL query costs beyond its rows: one object, and a map of 2,000 seats."""

from __future__ import annotations

import json
from statistics import median
from typing import Final

from bench.common import (
    Figure,
    Floor,
    Report,
    Row,
    new_directory,
    said,
)
from bench.common.processes import bare_environ, run_program
from tests.services import PostgresServer

TIMES: Final = 200
SEATS: Final = 2000
MOST_FOR_ONE_SECONDS: Final = 0.0012
MOST_OF_BARE_MAP: Final = 1.6


def measure(count: int | None) -> Report:
    """Ask the view in a process of its own, on PostgreSQL."""
    with new_directory() as directory, PostgresServer() as postgres:
        secrets = dict.fromkeys(("SECRET_KEY", "FIELD_ENCRYPTION_KEY"), "of-the-bench-alone-" * 3)
        environ = bare_environ(directory) | {"DATABASE_URL": postgres.url} | secrets
        run_program(environ, "manage.py", "migrate", "--verbosity", "0")
        run_program(environ, "-m", "bench.seat_house", "gala", str(SEATS))
        samples = json.loads(
            run_program(environ, "-m", "bench.graphql_in_process", str(count or TIMES))
        )
    wall = {name: [each[0] for each in timed] for name, timed in samples.items()}
    used = {name: median(each[1] for each in timed) for name, timed in samples.items()}
    event = Floor(name="one object: its row by .values() and orjson", samples=wall["bare event"])
    chart = Floor(name="map: the seats' rows by .values() and orjson", samples=wall["bare map"])
    return Report(
        bench="graphql_cost",
        title=f"GraphQL over its rows, in one process on PostgreSQL: one object, {SEATS} seats",
        rows=[
            Row(name="one object", samples=wall["event"], floor=event),
            Row(name=f"floor: {event.name}", samples=wall["bare event"], floor=event),
            Row(name=f"map of {SEATS} seats, six fields", samples=wall["map"], floor=chart),
            Row(name=f"floor: {chart.name}", samples=wall["bare map"], floor=chart),
        ],
        figures=[
            Figure(
                name="one object, processor time",
                value=used["event"],
                aim=MOST_FOR_ONE_SECONDS,
                beside=f"its row {said(used['bare event'], 's')}",
            ),
            Figure(
                name=f"map of {SEATS} seats ÷ its bare rows, processor time",
                value=used["map"] / used["bare map"],
                unit="×",
                aim=MOST_OF_BARE_MAP,
                beside=f"bare rows {said(used['bare map'], 's')}",
            ),
        ],
        notes=[
            "Processor time, median: one object "
            f"{used['event'] * 1000:.2f} ms (aim 1.2), its row {used['bare event'] * 1000:.2f} ms; "
            f"the map {used['map'] * 1000:.1f} ms, its rows {used['bare map'] * 1000:.1f} ms, "
            f"{used['map'] / used['bare map']:.2f} times as much (aim 1.6); bare rows that "
            f"say who is taken {used['bare states'] * 1000:.1f} ms.",
            "The map asks each time which seats are taken or blocked; what stays the same of them "
            "it reads once for each version of the chart, and the bare rows each time.",
        ],
    )
