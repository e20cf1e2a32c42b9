"""docs/scaling.md counts with the figures that are kept, and with no others."""

from __future__ import annotations

import pytest

from bench.common.results import RESULTS
from bench.scaling import COSTS, DEMANDS, PAGE, Figures, written


def test_the_page_has_the_figures_of_the_kept_runs() -> None:
    page = PAGE.read_text()

    assert written(page, RESULTS.read_text()) == page, "say: python -m bench.scaling"


def test_every_demand_is_counted_once_all_figures_are_kept() -> None:
    figures = Figures(dict.fromkeys(COSTS.values(), "1.00 ms"))

    assert all(ask(figures, 1_000) > 0 for _, ask in DEMANDS)


def test_what_a_missing_figure_would_count_is_a_dash() -> None:
    assert "| cores of PostgreSQL | – | – | – |" in written(PAGE.read_text(), "")


@pytest.mark.parametrize(("text", "value"), [("1,200 ms", 1.2), ("23 µs", 2.3e-5), ("22 KiB", 22)])
def test_figures_are_read_in_their_units(text: str, value: float) -> None:
    assert Figures({COSTS["webhook"]: text})("webhook") == pytest.approx(value)
