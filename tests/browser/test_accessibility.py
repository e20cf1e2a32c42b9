"""axe-core finds nothing serious on any page, by day and by night."""

from __future__ import annotations

from typing import Any, Final, Literal

import pytest
from playwright.async_api import Browser, Page

from tests.browser.house import HOTEL, House
from tests.browser.visits import check_out_somebody, open_board, open_page
from tests.clients.conftest import node as node
from tests.clients.node import Node

SERIOUS: Final = frozenset({"serious", "critical"})
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


class Auditor:
    """Runs axe-core on a page; its source goes past the page's policy, as a debugger's would."""

    def __init__(self, node: Node) -> None:
        self._source = (node.packages / "node_modules/axe-core/axe.min.js").read_text()

    async def complaints(self, page: Page) -> list[Any]:
        """Return what is serious: the rule, and the first elements that break it."""
        await page.evaluate(self._source)
        found = await page.evaluate("axe.run()")
        return [
            (rule["id"], [place["html"] for place in rule["nodes"][:3]])
            for rule in found["violations"]
            if rule["impact"] in SERIOUS
        ]


@pytest.fixture(scope="session")
def auditor(node: Node) -> Auditor:
    return Auditor(node)


async def test_the_board_can_be_used_by_everybody(
    browser: Browser, house: House, auditor: Auditor
) -> None:
    board = await open_board(browser, house)
    number = check_out_somebody(house)
    await board.get_by_role("region", name="Cleaning").get_by_text(number).wait_for()
    for view in ("House", "Seats"):
        await board.get_by_role("link", name=view).click()
        if view == "Seats":
            await board.locator(".seat").nth(3).wait_for()
        for scheme in SCHEMES:
            await board.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert await auditor.complaints(board) == [], (view, scheme)


async def test_the_login_can_be_used_by_everybody(
    browser: Browser, house: House, auditor: Auditor
) -> None:
    page = await open_page(browser, f"{house.url}/board/login/")
    await page.get_by_label("Username").fill("nobody")
    await page.get_by_label("Password").fill("wrong")
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("alert").wait_for()
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        assert await auditor.complaints(page) == [], scheme


async def test_the_guests_page_can_be_used_by_everybody(
    browser: Browser, house: House, auditor: Auditor
) -> None:
    page = await open_page(browser, f"{house.url}/demo/guest/?hotel={HOTEL}&reference=0000000000")
    await page.get_by_role("button", name="Find booking").click()
    await page.get_by_text("No booking was found").wait_for()
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        for part in ("step-1", "step-2", "step-3", "step-4", "stay", "over"):
            await page.evaluate(
                """(shown) => {
                  for (const part of document.querySelectorAll("main > form, main > section"))
                    part.hidden = part.id !== shown;
                  document.getElementById("welcome").textContent = "Welcome, Maeve";
                }""",
                part,
            )
            assert await auditor.complaints(page) == [], (scheme, part)
