"""Pages as a person with a browser uses them, and what others do at the desk meanwhile."""

from __future__ import annotations

import re
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from backend.demo.people import DESK
from tests.browser.house import HOTEL, House

PATIENCE: Final = 30_000  # milliseconds; a generous end, never an expectation
CHECK_OUT: Final = """mutation CheckOut($slug: String!, $id: String!) {
  checkOutBooking(input: {hotelSlug: $slug, bookingId: $id}) {
    __typename ... on Problem { code message }
  }
}"""


async def open_page(browser: Browser | BrowserContext, address: str) -> Page:
    """Return a page at the address."""
    expect.set_options(timeout=PATIENCE)
    page = await browser.new_page()
    page.set_default_timeout(PATIENCE)
    await page.goto(address)
    return page


async def open_board(context: Browser | BrowserContext, house: House, view: str = "") -> Page:
    """Log in and return the board of the demo's hotel, live and drawn."""
    page = await open_page(context, f"{house.url}/board/{view}")
    if "/login/" in page.url:
        await page.get_by_label("Username").fill(DESK.username)
        await page.get_by_label("Password").fill(DESK.password)
        await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Hotel Killarney")
    await expect(page.locator("#connection")).to_have_text("Live")
    return page


def group(page: Page, state: str) -> Locator:
    """The rooms of one state, by the words for it."""
    return page.locator(".room-group").filter(
        has=page.get_by_role("heading", level=3, name=re.compile(f"^{state}"))
    )


def check_out_somebody(house: House) -> str:
    """Check a guest out at the desk, over GraphQL; return the number of the room."""
    in_house = house.ask(
        """query InHouse($slug: String!) {
          bookings(hotelSlug: $slug, inHouse: true) {
            edges { node { bookingId assignedRoom { number } } }
          }
        }""",
        login=DESK,
        slug=HOTEL,
    )
    stay: dict[str, Any] = in_house["edges"][0]["node"]
    answer = house.ask(CHECK_OUT, login=DESK, slug=HOTEL, id=stay["bookingId"])
    assert answer["__typename"] == "Booking", answer
    return str(stay["assignedRoom"]["number"])
