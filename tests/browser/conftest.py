"""A house for the run, a browser for each test; skips where no browser is installed."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.chromium import NoChromium, chromium, find_chromium
from tests.browser.house import House
from tests.services.plugin import BACKEND, BACKENDS


@pytest.fixture(scope="session")
def is_there_a_browser() -> None:
    if os.environ[BACKEND] != BACKENDS[0]:
        pytest.skip("the pages are opened once in a run: their house is on the embedded default")
    try:
        find_chromium()
    except NoChromium as reason:
        pytest.skip(f"the pages were not opened: {reason}")


@pytest.fixture(scope="session")
def running_house(
    is_there_a_browser: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """One house for the tests of this process; each takes guests and rooms of its own."""
    # Boards renew their logins every few seconds here: whatever is tested, it happens meanwhile.
    with House(tmp_path_factory.mktemp("house"), BOARD_TOKEN_MINUTES="0.1") as running:
        yield running


@pytest.fixture
def house(running_house: House) -> House:
    """The house on a good day of its locks."""
    running_house.locks(latency_ms=50)
    return running_house


@pytest_asyncio.fixture
async def browser(is_there_a_browser: None) -> AsyncIterator[Browser]:
    """A browser with an empty profile."""
    async with chromium() as running:
        yield running
