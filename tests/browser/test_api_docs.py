"""The page of the REST operations, drawn by a real browser under its own policy."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml
from django.conf import settings
from playwright.async_api import Browser, expect

from tests.live_server import server as server

PATIENCE: Final = 60_000  # milliseconds; a generous end, never an expectation


async def test_every_operation_is_drawn_and_nothing_is_refused_or_fetched_elsewhere(
    browser: Browser, server: str
) -> None:
    base = server.replace("ws://", "http://", 1).removesuffix("/graphql/")
    document = yaml.load(
        Path(settings.BASE_DIR, "openapi.yaml").read_text(), Loader=yaml.CSafeLoader
    )
    complaints: list[str] = []
    asked: list[str] = []
    page = await browser.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    await page.goto(f"{base}/api/docs/")
    await expect(page.locator(".opblock")).to_have_count(
        sum(len(methods) for methods in document["paths"].values()), timeout=PATIENCE
    )
    await page.locator("#operations-Seats-seats_select .opblock-summary").click()
    await page.get_by_text("gala-night").first.wait_for(timeout=PATIENCE)

    assert complaints == []
    assert [url for url in asked if not url.startswith((base, "data:"))] == []
