"""Pages as a person with a browser uses them, and what others do at the desk meanwhile."""

from __future__ import annotations

import re
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.house import EVENT, HOTEL, House

PATIENCE: Final = 90_000  # milliseconds; a generous end, never an expectation
CHECK_OUT: Final = """mutation CheckOut($slug: String!, $id: String!) {
  checkOutBooking(input: {hotelSlug: $slug, bookingId: $id}) {
    __typename ... on Problem { code message }
  }
}"""

SELECT: Final = """mutation Select($event: String!, $labels: [String!]!) {
  selectSeats(input: {
    eventSlug: $event, labels: $labels, holderName: "Ciara Nolan", holderEmail: "c@example.com"
  }) { ... on SeatOrder { token orderNumber } ... on Problem { code message } }
}"""
PROOF: Final = """mutation Proof($token: String!, $file: Upload!) {
  submitPaymentProof(input: {orderToken: $token, file: $file}) {
    ... on SeatOrder { status } ... on Problem { code message }
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
        await page.get_by_label("Username").fill(house.username)
        await page.get_by_label("Password").fill(house.password)
        await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Hotel Killarney")
    await expect(page.locator("#connection")).to_have_text("Live")
    return page


def group(page: Page, state: str) -> Locator:
    """The rooms of one state, by the words for it."""
    return page.locator(".room-group").filter(
        has=page.get_by_role("heading", level=3, name=re.compile(f"^{state}"))
    )


def stays_in_house(house: House) -> list[Any]:
    """Return the bookings of guests who are there, by arrival."""
    found = house.ask(
        """query InHouse($slug: String!) {
          bookings(hotelSlug: $slug, inHouse: true) {
            edges { node { bookingId assignedRoom { number } } }
          }
        }""",
        at_desk=True,
        slug=HOTEL,
    )
    return [edge["node"] for edge in found["edges"]]


def check_out_somebody(house: House) -> str:
    """Check a guest out at the desk, over GraphQL; return the number of the room."""
    stay = stays_in_house(house)[0]
    answer = house.ask(CHECK_OUT, at_desk=True, slug=HOTEL, id=stay["bookingId"])
    assert answer["__typename"] == "Booking", answer
    return str(stay["assignedRoom"]["number"])


def sell(house: House, *labels: str) -> str:
    """Let somebody choose seats and send a proof of payment; return the order's number."""
    order = house.ask(SELECT, event=EVENT, labels=labels)
    proved = house.upload(PROOF, token=order["token"])
    assert proved["status"] == "AWAITING_REVIEW", proved
    return str(order["orderNumber"])
