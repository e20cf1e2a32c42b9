"""How long wrong answers make one wait: a table, and what holds for all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.checkin.tries import FROM_ONE_ADDRESS, LONGEST_WAIT, Allowance, blocked_until

NOON = datetime(2026, 6, 12, 12, 0, tzinfo=UTC)
FIVE_QUICKLY = [0, 1, 2, 3, 4]


def minutes(*given: float) -> list[datetime]:
    return [NOON + timedelta(minutes=minute) for minute in given]


@pytest.mark.parametrize(
    ("failures", "until"),
    [
        ([], None),
        ([0], None),
        ([0, 1, 2, 3], None),
        (FIVE_QUICKLY, 15),  # until the first of the five leaves the window
        ([0, 0, 0, 0, 0], 15),
        ([0, 5, 10, 14, 14.9], 15),
        ([0, 5, 10, 14, 15], None),  # five, but not within fifteen minutes
        ([0, 5, 10, 14, 15, 16], 20),
        ([*FIVE_QUICKLY, 15], 15 + 30),
        ([*FIVE_QUICKLY, 15, 45], 45 + 60),
        ([*FIVE_QUICKLY, 15, 45, 105], 105 + 120),
        ([*FIVE_QUICKLY, 600], 600 + 30),  # hours later is not yet forgotten
        ([*FIVE_QUICKLY, 15 + 1439], 15 + 1439 + 30),
        ([*FIVE_QUICKLY, 15 + 1440], None),  # a quiet day after the wait, all begins anew
        ([*FIVE_QUICKLY, 1500, 1501, 1502, 1503, 1504], 1515),
    ],
)
def test_waits_grow_and_are_forgotten_after_a_quiet_day(
    failures: list[float], until: float | None
) -> None:
    expected = None if until is None else minutes(until)[0]

    assert blocked_until(minutes(*failures), FROM_ONE_ADDRESS) == expected


def test_no_wait_is_longer_than_a_day_however_long_somebody_goes_on() -> None:
    failures = minutes(*FIVE_QUICKLY)
    waits: list[timedelta] = []
    for _ in range(40):
        until = blocked_until(failures, FROM_ONE_ADDRESS)
        assert until is not None
        waits.append(until - failures[-1])
        failures.append(until)

    assert waits[1:8] == [timedelta(minutes=m) for m in (30, 60, 120, 240, 480, 960, 1440)]
    assert set(waits[8:]) == {LONGEST_WAIT}


allowances = st.builds(
    Allowance,
    count=st.integers(1, 25),
    window=st.integers(1, 1440).map(lambda length: timedelta(minutes=length)),
)


@given(
    gaps=st.lists(st.integers(0, 3 * 24 * 60).map(lambda gap: timedelta(minutes=gap)), max_size=40),
    allowance=allowances,
)
def test_fewer_than_allowed_never_wait_and_no_window_takes_more(
    gaps: list[timedelta], allowance: Allowance
) -> None:
    """Somebody who tries whenever it is let in is let in no more than the allowance says."""
    now, failures = NOON, list[datetime]()
    for gap in gaps:
        now += gap
        until = blocked_until(failures, allowance)
        if until is None or now >= until:
            failures.append(now)
        else:
            assert len(failures) >= allowance.count
            assert until <= failures[-1] + max(allowance.window, LONGEST_WAIT)
    for n, first in enumerate(failures):
        within = [f for f in failures[n:] if f < first + allowance.window]
        assert len(within) <= allowance.count
