"""How soon somebody who opens the board sees the house, on the embedded default."""

from __future__ import annotations

import asyncio
from pathlib import Path
from statistics import median
from typing import Final

from playwright.async_api import Browser, StorageState

from bench.common import (
    BenchFailed,
    Figure,
    Floor,
    Report,
    Row,
    new_directory,
    said,
)
from tests.browser.chromium import NoChromium, chromium
from tests.browser.house import House
from tests.browser.visits import open_board

TIMES: Final = 15
# Paints are those that the browser itself records; the rooms are there when the first tile is.
WATCH: Final = """
new MutationObserver((_, observer) => {
  if (!document.querySelector(".tile")) return;
  observer.disconnect();
  requestAnimationFrame(() => (window.roomsDrawnAt = performance.now()));
}).observe(document, { childList: true, subtree: true });
"""
PAINT: Final = "(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0)"


def measure(count: int | None) -> Report:
    """Open the board with an empty cache, again and again, in the browser that is installed."""
    with new_directory() as directory, House(directory) as house:
        try:
            painted, drawn, bare = asyncio.run(_visits(house, count or TIMES))
        except NoChromium as reason:
            raise BenchFailed(str(reason)) from reason
        sent = _size(Path(__file__).parent.parent / "apps/pages/static/pages")
    floor = Floor(name="the login page, first paint", samples=bare)
    return Report(
        bench="board_paint",
        title="The board on the embedded default, opened with an empty cache in Chromium",
        rows=[
            Row(name="first paint", samples=painted, floor=floor),
            Row(name="the rooms are drawn", samples=drawn, floor=floor),
            Row(name=f"floor: {floor.name}", samples=bare, floor=floor),
        ],
        figures=[
            Figure(
                name="first paint, median",
                value=median(painted),
                beside=f"the login page {said(floor.seconds, 's')}",
            ),
            Figure(name="the rooms are drawn, median", value=median(drawn)),
        ],
        notes=[f"Scripts and styles of the board: {sent / 1000:.0f} kB, not compressed."],
    )


async def _visits(house: House, count: int) -> tuple[list[float], list[float], list[float]]:
    painted, drawn, bare = list[float](), list[float](), list[float]()
    async with chromium() as browser:
        context = await browser.new_context()
        address = (await open_board(context, house)).url
        known = await context.storage_state()
        await context.close()
        for _ in range(count):
            bare.append(await _paint(browser, f"{house.url}/board/login/"))
            first, rooms = await _board(browser, address, known)
            painted.append(first)
            drawn.append(rooms)
    return painted, drawn, bare


async def _paint(browser: Browser, address: str) -> float:
    page = await browser.new_page()
    await page.goto(address)
    await page.wait_for_function(f"() => {PAINT} > 0")
    milliseconds: float = await page.evaluate(PAINT)
    await page.context.close()
    return milliseconds / 1000


async def _board(browser: Browser, address: str, known: StorageState) -> tuple[float, float]:
    context = await browser.new_context(storage_state=known)
    await context.add_init_script(WATCH)
    page = await context.new_page()
    await page.goto(address)
    await page.wait_for_function("() => window.roomsDrawnAt > 0")
    paint: float = await page.evaluate(PAINT)
    rooms: float = await page.evaluate("window.roomsDrawnAt")
    await context.close()
    return paint / 1000, rooms / 1000


def _size(pages: Path) -> int:
    files = [*pages.glob("board/*"), *pages.glob("*.css"), pages / "theme.js"]
    return sum(file.stat().st_size for file in [*files, *pages.glob("vendor/*/*.js")])
