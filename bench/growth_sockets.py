"""One event told to ten times as many sockets, and what a held socket takes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.common import Curve, ProductionHouse
from bench.common.crowd import Crowd
from bench.common.viewers import Viewers
from bench.live_fanout import DOCUMENT, Told, Turn, resident, tell

SIZES: Final = (100, 1_000, 5_000)
DELIVERIES: Final = 20_000  # at each size, so that each is measured as finely
MOST_EVENTS: Final = 100
FEWEST_EVENTS: Final = 8


def measure_sockets(directory: Path) -> tuple[Sequence[str], Sequence[Curve]]:
    """Return the sizes, and the curves of a delivery and of a socket's memory."""
    house = ProductionHouse(
        directory,
        "http://127.0.0.1:9",  # no guest, no lock
        more={"RATE_LIMIT_SEATING": "0", "GRAPHQL_SOCKETS_PER_ADDRESS": "0"},
    )
    with house:
        gala = house.run_for_json("-m", "bench.seat_house", "gala", "100")
        told, memory = asyncio.run(_all(house, gala["slug"]))
    return [f"{size:,}" for size in SIZES], [
        Curve(
            name="processor time of the server for a delivery", costs=[t.processor for t in told]
        ),
        Curve(name="memory of a held socket", costs=memory, unit="KiB"),
    ]


async def _all(house: ProductionHouse, slug: str) -> tuple[list[Told], list[float]]:
    change = Turn(Crowd(house.url), slug)
    address = f"{house.url.replace('http', 'ws', 1)}/graphql/"
    told, memory = list[Told](), list[float]()
    for size in SIZES:
        events = min(MOST_EVENTS, max(FEWEST_EVENTS, DELIVERIES // size))
        crowd = Viewers(address, DOCUMENT, slug=slug)
        told.append(await tell(house.web, crowd, change, size, events=events))
    # After the rounds, so that what a server grows once is there already.
    for size in SIZES:
        before = resident(house.web.pid)
        held = Viewers(address, DOCUMENT, slug=slug)
        await held.open(size)
        memory.append((resident(house.web.pid) - before) / size / 1024)
        held.close()
        await asyncio.sleep(2.0)
    return told, memory
