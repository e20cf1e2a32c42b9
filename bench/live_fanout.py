"""One change told to a thousand viewers: the product, a raw broadcast, the library, a Node peer."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.common import (
    BenchFailed,
    Figure,
    Floor,
    ProductionHouse,
    Report,
    Row,
    new_directory,
    said,
)
from bench.common.crowd import Crowd
from bench.common.processes import ROOT, Process, free_port
from bench.common.viewers import Viewers
from bench.seat_house import label_of
from tests.services import ValkeyServer

VIEWERS: Final = 1000
STOCK_VIEWERS: Final = 200  # a thousand would take many seconds for each change
HELD: Final = 2000  # sockets whose memory is looked at
EVENTS: Final = 40
ALONE: Final = 30  # changes that nobody watches, whose cost is taken off
WARM_UP: Final = 3
MOST_OF_RAW: Final = 2.0
MOST_FOR_ONE_MICRO: Final = 30.0
DOCUMENT: Final = """subscription($slug: String!) {
  seatUpdates(eventSlug: $slug) { version resync seats { id label status } } }"""
SELECT: Final = """mutation($slug: String!, $labels: [String!]!, $token: String) {
  selectSeats(input: {eventSlug: $slug, labels: $labels, orderToken: $token}) {
    ... on SeatOrder { token } ... on Problem { code } } }"""
YOGA: Final = ROOT / "bench" / "peers" / "yoga"

Change = Callable[[], Coroutine[Any, Any, None]]


@dataclass(slots=True)
class Told:
    """What one server did for its viewers."""

    last: list[float] = field(default_factory=list)  # seconds from asking to the last viewer
    spread: list[float] = field(default_factory=list)  # from the first viewer to the last one
    processor: float = 0.0  # seconds for each delivery, the change itself taken off
    example: bytes = b""


def measure(count: int | None) -> Report:
    """Tell the same crowd by every means, one after the other on the same machine."""
    viewers = count or VIEWERS
    with new_directory() as directory:
        shared, raw, memory = _product(directory / "shared", viewers)
        stock, _, _ = _product(directory / "stock", min(viewers, STOCK_VIEWERS), shared=False)
        yoga = _yoga(directory, viewers)
    floor = Floor(name="raw broadcast, to the last viewer", samples=raw.last)
    spread = Floor(name="raw broadcast, from the first viewer to the last", samples=raw.spread)
    peers = [("the library's consumer", stock)]
    if yoga is not None:
        peers.append(("graphql-yoga, graphql-ws and Redis in Node", yoga))
    return Report(
        bench="live_fanout",
        title=f"One change told to {viewers} viewers of one server process",
        rows=[
            Row(name="shared subscriptions, to the last viewer", samples=shared.last, floor=floor),
            Row(
                name="shared subscriptions, from the first to the last",
                samples=shared.spread,
                floor=spread,
            ),
            Row(name=f"floor: {floor.name}", samples=raw.last, floor=floor),
            Row(name=f"floor: {spread.name}", samples=raw.spread, floor=spread),
            *(Row(name=f"{name}, to the last viewer", samples=t.last) for name, t in peers),
        ],
        figures=[
            Figure(
                name=f"one event to the last of {viewers} ÷ a raw broadcast, median",
                value=median(shared.last) / floor.seconds,
                unit="×",
                aim=MOST_OF_RAW,
                beside=f"raw {said(floor.seconds, 's')}",
            ),
            Figure(
                name="processor time for each delivery",
                value=shared.processor * 1e6,
                unit="µs",
                aim=MOST_FOR_ONE_MICRO,
                beside=", ".join(f"{name} {_micro(told)}" for name, told in [("raw", raw), *peers]),
            ),
            Figure(name="memory of a held socket", value=memory / 1024, unit="KiB"),
        ],
        notes=[
            "From sending the change (a seat chosen by a mutation over HTTP, on PostgreSQL) until "
            "the viewer has read the frame. All servers and viewers share the machine.",
            "Processor time of the server for each delivery, the change itself taken off: "
            f"shared {_micro(shared)}, raw {_micro(raw)}, "
            + ", ".join(f"{name} {_micro(told)}" for name, told in peers)
            + ". Aim: 30 µs, and less than the Node peer."
            + ("" if yoga else " The Node peer was left out: no npm here."),
            f"Memory for each of {HELD} held sockets with a subscription: {memory / 1024:.0f} KiB.",
        ],
    )


def _micro(told: Told) -> str:
    return f"{told.processor * 1e6:.0f} µs"


def _product(directory: Path, viewers: int, *, shared: bool = True) -> tuple[Told, Told, float]:
    """Return what subscribers and raw sockets got, and the bytes that one held socket takes."""
    directory.mkdir()
    house = ProductionHouse(
        directory,
        "http://127.0.0.1:9",  # no guest, no lock
        application="bench.fanout_app:application",
        more={
            "GRAPHQL_SHARED_SUBSCRIPTIONS": str(shared).lower(),
            "RATE_LIMIT_SEATING": "0",
            "BENCH_RAW_TEXT": "x" * 190,  # as long as what a subscriber gets
        },
    )
    with house:
        gala = house.run_for_json("-m", "bench.seat_house", "gala", "100")
        return asyncio.run(_watch_product(house, gala, viewers, shared=shared))


async def _watch_product(
    house: ProductionHouse, gala: dict[str, str], viewers: int, *, shared: bool
) -> tuple[Told, Told, float]:
    sockets = house.url.replace("http", "ws", 1)
    change = Turn(Crowd(house.url), gala["slug"])
    subscribers = Viewers(f"{sockets}/graphql/", DOCUMENT, slug=gala["slug"])
    told = await tell(house.web, subscribers, change, viewers)
    if not shared:
        return told, Told(), 0.0
    raw = await tell(house.web, Viewers(f"{sockets}/raw/{gala['group']}/"), change, viewers)
    before = resident(house.web.pid)
    held = Viewers(f"{sockets}/graphql/", DOCUMENT, slug=gala["slug"])
    await held.open(HELD)
    memory = (resident(house.web.pid) - before) / HELD
    held.close()
    return told, raw, memory


class Turn:
    """Chooses one seat and then the other, again and again."""

    def __init__(self, crowd: Crowd, slug: str) -> None:
        self._crowd, self._slug = crowd, slug
        self._token: str | None = None
        self._turn = 0

    async def __call__(self) -> None:
        self._turn += 1
        labels = [label_of(self._turn % 2)]
        answer, _ = await self._crowd.ask(SELECT, slug=self._slug, labels=labels, token=self._token)
        self._token = answer["token"]


async def tell(
    server: Process, crowd: Viewers, change: Change, viewers: int, *, events: int = EVENTS
) -> Told:
    """Make changes without viewers, then with them."""
    for _ in range(WARM_UP):
        await change()
    alone = await _processor(server, change, max(ALONE, events // 2))
    await crowd.open(viewers)
    for _ in range(WARM_UP):
        await _until_all_hear(crowd, change)
    told = Told()

    async def told_once() -> None:
        crowd.expect_one_each()
        asked = time.perf_counter()
        changing = asyncio.create_task(change())
        first, last = await crowd.all_have_it()
        await changing
        told.last.append(last - asked)
        told.spread.append(last - first)

    each = await _processor(server, told_once, events)
    told.processor = (each - alone) / viewers
    told.example = crowd.last_text
    crowd.close()
    await asyncio.sleep(1)
    return told


async def _until_all_hear(crowd: Viewers, change: Change) -> None:
    """Whoever subscribed a moment ago may miss a change or two."""
    for _ in range(20):
        before = list(crowd.counts)
        await change()
        await asyncio.sleep(1)
        if all(now > then for now, then in zip(crowd.counts, before, strict=True)):
            return
    raise BenchFailed("Some viewers were never told.")


async def _processor(server: Process, action: Change, times: int) -> float:
    """Return the server's processor seconds for each of several actions."""
    before = server.processor_seconds() or 0.0
    for _ in range(times):
        await action()
    return ((server.processor_seconds() or 0.0) - before) / times


def resident(pid: int) -> float:
    """Return the bytes of memory that a process has; 0 where the system does not tell."""
    status = Path(f"/proc/{pid}/statm")
    pages = int(status.read_text().split()[1]) if status.exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _yoga(directory: Path, viewers: int) -> Told | None:
    """Return what the Node peer did; None where there is no npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    if not (YOGA / "node_modules").is_dir():
        subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=YOGA, check=True)
    with ExitStack() as stack:
        valkey = stack.enter_context(ValkeyServer())
        server = stack.enter_context(_node(node, directory, valkey.url))
        return asyncio.run(_watch_yoga(server, viewers))


@contextmanager
def _node(node: str, directory: Path, redis_url: str) -> Iterator[Process]:
    port = free_port()
    environ = {"PORT": str(port), "REDIS_URL": redis_url, "NODE_ENV": "production"}
    with Process(
        str(YOGA / "server.mjs"),
        interpreter=node,
        program=(),
        environ=environ,
        log=directory / "yoga.log",
        port=port,
    ) as server:
        yield server


async def _watch_yoga(server: Process, viewers: int) -> Told:
    crowd = Crowd(server.url)

    async def change() -> None:
        await crowd.call("POST", "/graphql", {"query": "mutation { sell }"})

    viewers_of = Viewers(f"{server.url}/graphql".replace("http", "ws", 1), DOCUMENT, slug="gala")
    return await tell(server, viewers_of, change, viewers)
