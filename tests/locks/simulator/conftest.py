"""A simulator over real HTTP, empty before each test, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apps.locks.simulator import SimulatorServer, SimulatorSettings
from tests.locks.simulator.driver import NOON, Caller, Clock


@pytest.fixture(scope="session")
def session_clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def session_url(session_clock: Clock) -> Iterator[str]:
    with SimulatorServer(SimulatorSettings(now=session_clock)) as server:
        yield server.url


@pytest.fixture
def clock(session_clock: Clock) -> Clock:
    session_clock.now = NOON
    return session_clock


@pytest.fixture
def caller(session_url: str, clock: Clock) -> Caller:
    caller = Caller(session_url, clock)
    caller.sim("POST", "/reset")
    return caller
