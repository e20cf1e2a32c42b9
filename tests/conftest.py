"""Fixtures that more than one room's tests use."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
import redis
from channels.layers import channel_layers
from django.conf import settings
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings

from apps.common.limits import checking
from apps.common.limits.windows import KEY_PREFIX
from apps.locks.services import cloud
from apps.locks.simulator import SimulatorServer
from tests.fakes.lock_cloud import LockCloud
from tests.services.plugin import BACKEND


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked to be run once, with the other backend."""
    elsewhere = [
        item
        for item in items
        if (mark := item.get_closest_marker("once")) and mark.args[0] != os.environ[BACKEND]
    ]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in set(elsewhere)]


@pytest.fixture(scope="session", autouse=True)
def no_connection_outlives_its_use() -> None:
    """Servers and workers within this process keep their threads beyond a test; one that kept its
    connection too would keep the test database from being removed."""
    connections.settings["default"]["CONN_MAX_AGE"] = 0


# A crowded machine makes any draw slow and any example late: neither says anything of the code.
hypothesis_settings.register_profile(
    "doorstep", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("doorstep")


@pytest.fixture(autouse=True)
def own_channel_layer() -> None:
    """A reader that an earlier test's loop took down with it would keep a shared layer for itself.

    The Redis layer counts its readers and binds them to one loop: one that ended without a
    goodbye leaves it refusing every other loop from then on.
    """
    channel_layers.backends.clear()


@pytest.fixture(scope="session")
def lock_simulator() -> Iterator[SimulatorServer]:
    """One simulator for the run, on a free port."""
    with SimulatorServer() as server:
        yield server


@pytest.fixture
def lock_cloud(lock_simulator: SimulatorServer, settings: Settings) -> Iterator[LockCloud]:
    """The lock cloud that this test's workers call: empty, and nothing goes wrong."""
    settings.TTLOCK_API_URL = lock_simulator.url
    cloud._client.cache_clear()  # clients remember failed logins; account numbers come again
    yield LockCloud(lock_simulator.url)
    cloud._client.cache_clear()


@pytest.fixture
def fresh_limits() -> Iterator[None]:
    """Counts begin anew, in this process and in Redis: earlier tests had the same keys."""
    forget_counts()
    yield
    forget_counts()


def forget_counts() -> None:
    """Empty the windows, as a restart does, or a flushed Redis."""
    checking._window.cache_clear()
    if settings.REDIS_URL:
        with redis.Redis.from_url(settings.REDIS_URL) as counted:
            for key in counted.scan_iter(f"{KEY_PREFIX}*"):
                counted.delete(key)


class AskGraphQL(Protocol):
    """Sends one document over HTTP."""

    def __call__(self, query: str, /, **variables: Any) -> dict[str, Any]: ...


@pytest.fixture
def gql(client: Client) -> AskGraphQL:
    """Return what POST /graphql/ answers, decoded; the status must be 200."""

    def ask(query: str, /, **variables: Any) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables})
        response: HttpResponse = client.post("/graphql/", body, content_type="application/json")
        assert response.status_code == 200, response.content
        answer: dict[str, Any] = json.loads(response.content)
        return answer

    return ask


@pytest.fixture
def queries_of() -> Callable[[Callable[[], Any]], int]:
    """Return how many queries a call makes."""

    def count(call: Callable[[], Any]) -> int:
        # On SQLite, Django tries this once in a process, in the midst of whatever comes first.
        assert connection.features.supports_json_field
        with CaptureQueriesContext(connection) as queries:
            call()
        return len(queries)

    return count
