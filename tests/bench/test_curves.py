"""A cost is flat when no size is much dearer than the smallest; cheaper is no worse."""

from __future__ import annotations

import pytest

from bench.carrying_queue import slowest_of_twenty
from bench.common import Curve, table_of


@pytest.mark.parametrize(
    ("costs", "is_flat"),
    [([1.0, 1.1, 1.2], True), ([1.0, 1.21, 1.0], False), ([1.0, 0.5, 0.2], True)],
)
def test_flat_is_within_a_fifth_of_the_smallest(costs: list[float], is_flat: bool) -> None:
    assert Curve(name="asked", costs=costs).is_flat is is_flat


def test_a_line_shows_every_size_and_what_grew() -> None:
    table = table_of("Ten times", ["1", "10"], [Curve(name="asked", costs=[0.0125, 0.0375])])

    assert table.lines == [["asked", "12.5 ms", "37.5 ms", "3.00", "", "NOT FLAT"]]


def test_the_simulated_line_grows_with_how_full_it_is_and_shrinks_with_servers() -> None:
    assert slowest_of_twenty(1, 0.5) < slowest_of_twenty(1, 0.8)
    assert slowest_of_twenty(8, 0.8) < slowest_of_twenty(1, 0.8)


def test_a_nearly_empty_server_lets_nobody_wait() -> None:
    # The 95th percentile of a log-normal whose deviation is its mean, in means.
    assert slowest_of_twenty(8, 0.1) == pytest.approx(2.78, rel=0.05)
