"""Limits on starts count what all server processes let in, together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.background import at_once
from tests.races.midway import WITH_LOCKS, Call, Doors, doors_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once("postgres")]
LIMIT = 5
STARTS = 16
UNKNOWN = Call(path="/api/checkin/start/", body={"booking_reference": "0000000000"})


@pytest.fixture
def doors(tmp_path: Path, fresh_limits: None) -> Iterator[Doors]:
    """Two processes that count in Redis."""
    with doors_to(WITH_LOCKS, tmp_path, RATE_LIMIT_CHECKIN=f"{LIMIT}/m") as found:
        yield found


@pytest.fixture
def doors_without_redis(tmp_path: Path) -> Iterator[Doors]:
    """Two processes of which each counts for itself."""
    with doors_to(WITH_LOCKS, tmp_path, RATE_LIMIT_CHECKIN=f"{LIMIT}/m", REDIS_URL="") as found:
        yield found


def start_many(doors: Doors) -> Counter[str]:
    """Start at both processes at once; return how often each answer came."""
    here, there = doors.addresses
    calls = [lambda door=door: UNKNOWN(door) for door in [here, there] * (STARTS // 2)]
    return Counter(at_once(*calls))


def test_two_processes_let_in_what_one_would(doors: Doors) -> None:
    assert start_many(doors) == {"BOOKING_NOT_FOUND": LIMIT, "RATE_LIMITED": STARTS - LIMIT}


def test_without_a_shared_count_each_process_lets_in_as_many(doors_without_redis: Doors) -> None:
    """The twin: it shows that both processes are asked, and what the shared count is for."""
    assert start_many(doors_without_redis)["BOOKING_NOT_FOUND"] == 2 * LIMIT
