"""The Chromium that is installed, driven by Playwright; it brings none of its own."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from playwright.async_api import Browser, async_playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET: Final = (  # nothing that a browser does of its own accord
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoChromium(Exception):
    """There is no browser here; the message says what to install, in one line."""


def find_chromium() -> str:
    """Return the path of the browser. Raises NoChromium."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise NoChromium("no Chromium is installed (Debian: apt install chromium)")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser with a new and empty profile. Raises NoChromium."""
    path = find_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=QUIET)
        try:
            yield browser
        finally:
            await browser.close()
