"""The live board, in a real browser, against a real server."""

from __future__ import annotations

from typing import Any, Final

from playwright.async_api import Browser, Page, expect

from tests.browser.house import EVENT, HOTEL, House
from tests.browser.visits import (
    CHECK_OUT,
    check_out_somebody,
    group,
    open_board,
    open_page,
    sell,
    stays_in_house,
)

REVIEW: Final = """mutation Review($event: String!, $number: String!) {
  reviewPayment(input: {
    eventSlug: $event, orderNumber: $number, approve: false, reason: "Nothing came in."
  }) { ... on SeatOrder { status } ... on Problem { code message } }
}"""
SAME_PAGE: Final = "window.isTheSamePage"


async def _mark(page: Page) -> None:
    await page.evaluate(f"{SAME_PAGE} = true")


async def _was_not_reloaded(page: Page) -> bool:
    return bool(await page.evaluate(f"{SAME_PAGE} === true"))


async def test_a_check_out_in_the_back_office_moves_the_board(
    browser: Browser, house: House
) -> None:
    context = await browser.new_context()
    board = await open_board(context, house)
    await _mark(board)
    await expect(group(board, "Occupied")).to_be_visible()
    stay = stays_in_house(house)[0]
    booking_id, number = stay["bookingId"], stay["assignedRoom"]["number"]

    # The board's login is the back office's, too.
    office = await open_page(context, f"{house.url}/admin/bookings/booking/?q={booking_id}")
    await office.locator("#result_list").get_by_role("link", name=booking_id).click()
    await office.get_by_role("link", name="Check out").click()
    await office.get_by_role("button", name="Check out").click()
    await office.get_by_text("is checked out").wait_for()

    await expect(group(board, "To clean").get_by_text(number, exact=True)).to_be_visible()
    await expect(group(board, "Occupied").get_by_text(number, exact=True)).to_have_count(0)
    await expect(board.get_by_role("log")).to_contain_text(f"Room {number}: To clean")
    await expect(board.get_by_role("region", name="Cleaning")).to_contain_text(number)
    assert await _was_not_reloaded(board)


async def test_a_check_in_is_followed_without_its_pin(browser: Browser, house: House) -> None:
    board = await open_board(browser, house)
    reference = house.next_arrival()
    arrival = house.arrival(reference)
    row = board.get_by_role("region", name="Arrivals").get_by_role("listitem")
    row = row.filter(has_text=arrival["bookingId"])
    await expect(row).to_contain_text("Not started")

    token = house.begin(reference)
    number = arrival["assignedRoom"]["number"]
    await expect(row).to_contain_text("PIN ready")
    await expect(board.get_by_role("log")).to_contain_text(f"Room {number}: PIN ready")

    stay = house.finish(token)
    await expect(row).to_contain_text("In house")
    await expect(group(board, "Occupied").get_by_text(number, exact=True)).to_be_visible()
    shown = await board.locator("main").inner_text()
    assert stay["pin"] not in shown.split()
    assert "Maeve" not in shown, "names are hidden until somebody asks for them"
    await board.get_by_role("button", name="Names").click()
    arrivals = board.get_by_role("region", name="Arrivals")
    await expect(arrivals).to_contain_text("Maeve")

    house.ask(CHECK_OUT, at_desk=True, slug=HOTEL, id=arrival["bookingId"])
    row = arrivals.get_by_role("listitem").filter(has_text="Maeve")
    await expect(row).to_contain_text("Left")


async def test_two_browsers_watch_the_seats_change(browser: Browser, house: House) -> None:
    first = await open_board(await browser.new_context(), house)
    second = await open_board(await browser.new_context(), house)
    for board in (first, second):
        await board.get_by_role("link", name="Seats").click()
        await expect(_seat(board, "C-7")).to_have_attribute("data-status", "AVAILABLE")

    number = sell(house, "C-7", "C-8")

    for board in (first, second):
        for label in ("C-7", "C-8"):
            await expect(_seat(board, label)).to_have_attribute("data-status", "BOOKED")
        await expect(board.locator("#seat-news")).to_have_text("C-7, C-8: booked")
        await expect(board.get_by_role("listitem").filter(has_text="booked")).to_contain_text("2")

    house.ask(REVIEW, at_desk=True, event=EVENT, number=number)
    for board in (first, second):
        await expect(_seat(board, "C-7")).to_have_attribute("data-status", "AVAILABLE")


def _seat(board: Page, label: str) -> Any:
    return board.locator(".seat", has=board.locator("title", has_text=f"{label},"))


async def test_the_login_of_the_board_is_renewed_and_nothing_is_missed(
    browser: Browser, house: House
) -> None:
    handed: list[str] = []
    states: list[str] = []
    context = await browser.new_context()
    context.on("request", lambda asked: handed.append(asked.url))
    board = await open_board(context, house)
    await board.expose_function("said", lambda state: states.append(state))
    await board.evaluate(
        "new MutationObserver(() => said(document.getElementById('connection').textContent))"
        ".observe(document.getElementById('connection'), {childList: true})"
    )
    await _mark(board)
    while sum(url.endswith("/board/token/") for url in handed) < 3:
        await board.wait_for_timeout(200)

    number = check_out_somebody(house)

    await expect(group(board, "To clean").get_by_text(number, exact=True)).to_be_visible()
    assert not [state for state in states if "Offline" in state]
    assert await _was_not_reloaded(board)


async def test_who_is_logged_out_is_told(browser: Browser, house: House) -> None:
    context = await browser.new_context()
    board = await open_board(context, house)
    other = await open_board(context, house)

    await other.get_by_role("button", name="Log out").click()

    await expect(board.get_by_role("alert")).to_contain_text("You have been logged out")
    await expect(board.locator("#connection")).to_have_text("Logged out")
    await board.get_by_role("link", name="Log in again").click()
    await board.get_by_label("Username").wait_for()


async def test_the_board_outlives_the_server_and_catches_up(browser: Browser, house: House) -> None:
    board = await open_board(browser, house)
    await _mark(board)
    house.stop()
    await expect(board.locator("#connection")).to_contain_text("Offline since")
    await expect(board.get_by_role("alert")).to_contain_text("What you see is from then")

    house.start()
    number = check_out_somebody(house)  # whether or not the board is back by now

    await expect(board.locator("#connection")).to_have_text("Live")
    await expect(board.get_by_role("alert")).to_be_hidden()
    await expect(group(board, "To clean").get_by_text(number, exact=True)).to_be_visible()
    assert await _was_not_reloaded(board)
