"""Reservations as partners send and list them, beside what REST framework alone would cost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from bench.common import (
    BenchFailed,
    Figure,
    Floor,
    LockCloud,
    ProductionHouse,
    Report,
    Row,
    new_directory,
    said,
)
from bench.common.crowd import Answered, Crowd, in_turns

CLIENTS: Final = 8
UPSERTS: Final = 800
ROUNDS: Final = 4  # the floor is asked between: both have the same minutes
PAGES: Final = 40
PAGE: Final = 100
AIM: Final = 0.6
STATEMENTS: Final = "x-statements"  # as ``bench.counting`` names the header
GUEST: Final = {"full_name": "Aoife Byrne", "email": "aoife@example.com"}
ROOT: Final = "/api/partner/v1/reservations/"

# Every reservation that was sent is there once, with one event for each making and change.
NOT_ONCE: Final = """
SELECT b.booking_reference FROM bookings_booking b WHERE b.booking_reference LIKE 'LS-%'
  AND ((SELECT count(*) FROM common_event e WHERE e.name = 'booking-created'
        AND e.data ->> 'booking_id' = b.booking_id) <> 1
    OR (SELECT count(*) FROM common_event e WHERE e.name = 'booking-updated'
        AND e.data ->> 'booking_id' = b.booking_id) <> 1)"""

Asking = Callable[[int], Awaitable[Answered]]


@dataclass(slots=True, kw_only=True)
class _Done:
    """One kind of request: the answers, and the seconds and processor time that they took."""

    answers: list[Answered]
    seconds: float = 0.0
    processor: float = 0.0

    @property
    def a_second(self) -> float:
        return len(self.answers) / self.seconds

    @property
    def samples(self) -> Sequence[float]:
        return [answered.seconds for answered in self.answers]

    @property
    def cost(self) -> str:
        """What each took of the web process."""
        return f"{self.processor / len(self.answers) * 1000:.2f} ms"

    def statements(self) -> str:
        """Return how many statements each took, the least and the most where they differ."""
        counts = {int(answered.headers[STATEMENTS]) for answered in self.answers}
        return "–".join(str(count) for count in sorted({min(counts), max(counts)}))


def measure(count: int | None) -> Report:
    """Made, sent again, changed; and pages of the list."""
    with (
        new_directory() as directory,
        LockCloud(directory, latency_ms=5) as cloud,
        ProductionHouse(
            directory,
            cloud.url,
            settings="bench.partner_settings",
            more={"RATE_LIMIT_PARTNER": "0"},
        ) as house,
    ):
        made = house.run_for_json("-m", "bench.partner_house", str(PAGE * 2))
        done = asyncio.run(_all(house, made, count or UPSERTS))
        wrong = house.select(NOT_ONCE)
        if wrong:
            raise BenchFailed(f"Not made and changed once: {wrong[:5]}")
        house.run("manage.py", "check_consistency")
    return Report(
        bench="partner_upserts",
        title=f"Reservations from partners, {CLIENTS} clients, on PostgreSQL and Valkey",
        rows=_rows(done),
        figures=_figures(done),
        notes=_notes(done),
    )


async def _all(house: ProductionHouse, made: dict[str, Any], count: int) -> dict[str, _Done]:
    crowd = Crowd(house.url, authorization=f"Api-Key {made['key']}")
    dates = {"check_in_date": made["arrival"], "check_out_date": made["departure"]}
    done = {name: _Done(answers=[]) for name in ("bare", "made", "same", "changed")}

    def bare(index: int) -> Awaitable[Answered]:
        body = {"booking_reference": f"BARE-{index}", "booking_id": f"BARE-{index}", **dates}
        contact = {"contact_name": GUEST["full_name"], "contact_email": GUEST["email"]}
        body |= {"hotel": made["hotel_id"], **contact}
        return crowd.call("POST", "/bench/reservations/", body)

    def put(index: int, **more: Any) -> Awaitable[Answered]:
        return crowd.call("PUT", f"{ROOT}LS-{index}/", {"guest": GUEST, **dates, **more})

    asked: dict[str, Asking] = {
        "bare": bare,
        "made": put,
        "same": put,
        "changed": lambda index: put(index, late_check_out_time="13:00"),
    }
    await asyncio.gather(bare(-1), put(-1))  # the first of each wakes what is asleep
    await put(-1, late_check_out_time="13:00")
    portion = max(count // ROUNDS, 1)
    for round_ in range(ROUNDS):
        for name, ask in asked.items():
            await _take(house, done[name], _from(round_ * portion, ask), portion, CLIENTS)
    pages = {
        "page": f"{ROOT}?limit={PAGE}",
        "bare page": f"/bench/reservations/{made['slug']}/{PAGE}/",
    }
    for name, path in pages.items():
        done[name] = _Done(answers=[])
        await crowd.call("GET", path)
        await _take(house, done[name], _always(crowd, path), PAGES, 1)
    return done


def _from(first: int, ask: Asking) -> Asking:
    return lambda index: ask(first + index)


def _always(crowd: Crowd, path: str) -> Asking:
    return lambda _: crowd.call("GET", path)


async def _take(house: ProductionHouse, done: _Done, ask: Asking, count: int, at_once: int) -> None:
    used = house.web.processor_seconds() or 0.0
    started = time.perf_counter()
    done.answers += await in_turns(count, at_once, ask)
    done.seconds += time.perf_counter() - started
    done.processor += (house.web.processor_seconds() or 0.0) - used


def _rows(done: dict[str, _Done]) -> list[Row]:
    floor = Floor(name="a bare create", samples=done["bare"].samples)
    page = Floor(name="bare", samples=done["bare page"].samples)
    return [
        Row(name="a reservation made by PUT", samples=done["made"].samples, floor=floor),
        Row(name="the same sent again", samples=done["same"].samples, floor=floor),
        Row(name="one that changed", samples=done["changed"].samples, floor=floor),
        Row(name="floor: REST framework's own create", samples=floor.samples),
        Row(name=f"a page of {PAGE}", samples=done["page"].samples, floor=page),
        Row(name="floor: the same rows by .values() and orjson", samples=page.samples),
    ]


def _figures(done: dict[str, _Done]) -> list[Figure]:
    bare, made = done["bare"], done["made"]
    pages = [median(done[name].samples) for name in ("page", "bare page")]
    return [
        Figure(
            name="made by PUT, share of REST framework's own create",
            value=100 * made.a_second / bare.a_second,
            unit="%",
            aim=100 * AIM,
            is_least=True,
            beside=f"{bare.a_second:.0f} bare creates a second",
        ),
        Figure(name="made by PUT", value=made.a_second, unit="a second"),
        Figure(
            name=f"a page of {PAGE} ÷ .values() and orjson, median",
            value=pages[0] / pages[1],
            unit="×",
            beside=f"bare page {said(pages[1], 's')}",
        ),
    ]


def _notes(done: dict[str, _Done]) -> list[str]:
    bare, page, floor = done["bare"], done["page"], done["bare page"]
    kinds = {"Made": done["made"], "Sent again": done["same"], "Changed": done["changed"]}
    return [
        f"Bare creates: {bare.a_second:.0f} a second, {bare.cost} of the web process's processor "
        f"time each, {bare.statements()} statements.",
        *(
            f"{name}: {one.a_second:.0f} a second, {one.a_second / bare.a_second:.0%} of that; "
            f"{one.cost}; {one.statements()} statements."
            for name, one in kinds.items()
        ),
        f"Aimed at: made at {AIM:.0%} of the bare creates or more.",
        f"A page of {len(page.answers[0].body['results'])}: {page.statements()} statements, "
        f"{page.cost}; floor: {floor.statements()}, {floor.cost}.",
    ]
