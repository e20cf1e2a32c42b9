"""The second lock cloud and somebody who calls it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.lockcloud import LockCloud
from tests.fakes.lockcloud.caller import FAR, FAR_ROOM, ROOM, SHARED, Caller


@pytest.fixture
def cloud() -> Iterator[LockCloud]:
    """Room and front door share a gateway, a room far away has its own."""
    with LockCloud(locks={ROOM: "Room 12"}, gateways={FAR_ROOM: FAR, 0: SHARED}) as running:
        yield running


@pytest.fixture
def ask(cloud: LockCloud) -> Caller:
    return Caller(cloud.url)
