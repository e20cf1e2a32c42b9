"""The same work by one, two and four web and worker processes.

Two cores do not carry more of it by that; what a process more must not do is make each piece of
work dearer.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from bench.checkin_load import CHEAPEST, visit
from bench.common import Curve, LockCloud, ProductionHouse
from bench.common.crowd import Crowd, in_turns
from bench.common.processor import processor_seconds, processor_seconds_of_tree
from bench.growth_data import SETTLED_SHARE, until_settled
from bench.seat_apps import Apps
from bench.seat_house import label_of

FLEETS: Final = (1, 2, 4)
PASSES: Final = (*FLEETS, *reversed(FLEETS))  # what drifts hits all of them
AT_ONCE: Final = 8
GUESTS: Final = 24
SALES: Final = 32
QUESTIONS: Final = 400
IDLE_SECONDS: Final = 3.0

Work = Callable[[int], Awaitable[Any]]
Costs = dict[tuple[str, int], list[float]]  # by the name of the work and the size of the fleet


def measure_processes(directory: Path) -> tuple[Sequence[str], Sequence[Curve]]:
    """Return the sizes of the fleets and a curve for each kind of work."""
    with ExitStack() as stack:
        cloud = stack.enter_context(LockCloud(directory, latency_ms=5, gateways=8))
        house = stack.enter_context(
            ProductionHouse(directory, cloud.url, more={"RATE_LIMIT_SEATING": "0"})
        )
        guests = house.run_for_json(
            "-m", "bench.eight_houses", str(len(PASSES) * (GUESTS + AT_ONCE))
        )
        seats = len(PASSES) * (SALES + AT_ONCE)
        house.run_for_json("-m", "bench.seat_house", "build", str(seats))
        costs: Costs = defaultdict(list)
        arrivals, places = iter(guests), count()
        for fleet in PASSES:
            with _Fleet(house, fleet) as ready:
                asyncio.run(ready.work(costs, _works(ready.url, arrivals, places)))
    names = list(dict.fromkeys(name for name, _ in costs))
    return [str(fleet) for fleet in FLEETS], [
        Curve(name=name, costs=[fmean(costs[name, fleet]) for fleet in FLEETS]) for name in names
    ]


def _works(url: str, arrivals: Any, places: Any) -> Mapping[str, tuple[Work, int]]:
    crowd, apps = Crowd(url), Apps(url)

    async def check_in(_: int) -> None:
        slug, reference = next(arrivals)
        await visit(crowd, slug, reference, watches=True)

    async def sell(_: int) -> None:
        place = next(places)
        chosen = await apps.choose("sale", [label_of(place)])
        await apps.pay(chosen.json()["order"]["token"], place)

    return {
        "{ __typename }": (lambda _: crowd.ask(CHEAPEST), QUESTIONS),
        "check-in, four steps and two codes": (check_in, GUESTS),
        "seat sold: chosen, paid, booked": (sell, SALES),
    }


class _Fleet:
    """So many web processes behind one address, and as many workers."""

    def __init__(self, house: ProductionHouse, size: int) -> None:
        self._house, self._size, self._stack = house, size, ExitStack()
        self.url = ""

    def __enter__(self) -> _Fleet:
        web = self._house.serving(
            "backend.asgi:application", f"web-{self._size}", processes=self._size
        )
        # The house's own worker is one of them.
        more = [self._house.one_more_worker(f"worker-{n}") for n in range(1, self._size)]
        self._web, *self._workers = (self._stack.enter_context(one) for one in (web, *more))
        self.url = self._web.url
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    async def work(self, costs: Costs, works: Mapping[str, tuple[Work, int]]) -> None:
        """Do everything, a little to wake up and then for the costs."""
        for work, _ in works.values():
            await in_turns(AT_ONCE, AT_ONCE, work)
        await until_settled(self._used, SETTLED_SHARE * self._size)
        idle = await self._spent(asyncio.sleep, IDLE_SECONDS) / IDLE_SECONDS
        costs["an idle second of web and workers, each process", self._size].append(
            idle / self._size
        )
        for name, (work, times) in works.items():
            began = time.perf_counter()
            spent = await self._spent(in_turns, times, AT_ONCE, work)
            spent -= idle * (time.perf_counter() - began)
            costs[name, self._size].append(spent / times)

    async def _spent(self, action: Callable[..., Awaitable[Any]], *given: Any) -> float:
        before = self._used()
        await action(*given)
        return self._used() - before

    def _used(self) -> float:
        house = self._house.processor_seconds()
        others = sum(processor_seconds(worker.pid) or 0.0 for worker in self._workers)
        web = processor_seconds_of_tree(self._web.pid) or 0.0
        return house["worker"] + house["PostgreSQL"] + house["Valkey"] + others + web
