"""Seats on PostgreSQL behind two web processes: sales, reads, viewers; and a crowd on few seats,
there and on the embedded default. Fails if a seat is ever sold twice."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.common import (
    BenchFailed,
    EmbeddedHouse,
    Figure,
    Floor,
    ProductionHouse,
    Report,
    Row,
    new_directory,
    said,
)
from bench.common.crowd import in_turns
from bench.seat_apps import Apps
from bench.seat_house import HOT, label_of
from bench.seat_storm import STORM_SECONDS, storm

SALES: Final = 600
AT_ONCE: Final = 16
ROUNDS: Final = 3
WARM_UP: Final = 32
WEB_PROCESSES: Final = 2
FEWEST_A_SECOND: Final = 140.0
SHARE_OF_BARE: Final = 0.25
READS: Final = 150
MOST_READ_SECONDS: Final = 0.015
MOST_OF_FLOOR: Final = 1.6
VIEWERS: Final = 1_000
SHOWN_SALES: Final = 12
OPENED_AT_ONCE: Final = 50
PATIENCE_SECONDS: Final = 120.0
BARE: Final = "bench.bare_app:application"
NOWHERE: Final = "http://127.0.0.1:9"  # no door is opened here
UNLIMITED: Final = {"RATE_LIMIT_SEATING": "0"}  # one address plays everybody
CHANGED: Final = """
SELECT version, extract(epoch FROM changed_at) FROM seating_seatchange
JOIN seating_seatingevent e ON e.id = event_id WHERE e.slug = 'sale'"""


def measure(count: int | None) -> Report:
    """Sell, read and watch on PostgreSQL; then let the crowd come, there and on SQLite."""
    sales = count or SALES
    seats = sales + WARM_UP + SHOWN_SALES
    with new_directory() as directory:
        house = ProductionHouse(directory, NOWHERE, more=UNLIMITED, web_processes=WEB_PROCESSES)
        with house:
            made = house.run_for_json("-m", "bench.seat_house", "build", str(seats))
            floor = house.serving(
                BARE, "bare", settings="bench.bare_settings", processes=WEB_PROCESSES
            )
            with floor as bare:
                rows, figures, notes = asyncio.run(_on_postgres(house, bare.url, sales))
            crowd = asyncio.run(storm(Apps(house.url), Apps(house.url, token=made["token"]), made))
            checks = house.run_for_json("-m", "bench.seat_house", "check")
    notes += [*_verdict("PostgreSQL", crowd, checks), *_on_sqlite()]
    return Report(
        bench="seats",
        title=f"Seats on PostgreSQL, {WEB_PROCESSES} web processes; {HOT} hot seats on both",
        rows=rows,
        figures=[*figures, Figure(name="seats sold twice in the crowds", value=0, unit="", aim=0)],
        notes=notes,
    )


async def _on_postgres(
    house: ProductionHouse, bare_url: str, sales: int
) -> tuple[list[Row], list[Figure], list[str]]:
    apps, bare = Apps(house.url), Apps(bare_url)
    places = iter(range(sales + WARM_UP + SHOWN_SALES))

    async def sell(_: int) -> float:
        return await _sell(apps, next(places))

    async def insert(_: int) -> float:
        return (await bare.post("/insert/", {})).seconds

    await in_turns(WARM_UP, AT_ONCE, sell)
    await in_turns(WARM_UP, AT_ONCE, insert)
    sold, inserted = _Rate(), _Rate()
    used: Counter[str] = Counter()
    for _ in range(ROUNDS):
        before = _processor_seconds(house)
        await sold.take(in_turns(sales // ROUNDS, AT_ONCE, sell))
        used.update(_processor_seconds(house))
        used.subtract(before)
        await inserted.take(in_turns(sales // ROUNDS, AT_ONCE, insert))
    floor = Floor(name="bare insert", samples=inserted.samples)
    rows = [
        Row(
            name=f"a sale: choose, prove, booked; {AT_ONCE} at once",
            samples=sold.samples,
            floor=floor,
        ),
        Row(name="bare Django view that inserts a row", samples=inserted.samples),
        *(reads := await _reads(apps, bare)),
    ]
    seen = await _viewers(apps, house, places)
    rows.append(Row(name=f"commit to the last of {VIEWERS:,} viewers", samples=seen))
    wanted = max(FEWEST_A_SECOND, SHARE_OF_BARE * inserted.a_second)
    verdict = "met" if sold.a_second >= wanted else "MISSED"
    figures = [
        Figure(
            name=f"complete sales, {AT_ONCE} at once",
            value=sold.a_second,
            unit="a second",
            aim=wanted,
            is_least=True,
            beside=f"{inserted.a_second:,.0f} bare inserts a second",
        ),
        Figure(name="processor time for a sale", value=sum(used.values()) / len(sold.samples)),
        *(
            Figure(name=f"of it {process}", value=seconds / len(sold.samples))
            for process, seconds in used.items()
        ),
        *(figure for row in reads if row.floor for figure in _read_figures(row, row.floor)),
        Figure(name=f"commit to the last of {VIEWERS:,} viewers, median", value=median(seen)),
    ]
    return (
        rows,
        figures,
        [
            *map(_read_verdict, [row for row in reads if row.floor]),
            f"{sold.a_second:.0f} sales a second, two requests each, against "
            f"{inserted.a_second:.0f} bare inserts: {sold.a_second / inserted.a_second:.0%}; "
            f"aim {wanted:.0f}: {verdict}",
            _cost(used, len(sold.samples)),
        ],
    )


def _processor_seconds(house: ProductionHouse) -> dict[str, float]:
    return {**house.processor_seconds(), "the buyers": time.process_time()}


def _cost(used: Mapping[str, float], sales: int) -> str:
    each = 1000 / sales
    parts = ", ".join(f"{process} {seconds * each:.1f} ms" for process, seconds in used.items())
    together = sum(used.values()) * each
    return f"Processor time for each sale: {parts}, together {together:.1f} ms of two cores."


def _read_figures(row: Row, floor: Floor) -> list[Figure]:
    ratio = row.middle / floor.seconds
    beside = f"{floor.name} {said(floor.seconds, 's')}"
    return [
        Figure(name=f"{row.name}, median", value=row.middle, aim=MOST_READ_SECONDS),
        Figure(name=f"{row.name} ÷ floor", value=ratio, unit="×", aim=MOST_OF_FLOOR, beside=beside),
    ]


def _read_verdict(row: Row) -> str:
    """Hold a read's median to both of its aims."""
    ratio = row.middle / row.floor.seconds if row.floor else 0.0
    is_met = row.middle <= MOST_READ_SECONDS and ratio <= MOST_OF_FLOOR
    return (
        f"{row.name}: median {row.middle * 1000:.1f} ms (aim {MOST_READ_SECONDS * 1000:.0f} ms), "
        f"{ratio:.2f} of the floor (aim {MOST_OF_FLOOR}): {'met' if is_met else 'MISSED'}"
    )


class _Rate:
    """Samples of several rounds, and the seconds that the rounds took."""

    def __init__(self) -> None:
        self.samples: list[float] = []
        self._seconds = 0.0

    async def take(self, round_: Any) -> None:
        started = time.perf_counter()
        self.samples += await asyncio.wait_for(round_, PATIENCE_SECONDS)
        self._seconds += time.perf_counter() - started

    @property
    def a_second(self) -> float:
        return len(self.samples) / self._seconds


async def _sell(apps: Apps, place: int) -> float:
    """Sell a seat; return the seconds of both requests."""
    chosen = await apps.choose("sale", [label_of(place)])
    if chosen.status != 201:
        raise BenchFailed(f"A free seat could not be chosen: {chosen.body!r}")
    paid = await apps.pay(chosen.json()["order"]["token"], place)
    if paid.status != 200:
        raise BenchFailed(f"A free seat could not be paid for: {paid.body!r}")
    return chosen.seconds + paid.seconds


async def _reads(apps: Apps, bare: Apps) -> list[Row]:
    """Read the thousand seats each way, by turns."""
    ways = {
        "availability": (apps, "/api/seating/events/chart/availability/"),
        "seats, all with states": (apps, "/api/seating/events/chart/seats/"),
        ".values() and orjson": (bare, "/values/chart/"),
    }
    samples: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(READS + 10):
        for name, (asked, path) in ways.items():
            answer = await asked.get(path)
            if answer.status != 200:
                raise BenchFailed(f"{path} answered {answer.status}.")
            if turn >= 10:
                samples[name].append(answer.seconds)
    floor = Floor(name=".values() and orjson", samples=samples[".values() and orjson"])
    return [
        Row(
            name=f"1,000 seats: {name}",
            samples=taken,
            floor=None if name == floor.name else floor,
        )
        for name, taken in samples.items()
    ]


async def _viewers(apps: Apps, house: ProductionHouse, places: Any) -> list[float]:
    """Return, for each of some sales, the seconds from its commit to the last viewer's news."""
    heard: Counter[int] = Counter()
    last_at: dict[int, float] = {}

    async def view() -> None:
        async for version in apps.watch("sale"):
            heard[version] += 1
            last_at[version] = time.time()

    viewers = []
    for _ in range(VIEWERS // OPENED_AT_ONCE):
        viewers += [asyncio.create_task(view()) for _ in range(OPENED_AT_ONCE)]
        await asyncio.sleep(0.5)
    await asyncio.sleep(5.0)
    try:
        for _ in range(SHOWN_SALES):
            await _sell(apps, next(places))
            await asyncio.sleep(1.0)
        await _until_all_heard(heard, viewers)
    finally:
        for viewer in viewers:
            viewer.cancel()
        await asyncio.gather(*viewers, return_exceptions=True)
    committed = {int(version): float(at) for version, at in house.select(CHANGED)}
    complete = sorted(version for version, count in heard.items() if count == VIEWERS)
    return [last_at[version] - committed[version] for version in complete]


async def _until_all_heard(heard: Counter[int], viewers: Sequence[asyncio.Task[None]]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while sum(count == VIEWERS for count in heard.values()) < SHOWN_SALES:
        gone = [viewer for viewer in viewers if viewer.done()]
        if gone or time.monotonic() > deadline:
            raise BenchFailed(f"{len(gone)} viewers are gone; heard: {dict(heard)}")
        await asyncio.sleep(0.1)


def _on_sqlite() -> list[str]:
    with new_directory() as directory:
        return _storm_on_sqlite(directory)


def _storm_on_sqlite(directory: Path) -> list[str]:
    with EmbeddedHouse(directory, NOWHERE, **UNLIMITED) as house:
        made = house.run_for_json("-m", "bench.seat_house", "build", str(HOT))
        crowd = asyncio.run(storm(Apps(house.url), Apps(house.url, token=made["token"]), made))
        checks = house.run_for_json("-m", "bench.seat_house", "check")
    return _verdict("SQLite", crowd, checks)


def _verdict(database: str, crowd: Counter[str], checks: dict[str, int]) -> list[str]:
    """Say what the crowd met with. Raises BenchFailed for anything that is there twice."""
    wrong = {what: count for what, count in checks.items() if count}
    if wrong:
        raise BenchFailed(f"{database}: {wrong}")
    said = ", ".join(f"{count:,} {code}" for code, count in sorted(crowd.items()))
    return [
        f"{database}, {STORM_SECONDS:.0f} s of a crowd on {HOT} seats, every proof four times at "
        f"once: 0 seats sold twice; answers: {said}"
    ]
