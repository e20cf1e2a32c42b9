"""Who answers HTTP: the ASGI server that sockets need anyway, or a WSGI server beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.common import (
    Figure,
    Floor,
    LockCloud,
    ProductionHouse,
    Report,
    Row,
    free_port,
    new_directory,
    said,
)
from bench.common.crowd import Crowd
from bench.common.processes import Process
from bench.common.processor import processor_seconds_of_tree

REQUESTS: Final = 3000
WARM_UP: Final = 200
SIDE_BY_SIDE: Final = 8
THREADS: Final = 8
CHEAPEST: Final = {"query": "{ __typename }"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Load:
    """What is asked, again and again."""

    name: str
    method: str
    path: str
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """Seconds of each request, and the processor time that the server used for one."""

    samples: Sequence[float]
    processor: float


def measure(count: int | None) -> Report:
    """The same requests by the same clients, to one process of each server in turn."""
    wanted = count or REQUESTS
    with (
        new_directory() as directory,
        LockCloud(directory, latency_ms=10) as cloud,
        ProductionHouse(directory, cloud.url) as house,
    ):
        loads = _loads(house.run_for_json("-m", "bench.seat_house", "build", "200")["chart"])
        with _gunicorn(house, directory) as wsgi:
            doors = {"ASGI (uvicorn)": house.web, "WSGI (gunicorn)": wsgi}
            outcomes = {
                (load.name, name): asyncio.run(_ask(door, load, wanted))
                for load in loads
                for name, door in doors.items()
            }
    return _report(loads, list(doors), outcomes)


def _loads(slug: str) -> list[_Load]:
    return [
        _Load(name="{ __typename }", method="POST", path="/graphql/", body=CHEAPEST),
        _Load(
            name="a seat map's availability",
            method="GET",
            path=f"/api/seating/events/{slug}/availability/",
        ),
    ]


def _gunicorn(house: ProductionHouse, directory: Path) -> Process:
    port = free_port()
    return Process(
        *("backend.wsgi:application", "--bind", f"127.0.0.1:{port}", "--workers", "1"),
        *("--worker-class", "gthread", "--threads", str(THREADS), "--keep-alive", "75"),
        program=("-m", "gunicorn"),
        environ=house.environ,
        log=directory / "wsgi.log",
        port=port,
    )


async def _ask(door: Process, load: _Load, wanted: int) -> _Outcome:
    crowd = Crowd(door.url)
    await _rounds(crowd, load, WARM_UP)
    before = processor_seconds_of_tree(door.pid) or 0.0
    samples = await _rounds(crowd, load, wanted)
    used = (processor_seconds_of_tree(door.pid) or 0.0) - before
    return _Outcome(samples=samples, processor=used / len(samples))


async def _rounds(crowd: Crowd, load: _Load, wanted: int) -> list[float]:
    async def one_client() -> list[float]:
        return [
            (await crowd.call(load.method, load.path, load.body)).seconds
            for _ in range(wanted // SIDE_BY_SIDE)
        ]

    shares = await asyncio.gather(*[one_client() for _ in range(SIDE_BY_SIDE)])
    return [seconds for share in shares for seconds in share]


def _report(
    loads: Sequence[_Load], doors: Sequence[str], outcomes: Mapping[tuple[str, str], _Outcome]
) -> Report:
    rows, notes = [], []
    for load in loads:
        floor = Floor(name=doors[-1], samples=outcomes[load.name, doors[-1]].samples)
        for door in doors:
            found = outcomes[load.name, door]
            rows.append(Row(name=f"{load.name}, {door}", samples=found.samples, floor=floor))
            notes.append(
                f"{load.name}, {door}: {found.processor * 1000:.2f} ms of processor time for each."
            )
    return Report(
        bench="http_doors",
        title=f"HTTP by one process of either server, {SIDE_BY_SIDE} clients at a time",
        rows=rows,
        figures=[
            Figure(
                name=f"{load.name}, processor time",
                value=outcomes[load.name, doors[0]].processor,
                beside=f"{doors[1]} {said(outcomes[load.name, doors[1]].processor, 's')}",
            )
            for load in loads
        ],
        notes=[f"Both serve from {THREADS} threads; the ratio is to the WSGI server.", *notes],
    )
