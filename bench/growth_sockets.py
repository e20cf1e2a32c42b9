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
WARM_UP: Final = 100  # sockets, for what a server grows once


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
    memory = await _memory(house, address, slug)
    told = []
    for size in SIZES:
        events = min(MOST_EVENTS, max(FEWEST_EVENTS, DELIVERIES // size))
        crowd = Viewers(address, DOCUMENT, slug=slug)
        told.append(await tell(house.web, crowd, change, size, events=events))
    return told, memory


async def _memory(house: ProductionHouse, address: str, slug: str) -> list[float]:
    """Hold ever more sockets at once: what a server has let go it would only use again."""
    taken, crowds = list[float](), list[Viewers]()
    for size in (WARM_UP, *SIZES):
        before = resident(house.web.pid)
        crowds.append(Viewers(address, DOCUMENT, slug=slug))
        await crowds[-1].open(size)
        taken.append((resident(house.web.pid) - before) / size / 1024)
    for crowd in crowds:
        crowd.close()
    await asyncio.sleep(2.0)
    return taken[1:]
