"""Whether the cost of an operation stays flat: ten times the data, sockets, processes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bench.common import Curve, Figure, Report, new_directory, table_of
from bench.growth_data import ROUNDS, measure_data
from bench.growth_processes import measure_processes
from bench.growth_sockets import measure_sockets

DATA: Final = "Ten times the data: past bookings of a hotel, and its log, chat and seats"
SOCKETS: Final = "Ten times the sockets that hear of one event"
PROCESSES: Final = "More processes of each kind, web and worker"


# What docs/scaling.md counts with.
COUNTED: Final = (
    "check-out, codes off the locks",
    "board of 200 rooms",
    "partner's reservation, made by PUT",
    "event log, the end",
    "an idle second of web and worker",
)


def measure(count: int | None) -> Report:
    """Measure the three dimensions, each in servers of its own."""
    with new_directory() as directory:
        data = measure_data(directory, count or ROUNDS)
    with new_directory() as directory:
        sockets = measure_sockets(directory)
    with new_directory() as directory:
        processes = measure_processes(directory)
    named = {DATA: data, SOCKETS: sockets, PROCESSES: processes}
    grown = {"100 × the data": data, "50 × the sockets": sockets, "4 × the processes": processes}
    return Report(
        bench="growth",
        title="The cost of one operation while one dimension grows",
        rows=[],
        tables=[table_of(title, *found) for title, found in named.items()],
        figures=[
            *(
                replace(curve.figure, name=f"{curve.name}, {how}")
                for how, (_, curves) in grown.items()
                for curve in curves
            ),
            *(figure for curve in data[1] for figure in _costs(curve)),
        ],
        notes=[
            "Processor time of web, worker, PostgreSQL and Valkey for one operation, what they use "
            "while nobody asks for anything taken off; medians of rounds that all sizes take by "
            "turns. Flat: no size costs more than 1.2 times the smallest.",
            "Houses have 200 rooms and as many arrivals at every size. With each past booking come "
            "its guest, nights, check-out, flow, grant, codes and six events in the hotel's log; "
            "the chat has 20, 200 and 2,000 messages, the seat map 200, 2,000 and 10,000 seats.",
        ],
    )


def _costs(curve: Curve) -> list[Figure]:
    """Return what an operation costs in the smallest house, PostgreSQL's part told apart."""
    if curve.name not in COUNTED:
        return []
    return [
        Figure(name=f"{curve.name}: all", value=curve.costs[0]),
        Figure(name=f"{curve.name}: PostgreSQL", value=curve.of_postgres[0]),
    ]
