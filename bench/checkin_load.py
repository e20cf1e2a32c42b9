"""Twenty guests a second through all four steps, on the servers that production has."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from backend.demo import documents
from bench import eight_houses
from bench.common import (
    Aim,
    BenchFailed,
    Figure,
    Floor,
    LockCloud,
    ProductionHouse,
    Report,
    Row,
    new_directory,
)
from bench.common.crowd import Crowd, at_rate, in_turns
from bench.guests import PHONE, POLL
from tests.checkin.reviewed_statements import STEPS

GUESTS: Final = 100
A_SECOND: Final = 20
LOCK_LATENCY_MS: Final = 800
QUICK_LOCK_MS: Final = 50
# Each guest has two codes, and a gateway carries one command at a time.
CARRIED_A_SECOND: Final = eight_houses.HOUSES / (2 * LOCK_LATENCY_MS / 1000)
BELOW_CARRIED: Final = 0.8
AT_ONCE: Final = 16
WARM_UP: Final = 16
AIM: Final = Aim(seconds=0.080)
CHEAPEST: Final = "{ __typename }"
POLL_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 300.0

PARKING: Final = {"hasCar": True, "carRegistration": "191-KY-4711"}
DETAILS: Final = {
    "fullName": "Maeve O'Sullivan",
    "phoneNumber": PHONE,
    "email": "maeve@example.com",
}
STUCK: Final = """
SELECT status, count(*) FROM checkin_checkinflow WHERE status <> 'COMPLETED' GROUP BY status"""
UNSET: Final = """
SELECT state, count(*) FROM locks_accesscode WHERE state <> 'SET' GROUP BY state"""

Steps = dict[str, float]
Arrive = Callable[[int], Awaitable[Steps]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phase:
    """One kind of load: what each guest saw, and the seconds that all of it took."""

    name: str
    visits: Sequence[Steps]
    seconds: float
    processor_seconds: dict[str, float]

    def samples(self, step: str) -> list[float]:
        return [visit[step] for visit in self.visits]

    @property
    def a_second(self) -> float:
        return len(self.visits) / self.seconds


def measure(count: int | None) -> Report:
    """Guests as fast as the gateways go, then 20 a second, then as fast as the processes go."""
    wanted = count or GUESTS
    with (
        new_directory() as directory,
        LockCloud(directory, latency_ms=QUICK_LOCK_MS, gateways=eight_houses.HOUSES) as cloud,
        ProductionHouse(directory, cloud.url) as house,
    ):
        every = WARM_UP + 3 * wanted
        guests = house.run_for_json("-m", "bench.eight_houses", str(every))
        phases = asyncio.run(_all_phases(house, cloud, guests, wanted))
        _require_nothing_stuck(house)
    return Report(
        bench="checkin_load",
        title=f"Guests through all four steps on PostgreSQL and Valkey, {A_SECOND} a second",
        rows=[row for phase in phases for row in _rows(phase)],
        figures=[
            Figure(name=f"guests, {phases[-1].name}", value=phases[-1].a_second, unit="a second"),
            *(
                Figure(name=f"processor time for a guest, {phase.name}", value=_each(phase))
                for phase in phases
            ),
            *(
                Figure(name=f"of it {process}, {phases[-1].name}", value=used / wanted)
                for process, used in phases[-1].processor_seconds.items()
            ),
            Figure(name="flows stuck and codes unset", value=0, unit="", aim=0),
        ],
        notes=[*_notes(), *map(_figures, phases)],
    )


async def _all_phases(
    house: ProductionHouse, cloud: LockCloud, guests: Sequence[tuple[str, str]], wanted: int
) -> list[_Phase]:
    crowd = Crowd(house.url)
    waiting = iter(guests)

    async def arrive(index: int) -> Steps:
        return await visit(crowd, *next(waiting), watches=index % 2 == 0)

    def used() -> dict[str, float]:
        simulator = cloud.processor_seconds() or 0.0
        return {
            **house.processor_seconds(),
            "the lock simulator": simulator,
            "the guests": time.process_time(),
        }

    async def phase(name: str, load: Awaitable[list[Steps]]) -> _Phase:
        before, started = used(), time.perf_counter()
        visits = await asyncio.wait_for(load, PATIENCE_SECONDS)
        seconds = time.perf_counter() - started
        spent = {process: after - before[process] for process, after in used().items()}
        return _Phase(name=name, visits=visits, seconds=seconds, processor_seconds=spent)

    await in_turns(WARM_UP, 4, arrive)
    cloud.take(LOCK_LATENCY_MS)
    rate = BELOW_CARRIED * CARRIED_A_SECOND
    carried = await phase(f"{rate:g} a second", at_rate(wanted, rate, arrive))
    rush = await phase(f"{A_SECOND} a second", at_rate(wanted, A_SECOND, arrive))
    cloud.take(QUICK_LOCK_MS)
    full = await phase(f"{AT_ONCE} at a time, quick locks", in_turns(wanted, AT_ONCE, arrive))
    return [carried, rush, full]


async def visit(crowd: Crowd, slug: str, reference: str, *, watches: bool) -> Steps:
    """Walk all four steps; return the seconds of each, and of the cheapest question between."""
    found = {"bookingReference": reference, "hotelSlug": slug, "deviceType": "MOBILE"}
    flow, start = await _step(crowd, documents.START, "CheckInFlow", found)
    token = {"token": flow["token"]}
    _, cheapest = await crowd.ask(CHEAPEST)
    _, details = await _step(crowd, documents.DETAILS, "CheckInFlow", token | DETAILS)
    asked_at = time.perf_counter()
    _, parking = await _step(crowd, documents.PARKING, "CheckInFlow", token | PARKING)
    await (_watch(crowd, token["token"]) if watches else _poll(crowd, token["token"]))
    ready = time.perf_counter() - asked_at
    _, confirm = await _step(crowd, documents.CONFIRM, "Stay", token)
    return {
        "startCheckIn": start,
        "submitGuestDetails": details,
        "submitParking": parking,
        "confirmCheckIn": confirm,
        "details to PIN": ready,
        CHEAPEST: cheapest,
    }


async def _step(
    crowd: Crowd, document: str, expected: str, given: dict[str, Any]
) -> tuple[dict[str, Any], float]:
    answer, seconds = await crowd.ask(document, input=given)
    if answer["__typename"] != expected:
        raise BenchFailed(f"{answer['__typename']} instead of {expected}: {answer.get('code')}")
    return answer, seconds


async def _watch(crowd: Crowd, token: str) -> None:
    async for flow in crowd.watch(documents.WATCH, token=token):
        if flow["pinStatus"] == "READY":
            return
    raise BenchFailed("The subscription ended before the PIN was ready.")


async def _poll(crowd: Crowd, token: str) -> None:
    while True:
        flow, _ = await crowd.ask(POLL, token=token)
        if flow["pinStatus"] == "READY":
            return
        await asyncio.sleep(POLL_SECONDS)


def _require_nothing_stuck(house: ProductionHouse) -> None:
    left = house.select(STUCK) + house.select(UNSET)
    if left:
        raise BenchFailed(f"Every guest has checked in, and these rows are left: {left}")


def _rows(phase: _Phase) -> list[Row]:
    floor = Floor(name=CHEAPEST, samples=phase.samples(CHEAPEST))
    steps = [
        Row(
            name=f"{step}, {phase.name}",
            samples=phase.samples(step),
            floor=floor,
            aim=AIM if step == "confirmCheckIn" else None,
        )
        for step in ("startCheckIn", "submitGuestDetails", "submitParking", "confirmCheckIn")
    ]
    ready = Row(name=f"details to PIN, {phase.name}", samples=phase.samples("details to PIN"))
    return [*steps, ready, Row(name=f"floor: {CHEAPEST}, {phase.name}", samples=floor.samples)]


def _notes() -> list[str]:
    statements = ", ".join(f"{step} {count}" for step, count in STEPS.items())
    return [
        f"Eight hotels, the front door and the rooms of each on its one gateway: eight gateways "
        f"of {LOCK_LATENCY_MS} ms carry {2 * CARRIED_A_SECOND:g} commands a second, which are "
        f"{CARRIED_A_SECOND:g} guests with two codes. {A_SECOND} a second queue at the gateways.",
        f"The last load has locks of {QUICK_LOCK_MS} ms, so that the processes are what is full.",
        f"Statements in each step, however large the house: {statements}; a test holds them.",
        "Every other guest watches by subscription, the rest ask every second. Afterwards every "
        "flow was COMPLETED and every code SET, by the database.",
    ]


def _each(phase: _Phase) -> float:
    return sum(phase.processor_seconds.values()) / len(phase.visits)


def _figures(phase: _Phase) -> str:
    each = 1000 / len(phase.visits)
    parts = [f"{process} {used * each:.1f} ms" for process, used in phase.processor_seconds.items()]
    return (
        f"{phase.name}: {len(phase.visits)} guests in {phase.seconds:.1f} s, "
        f"{phase.a_second:.1f} a second; processor time for each: {', '.join(parts)}, together "
        f"{sum(phase.processor_seconds.values()) * each:.0f} ms."
    )
