"""Two hundred people who want the same forty seats, and a desk that keeps giving them back."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping
from typing import Final

from bench.common import BenchFailed
from bench.seat_apps import Apps
from bench.seat_house import HOT, label_of

PEOPLE: Final = 200
STORM_SECONDS: Final = 30.0
AT_ONCE: Final = 4
MOST_SEATS: Final = 3
EXPECTED: Final = {"OK", "SEATS_TAKEN", "ORDER_CLOSED", "UNAVAILABLE"}


async def storm(apps: Apps, desk: Apps, made: Mapping[str, str]) -> Counter[str]:
    """Let everybody try; return how often each answer was given. Raises BenchFailed."""
    until = time.monotonic() + STORM_SECONDS
    answers: Counter[str] = Counter()
    giving_back = asyncio.create_task(_give_back(desk, made, until, answers))
    people = [_want(apps, made["hot"], number, until, answers) for number in range(PEOPLE)]
    await asyncio.gather(*people, giving_back)
    strange = {code: count for code, count in answers.items() if code not in EXPECTED}
    strange.pop("given back", None)
    if strange or not answers["given back"]:
        raise BenchFailed(f"The crowd was answered {dict(answers)}.")
    return answers


async def _want(apps: Apps, slug: str, number: int, until: float, answers: Counter[str]) -> None:
    """Choose some of the seats and pay for them four times at once, over and over."""
    chance = random.Random(number)  # noqa: S311  # no secret; the same crowd every time
    while time.monotonic() < until:
        places = chance.sample(range(HOT), chance.randint(1, MOST_SEATS))
        chosen = await apps.choose(slug, [label_of(place) for place in places])
        answers[chosen.code] += 1
        if chosen.code != "OK":
            await asyncio.sleep(0.05)
            continue
        token = chosen.json()["order"]["token"]
        paid = await asyncio.gather(*(apps.pay(token, number) for _ in range(AT_ONCE)))
        answers.update(answer.code for answer in paid)


async def _give_back(
    desk: Apps, made: Mapping[str, str], until: float, answers: Counter[str]
) -> None:
    """Reject whatever waits to be reviewed, so that the seats stay wanted."""
    orders = f"/api/staff/hotels/{made['hotel']}/seating-events/{made['hot']}/orders/"
    while time.monotonic() < until:
        page = await desk.get(f"{orders}?status=AWAITING_REVIEW")
        if page.status != 200:
            raise BenchFailed(f"The desk was answered {page.status}.")
        for order in page.json()["results"]:
            decision = {"approve": False, "reason": "Of the bench"}
            done = await desk.post(f"{orders}{order['order_number']}/review/", decision)
            answers["given back"] += done.status == 200
        await asyncio.sleep(0.1)
