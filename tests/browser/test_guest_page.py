"""A guest checks in on the reference page, in a real browser, against a real server."""

from __future__ import annotations

import re

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.house import HOTEL, House
from tests.browser.visits import open_page


async def _open(browser: Browser | BrowserContext, house: House, reference: str) -> Page:
    address = f"{house.url}/demo/guest/?hotel={HOTEL}&reference={reference}"
    page = await open_page(browser, address)
    await page.get_by_role("button", name="Find booking").click()
    return page


async def _give_details(page: Page, *, phone: str) -> None:
    await page.get_by_label("Full name").fill("Maeve O'Sullivan")
    await page.get_by_label("Phone number").fill(phone)
    await page.get_by_role("button", name="Continue").click()


async def _walk_to_the_end(page: Page, *, phone: str) -> None:
    await _give_details(page, phone=phone)
    await page.get_by_role("heading", name="Parking").wait_for()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Check in").click()


async def test_a_guest_walks_the_four_steps_and_sees_the_pin_while_the_locks_are_slow(
    browser: Browser, house: House
) -> None:
    house.locks(latency_ms=1500)
    page = await _open(browser, house, house.next_arrival())
    await _walk_to_the_end(page, phone="020 913 0123")
    await expect(page.get_by_role("status")).to_contain_text("Almost ready")

    pin = await page.locator("#pin:not(:empty)").inner_text()

    assert re.fullmatch(r"\d{4}", pin)
    assert pin in house.codes_in_locks(), "it opens the doors, whatever the page believes"
    await expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Maeve O'Sullivan")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()


async def test_a_problem_is_told_at_its_field(browser: Browser, house: House) -> None:
    page = await _open(browser, house, "0000000000")
    field = page.get_by_label("Booking reference")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_have_accessible_description(re.compile("No booking was found"))
    await expect(field).to_be_focused()

    await field.fill(house.next_arrival())
    await page.get_by_role("button", name="Find booking").click()
    await _give_details(page, phone="12")
    field = page.get_by_label("Phone number")
    await expect(field).to_have_accessible_description(re.compile("phone number"))
    await field.fill("020 913 0124")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Yes").check()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_label("Registration")).to_have_accessible_description(
        re.compile("Enter the registration")
    )


async def test_a_pin_that_failed_leads_to_people(browser: Browser, house: House) -> None:
    frozen = {"errcode": -2025}  # only a person can mend it: told at once
    house.locks(error_codes={"keyboardPwd/add": frozen})
    page = await _open(browser, house, house.next_arrival())
    await _walk_to_the_end(page, phone="020 913 0125")

    await expect(page.get_by_role("link", name="WhatsApp")).to_be_visible()
    await expect(page.get_by_role("link", name="@killarney.example.com")).to_be_visible()
    assert not await page.locator("#pin").inner_text()


async def test_a_guest_who_comes_back_proves_who_they_are_and_sees_the_stay(
    browser: Browser, house: House
) -> None:
    reference = house.next_arrival()
    first = await _open(browser, house, reference)
    await _give_details(first, phone="020 913 0126")
    await first.get_by_role("heading", name="Parking").wait_for()

    second = await _open(await browser.new_context(), house, reference)
    await second.get_by_label("One more thing").fill("0126")
    await second.get_by_role("button", name="Find booking").click()
    await second.get_by_role("button", name="Continue").click()
    await second.get_by_role("button", name="Check in").click()
    await second.locator("#pin:not(:empty)").wait_for()

    await first.get_by_role("button", name="Continue").click()
    await expect(first.get_by_role("heading", name="This check-in has ended")).to_be_visible()
    await first.get_by_role("button", name="Start again").click()
    await first.get_by_role("button", name="Find booking").click()
    await first.get_by_label("One more thing").fill("0126")
    await first.get_by_role("button", name="Find booking").click()
    await expect(first.locator("#pin:not(:empty)")).to_be_visible()
