"""No page asks for what its own policy forbids, in a real browser."""

from __future__ import annotations

import re
from typing import Final

from playwright.async_api import Browser, BrowserContext, Page, Route

from tests.browser.house import House
from tests.browser.visits import open_page, sell

REFUSED: Final = ("Content Security Policy", "Refused to", "Permissions-Policy")
FOREIGN: Final = re.compile("^https:")
BUTTONS: Final = "a[href*='/do/']"


class Ears:
    """What the console of every page of a browser complains of."""

    def __init__(self, context: BrowserContext) -> None:
        self.heard: list[str] = []
        context.on("console", lambda message: self._note(message.text))
        context.on("weberror", lambda error: self.heard.append(str(error.error)))

    def _note(self, text: str) -> None:
        if any(words in text for words in REFUSED):
            self.heard.append(text)


async def log_in(context: BrowserContext, house: House) -> Page:
    """Return the first page of the back office, opened by the demo's manager."""
    page = await open_page(context, f"{house.url}/admin/")
    await page.get_by_label("Username").fill(house.username)
    await page.get_by_label("Password").fill(house.password)
    await page.get_by_role("button", name="Log in").click()
    await page.locator("#numbers").wait_for()
    return page


async def test_the_pages_of_the_back_office_keep_to_their_policy(
    browser: Browser, house: House
) -> None:
    order = sell(house, "A-9")
    context = await browser.new_context()
    ears = Ears(context)
    page = await log_in(context, house)

    # The charts of the first page are drawn, and the menus, made by Alpine, open.
    drawn = "() => [...document.querySelectorAll('canvas')].every(c => Chart.getChart(c))"
    assert await page.locator("canvas").count() > 0
    await page.wait_for_function(drawn)
    for subject in ("bookings/booking", "seating/seatorder"):
        await page.goto(f"{house.url}/admin/{subject}/")
        await page.locator("#result_list").wait_for()
    await page.get_by_role("link", name=order).click()
    await page.locator(BUTTONS).first.wait_for()
    # A page of confirmation, with the picture that was sent.
    await page.locator(BUTTONS).first.click()
    picture = page.get_by_role("img", name="Payment proof")
    await picture.wait_for()
    assert await picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)")
    # A form with choices and a calendar.
    await page.goto(f"{house.url}/admin/seating/seatingevent/add/")
    await page.locator("#seatingevent_form").wait_for()

    assert ears.heard == []
    await context.close()


async def test_a_script_written_into_a_page_of_the_back_office_does_not_run(
    browser: Browser, house: House
) -> None:
    context = await browser.new_context()
    ears = Ears(context)
    page = await log_in(context, house)
    await page.evaluate(
        """() => {
          const written = document.createElement("script");
          written.textContent = "window.ran = true";
          document.body.append(written);
        }"""
    )
    assert await page.evaluate("() => window.ran") is None
    assert len(ears.heard) == 1
    await context.close()


async def test_the_explorer_asks_for_its_pinned_files_alone(browser: Browser, house: House) -> None:
    context = await browser.new_context()
    ears = Ears(context)
    asked: list[str] = []

    async def answer(route: Route) -> None:
        asked.append(route.request.url)
        await route.abort()

    await context.route(FOREIGN, answer)
    page = await open_page(context, f"{house.url}/graphql/")
    named = await page.evaluate(
        "() => [...document.querySelectorAll('script[src], link[rel=stylesheet]')]"
        ".map(part => part.src || part.href)"
    )
    await page.wait_for_load_state("load")
    assert sorted(asked) == sorted(named)
    assert [text for text in ears.heard if "Security Policy" in text] == []
    await context.close()
