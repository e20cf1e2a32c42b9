"""How long a guest waits for the answer to step 2, while the locks are at work behind it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Final

from backend.demo.client import GuestApp
from bench import guests
from bench.common import (
    Aim,
    EmbeddedHouse,
    Floor,
    LockCloud,
    Report,
    Row,
    new_directory,
    timed,
)

GUESTS: Final = 100
WARM_UP: Final = 4
SIDE_BY_SIDE: Final = 4
AIM: Final = Aim(seconds=0.060)
CHEAPEST: Final = "{ __typename }"
# Of gateways on a good day.
LOCK_LATENCY_MS: Final = 400
LOCK_JITTER_MS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Samples:
    """Seconds: of the three requests of each guest."""

    starts: Sequence[float]
    details: Sequence[float]
    cheapest: Sequence[float]

    @classmethod
    def of(cls, visits: Sequence[tuple[float, float, float]]) -> _Samples:
        starts, details, cheapest = zip(*visits, strict=True)
        return cls(starts=starts, details=details, cheapest=cheapest)


def measure(count: int | None) -> Report:
    """Guests one after the other, then four at a time; each also asks the cheapest question."""
    wanted = count or GUESTS
    with (
        new_directory() as directory,
        LockCloud(directory, latency_ms=LOCK_LATENCY_MS, jitter_ms=LOCK_JITTER_MS) as cloud,
    ):
        house = EmbeddedHouse(directory, cloud.url)
        references = guests.references(house, WARM_UP + 2 * wanted)
        with house:
            cloud.wait_until_quiet()
            _visit_all(house.url, references[:WARM_UP])
            used_before = house.processor_seconds()
            alone = _Samples.of(_visit_all(house.url, references[WARM_UP : WARM_UP + wanted]))
            together = _Samples.of(_side_by_side(house.url, references[WARM_UP + wanted :]))
            used_after = house.processor_seconds()
    return Report(
        bench="details_latency",
        title="submitGuestDetails answered, on the embedded default",
        rows=[
            *_rows("one guest after the other", alone),
            *_rows(f"{SIDE_BY_SIDE} guests at a time", together),
        ],
        notes=[
            f"The locks take {LOCK_LATENCY_MS} ± {LOCK_JITTER_MS} ms and are at work on earlier "
            "guests' codes all the while. Each floor is asked between the guests of its own row.",
            *_processor_note(used_before, used_after, guests_served=2 * wanted),
        ],
    )


def _processor_note(before: float | None, after: float | None, *, guests_served: int) -> list[str]:
    if before is None or after is None:
        return []
    each = (after - before) / guests_served * 1000
    return [f"The server used {each:.0f} ms of processor time for each guest, worker included."]


def _rows(how: str, samples: _Samples) -> list[Row]:
    floor = Floor(name=f"{CHEAPEST} over HTTP", samples=samples.cheapest)
    return [
        Row(name=f"submitGuestDetails, {how}", samples=samples.details, floor=floor, aim=AIM),
        Row(name=f"startCheckIn, {how}", samples=samples.starts, floor=floor),
        Row(name=f"floor: {floor.name}, {how}", samples=floor.samples, floor=floor),
    ]


def _visit_all(url: str, references: Sequence[str]) -> list[tuple[float, float, float]]:
    app = GuestApp(url)
    return [_visit(app, reference) for reference in references]


def _visit(app: GuestApp, reference: str) -> tuple[float, float, float]:
    """Return the seconds of step 1, step 2 and the cheapest question."""
    token, start = timed(lambda: guests.start(app, reference))
    details = guests.give_details(app, token)
    _, cheapest = timed(lambda: app.ask(CHEAPEST))
    return start, details, cheapest


def _side_by_side(url: str, references: Sequence[str]) -> list[tuple[float, float, float]]:
    shares = [references[place::SIDE_BY_SIDE] for place in range(SIDE_BY_SIDE)]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as queues:
        visits = queues.map(lambda share: _visit_all(url, share), shares)
        return list(chain.from_iterable(visits))
