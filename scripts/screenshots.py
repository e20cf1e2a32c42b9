"""Take the pictures of the pages that the documentation shows: ``python3 run.py screenshots``.

It starts the embedded default with its demo data in a directory of its own, lets some of a day
happen there, and opens the pages in the Chromium that is installed. The pictures land in
``docs/images/``.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Literal

from PIL import Image
from playwright.async_api import Browser, Page

from tests.browser.chromium import NoChromium, chromium, find_chromium
from tests.browser.house import EVENT, HOTEL, House
from tests.browser.visits import CHECK_OUT, open_board, sell, stays_in_house

ROOT: Final = Path(__file__).resolve().parent.parent
IMAGES: Final = ROOT / "docs" / "images"
DESK_SCREEN: Final = (1440, 900)
PHONE: Final = (390, 844)
COLOURS: Final = 128  # of a palette: the pages are flat
SOLD: Final = ("A-9 A-10 A-11 A-12", "B-8 B-9 B-10", "C-3 C-4", "C-12 C-13 C-14 C-15", "E-6 E-7")

SET_ROOM: Final = """mutation SetRoom($input: SetRoomStatusInput!) {
  setRoomStatus(input: $input) { __typename ... on Problem { message } }
}"""
LEAVE_TODAY: Final = """mutation Leave($input: ChangeStayInput!) {
  changeStay(input: $input) { __typename ... on Problem { message } }
}"""
BLOCK: Final = """mutation Block($input: BlockSeatsInput!) {
  blockSeats(input: $input) { __typename ... on Problem { message } }
}"""


def main() -> int:
    """Take all pictures; return an exit code."""
    try:
        find_chromium()
    except NoChromium as reason:
        print(f"no pictures were taken: {reason}", file=sys.stderr)
        return 1
    with (
        tempfile.TemporaryDirectory(prefix="doorstep-pictures-") as path,
        House(Path(path)) as house,
    ):
        asyncio.run(_take_all(house))
    return 0


async def _take_all(house: House) -> None:
    async with chromium() as browser:
        await _take_guests_page(browser, house)
        _let_a_day_happen(house)
        await _take_board(browser, house)


# -- what has happened -----------------------------------------------------------------------------


def _let_a_day_happen(house: House) -> None:
    house.finish(house.begin(house.next_arrival()))
    stays = stays_in_house(house)
    today = house.arrival(house.next_arrival())["checkInDate"]
    for stay in stays[:4]:
        leaving = {"hotelSlug": HOTEL, "bookingId": stay["bookingId"], "checkOutDate": today}
        house.ask(LEAVE_TODAY, at_desk=True, input=leaving)
    for stay in stays[:3]:
        house.ask(CHECK_OUT, at_desk=True, slug=HOTEL, id=stay["bookingId"])
    rooms = [stay["assignedRoom"]["number"] for stay in stays]
    for number, states in (
        (rooms[0], ("CLEANING_IN_PROGRESS", "CLEANED_UNINSPECTED")),
        (rooms[1], ("CLEANING_IN_PROGRESS",)),
        ("120", ("OUT_OF_SERVICE",)),
    ):
        for status in states:
            changed = {"hotelSlug": HOTEL, "roomNumber": number, "status": status}
            house.ask(SET_ROOM, at_desk=True, input=changed)
    for labels in SOLD:
        sell(house, *labels.split())
    blocked = {"eventSlug": EVENT, "labels": ["J-1", "J-2", "J-19", "J-20"], "reason": "Camera"}
    house.ask(BLOCK, at_desk=True, input=blocked)


# -- what is shown ---------------------------------------------------------------------------------


async def _take_guests_page(browser: Browser, house: House) -> None:

    async with _screen(browser, PHONE, "light") as page:
        reference = house.next_arrival()
        await page.goto(f"{house.url}/demo/guest/?hotel={HOTEL}&reference={reference}")
        await page.get_by_role("button", name="Find booking").click()
        await page.get_by_label("Full name").fill("Maeve O'Sullivan")
        await page.get_by_label("Phone number").fill("020 913 0123")
        await _keep(page, "guest-details")
        await page.get_by_role("button", name="Continue").click()
        await page.get_by_role("heading", name="Parking").wait_for()
        await page.get_by_role("button", name="Continue").click()
        await page.get_by_role("button", name="Check in").click()
        await page.locator("#pin:not(:empty)").wait_for()
        await _keep(page, "guest-pin")


async def _take_board(browser: Browser, house: House) -> None:

    async with _screen(browser, DESK_SCREEN, "light") as page:
        await page.goto(f"{house.url}/board/login/")
        await _keep(page, "board-login")
    async with _screen(browser, DESK_SCREEN, "light") as page:
        await open_board(page.context, house)
        board = page.context.pages[-1]
        house.locks(error_codes={"keyboardPwd/add": {"errcode": -2025}})
        house.begin(house.next_arrival())
        await board.get_by_text("PIN failed").first.wait_for()
        await board.wait_for_timeout(3_000)  # flashes fade
        await board.get_by_role("button", name="Names").click()
        await board.get_by_text("Maeve").first.wait_for()
        await _keep(board, "board-light")
        await board.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await _keep(board, "board-phone")
        await board.set_viewport_size({"width": DESK_SCREEN[0], "height": DESK_SCREEN[1]})
        await board.emulate_media(color_scheme="dark")
        await _keep(board, "board-dark")
        await board.get_by_role("link", name="Seats").click()
        await board.locator(".seat").nth(3).wait_for()
        await _keep(board, "board-seats")
        await board.get_by_role("link", name="House").click()
        await board.emulate_media(color_scheme="light")
        house.stop()
        await board.get_by_text("What you see is from then").wait_for()
        await _keep(board, "board-offline")


@asynccontextmanager
async def _screen(
    browser: Browser, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> AsyncIterator[Page]:
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
        locale="en-GB",
    )
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def _keep(page: Page, name: str) -> None:
    """Write the picture with a palette, a third of the size."""
    IMAGES.mkdir(exist_ok=True)
    path = IMAGES / f"{name}.png"
    await page.screenshot(path=path)
    with Image.open(path) as taken:
        small = taken.convert("RGB").quantize(COLOURS)
    small.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main())
