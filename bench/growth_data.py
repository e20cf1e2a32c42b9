"""The same work in three houses, each with ten times the data of the one before.

The houses stand side by side, each with servers of its own, and are asked by turns: whatever the
machine does meanwhile, it does to all.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.checkin_load import visit
from bench.common import Curve, LockCloud, ProductionHouse
from bench.common.crowd import Crowd
from bench.growth_house import Made
from bench.live_fanout import Turn

SCALES: Final = (1, 10, 100)
SEATS: Final = (200, 2_000, 10_000)
ROUNDS: Final = 3
GUESTS: Final = 12  # a round
SETTLED_SHARE: Final = 0.15  # of a core, used by a house where nobody asks for anything
SETTLING_SECONDS: Final = 60.0
IDLE_SECONDS: Final = 4.0
IDLE: Final = "an idle second of web and worker"
STATEMENTS: Final = "x-statements"  # as ``bench.counting`` names the header
SETTINGS: Final = "bench.counted_settings"
CENTURY: Final = "36500"  # days: nothing old is thrown away while it is measured
UNLIMITED: Final = {
    "RATE_LIMIT_SEATING": "0",
    "RATE_LIMIT_PARTNER": "0",
    "ALLOWED_HOSTS": "*",
    "ACCESS_RETENTION_DAYS": CENTURY,
    "CHECKIN_COMPLETED_RETENTION_DAYS": CENTURY,
}
UNSETTLED: Final = """
SELECT count(*) FROM locks_accesscode WHERE state NOT IN ('SET', 'REMOVED')"""
MAP: Final = """query($slug: String!) { seatMap(eventSlug: $slug) {
  version seats { id label status section category price } } }"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing to do: so many ``times`` a round, given the how-manieth; ``per``: divided so."""

    name: str
    times: int
    ask: Callable[[int], Awaitable[Any]]
    per: int = 1


class Grown:
    """One house, its apps, and what its operations have cost so far."""

    def __init__(self, house: ProductionHouse, made: Made, seats: int) -> None:
        self.made, self._house, self._seats = made, house, seats
        self.costs: dict[str, list[float]] = defaultdict(list)
        self.of_postgres: dict[str, list[float]] = defaultdict(list)
        self.statements: dict[str, set[int]] = defaultdict(set)
        self._idle = 0.0
        self._guest_app = Crowd(house.url)
        self._desk = Crowd(house.url, token=made["token"])
        self._office = Crowd(house.url, cookie=f"sessionid={made['session']}")
        self._partner = Crowd(house.url, authorization=f"Api-Key {made['key']}")
        self._change_seats = Turn(self._guest_app, made["gala"])

    async def rest(self) -> None:
        """Measure what the house costs while nobody asks for anything."""
        used, of_postgres, began = self._used(), self._used_by_postgres(), time.perf_counter()
        await asyncio.sleep(IDLE_SECONDS)
        seconds = time.perf_counter() - began
        self._idle = (self._used() - used) / seconds
        self.costs[IDLE].append(self._idle)
        self.of_postgres[IDLE].append((self._used_by_postgres() - of_postgres) / seconds)

    async def settle(self) -> None:
        """Return once its workers have done what a new database asks of them."""
        await until_settled(self._used, SETTLED_SHARE)

    async def wake(self, operation: Operation) -> None:
        """Do it once, for all that happens the first time only."""
        await self._do(operation, -1, 1)

    async def play(self, operation: Operation, round_: int) -> None:
        """Do it once more, and note what it cost."""
        used, of_postgres, began = self._used(), self._used_by_postgres(), time.perf_counter()
        await self._do(operation, round_ * operation.times, operation.times)
        done = operation.times * operation.per
        spent = self._used() - used - self._idle * (time.perf_counter() - began)
        self.costs[operation.name].append(spent / done)
        self.of_postgres[operation.name].append((self._used_by_postgres() - of_postgres) / done)

    async def _do(self, operation: Operation, first: int, times: int) -> None:
        for index in range(first, first + times):
            answer = await operation.ask(index)
            if hasattr(answer, "headers"):
                self.statements[operation.name].add(int(answer.headers[STATEMENTS]))
        if operation.times == GUESTS:
            await self._until_codes_are_settled()

    async def _until_codes_are_settled(self) -> None:
        await asyncio.sleep(0.5)
        while self._house.select(UNSETTLED)[0][0]:
            await asyncio.sleep(0.5)
        await asyncio.sleep(0.5)

    def _used(self) -> float:
        return sum(self._house.processor_seconds().values())

    def _used_by_postgres(self) -> float:
        return self._house.processor_seconds()["PostgreSQL"]

    def operations(self) -> Sequence[Operation]:
        """Return what is done here, in the same order in every house."""
        return [*self._stays(), *self._lists(), *self._partners(), *self._evenings()]

    def _stays(self) -> Sequence[Operation]:
        slug, guests = self.made["slug"], self.made["guests"]
        desk = f"/api/staff/hotels/{slug}"

        def check_in(index: int) -> Awaitable[Any]:
            return visit(self._guest_app, slug, guests[index][0], watches=True)

        def check_out(index: int) -> Awaitable[Any]:
            path = f"{desk}/room-bookings/{guests[index][1]}/check-out/"
            return self._desk.call("POST", path, {})

        return [
            Operation(name="check-in, four steps and two codes", times=GUESTS, ask=check_in),
            Operation(name="check-out, codes off the locks", times=GUESTS, ask=check_out),
        ]

    def _lists(self) -> Sequence[Operation]:
        made = self.made
        desk, office = f"/api/staff/hotels/{made['slug']}", "/admin/bookings/booking/"
        lists = {
            "board of 200 rooms": (f"{desk}/rooms/?limit=500", 8),
            "arrivals of today": (f"{desk}/room-bookings/?arriving_on={made['today']}", 12),
            "guests in house": (f"{desk}/room-bookings/?in_house=true", 12),
            "desk's search": (f"{desk}/room-bookings/?search=57000", 8),
            "chat, its newest page": (f"{desk}/messages/?booking_id={made['chat']}", 16),
            "conversations": (f"{desk}/conversations/", 16),
        }
        pages = {
            "back office, first page": ("/admin/", 3),
            "back office, bookings": (office, 3),
            "back office, arriving today": (f"{office}?day=arriving", 3),
            "back office, search by name": (f"{office}?q=Guest+77", 3),
        }
        return [
            Operation(name=name, times=times, ask=_reading(app, path))
            for app, named in ((self._desk, lists), (self._office, pages))
            for name, (path, times) in named.items()
        ]

    def _partners(self) -> Sequence[Operation]:
        made, root = self.made, "/api/partner/v1"
        dates = {"check_in_date": made["today"], "check_out_date": made["departure"]}
        body = {"guest": {"full_name": "Aoife Byrne", "email": "aoife@example.com"}, **dates}
        paths = {
            "partner's page of 100": f"{root}/reservations/?limit=100",
            "event log, 100 after the middle": f"{root}/events/?limit=100&after="
            f"{made['events'] // 2}",
            "event log, the end": f"{root}/events/?limit=100&after={made['events'] - 20}",
        }

        def upsert(index: int) -> Awaitable[Any]:
            return self._partner.call("PUT", f"{root}/reservations/LS-{index}/", body)

        return [
            Operation(name="partner's reservation, made by PUT", times=24, ask=upsert),
            *(
                Operation(name=name, times=12, ask=_reading(self._partner, path))
                for name, path in paths.items()
            ),
        ]

    def _evenings(self) -> Sequence[Operation]:
        gala, event = self.made["gala"], f"/api/seating/events/{self.made['gala']}"

        async def select(_: int) -> None:
            await self._change_seats()

        def seat_map(_: int) -> Awaitable[Any]:
            return self._guest_app.call(
                "POST", "/graphql/", {"query": MAP, "variables": {"slug": gala}}
            )

        whole = max(6, 4_000 // self._seats)
        return [
            Operation(name="seat chosen", times=24, ask=select),
            Operation(
                name="seats not free (availability)",
                times=24,
                ask=_reading(self._guest_app, f"{event}/availability/"),
            ),
            Operation(
                name="whole map over REST, a seat",
                times=whole,
                ask=_reading(self._guest_app, f"{event}/seats/"),
                per=self._seats,
            ),
            Operation(
                name="whole map over GraphQL, a seat", times=whole, ask=seat_map, per=self._seats
            ),
        ]


async def until_settled(used: Callable[[], float], share: float) -> None:
    """Return once no more than this share of a core is used, or after a while."""
    deadline = time.monotonic() + SETTLING_SECONDS
    while time.monotonic() < deadline:
        before, began = used(), time.perf_counter()
        await asyncio.sleep(1.0)
        if used() - before < share * (time.perf_counter() - began):
            return


def _reading(app: Crowd, path: str) -> Callable[[int], Awaitable[Any]]:
    return lambda _: app.send("GET", path)


def measure_data(directory: Path, rounds: int) -> tuple[Sequence[str], Sequence[Curve]]:
    """Return the sizes and a curve for each operation."""
    with ExitStack() as stack:
        cloud = stack.enter_context(LockCloud(directory, latency_ms=5, gateways=8))
        houses = [_house(directory / f"house-{scale}", cloud.url) for scale in SCALES]
        for house in houses:
            stack.enter_context(house)
        with ThreadPoolExecutor(len(houses)) as builders:
            made = list(builders.map(_build, houses, SCALES, SEATS))
        grown = [Grown(*each) for each in zip(houses, made, SEATS, strict=True)]
        asyncio.run(_by_turns(grown, rounds))
    sizes = [f"{one.made['bookings']:,}" for one in grown]
    return sizes, [_curve(name, grown) for name in grown[0].costs]


def _house(place: Path, cloud_url: str) -> ProductionHouse:
    place.mkdir()
    return ProductionHouse(place, cloud_url, settings=SETTINGS, more=UNLIMITED)


def _build(house: ProductionHouse, scale: int, seats: int) -> Made:
    made: Made = house.run_for_json("-m", "bench.growth_house", str(scale), str(seats))
    return made


async def _by_turns(grown: Sequence[Grown], rounds: int) -> None:
    """Let the houses take turns at each operation: what the machine does meanwhile hits all."""
    turns = list(zip(*(one.operations() for one in grown), strict=True))
    for one in grown:
        await one.settle()
        for operation in one.operations():
            await one.wake(operation)
    for round_ in range(rounds):
        await asyncio.gather(*(one.rest() for one in grown))
        for turn in turns:
            for one, operation in zip(grown, turn, strict=True):
                await one.play(operation, round_)


def _curve(name: str, grown: Sequence[Grown]) -> Curve:
    counts = [one.statements.get(name, set()) for one in grown]
    statements = "–".join(map(str, sorted({n for each in counts for n in each})))
    costs = [median(one.costs[name]) for one in grown]
    parts = [median(one.of_postgres.get(name, [0.0])) for one in grown]
    return Curve(name=name, costs=costs, said_of_it=statements, of_postgres=parts)
