"""What every test of a client needs: Node with the packages, and the server."""

from __future__ import annotations

import pytest

from tests.clients.node import Node, NoNode, installed
from tests.live_server import server as server


@pytest.fixture(scope="session")
def node() -> Node:
    """Node with the clients' packages; skips where they can't be had."""
    try:
        return installed()
    except NoNode as reason:
        pytest.skip(f"the clients were not driven: {reason}")


@pytest.fixture
def url(server: str) -> str:
    """The address that GraphQL is asked at over HTTP."""
    return server.replace("ws://", "http://", 1)
