"""Servers for scenes in which somebody comes in the midst of a command."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apps.locks.simulator import SimulatorServer
from tests.races.midway import WITH_LOCKS, WITHOUT_LOCKS, Doors, doors_to


@pytest.fixture(scope="module")
def doors(
    django_db_setup: None,
    tmp_path_factory: pytest.TempPathFactory,
    lock_simulator: SimulatorServer,
) -> Iterator[Doors]:
    """The product's servers."""
    directory = tmp_path_factory.mktemp("with-locks")
    with doors_to(WITH_LOCKS, directory, **_surroundings(lock_simulator)) as found:
        yield found


@pytest.fixture(scope="module")
def lockless_doors(
    django_db_setup: None,
    tmp_path_factory: pytest.TempPathFactory,
    lock_simulator: SimulatorServer,
) -> Iterator[Doors]:
    """The same servers with no row locked."""
    directory = tmp_path_factory.mktemp("without-locks")
    with doors_to(WITHOUT_LOCKS, directory, **_surroundings(lock_simulator)) as found:
        yield found


def _surroundings(simulator: SimulatorServer) -> dict[str, str]:
    return {"TTLOCK_API_URL": simulator.url, "RATE_LIMIT_SEATING": "0"}
