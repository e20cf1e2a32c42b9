"""RESULTS.md keeps one line for every figure, and says which bench failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.common import Aim, Figure, Floor, Report, Row, results, said
from bench.common.summary import figure_values, summary_lines


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the results somewhere else."""
    monkeypatch.setattr(results, "RESULTS", tmp_path / "RESULTS.md")
    return tmp_path / "RESULTS.md"


def report(bench: str, *figures: Figure) -> Report:
    floor = Floor(name="bare", samples=[0.5])
    row = Row(name="asked", samples=[1.0, 2.0], floor=floor, aim=Aim(seconds=1.5))
    return Report(bench=bench, title="Some", rows=[row], figures=figures)


def test_a_saved_bench_replaces_its_own_lines_and_no_others(file: Path) -> None:
    results.save_report(report("one", Figure(name="sales", value=12, unit="a second")))
    results.save_report(report("two"))
    results.save_report(report("one", Figure(name="sales", value=13, unit="a second")))

    assert figure_values(file.read_text()) == {
        ("one", "asked, p95"): "2,000 ms",
        ("one", "sales"): "13 a second",
        ("two", "asked, p95"): "2,000 ms",
    }
    assert file.read_text().count("\n## ") == 3  # the summary and a section for each


def test_a_line_says_the_aim_what_stands_beside_it_and_the_verdict(file: Path) -> None:
    most = Figure(name="cost", value=2.0, unit="×", aim=1.6, beside="floor 3 ms")
    least = Figure(name="sales", value=141, unit="a second", aim=140, is_least=True)
    results.save_report(report("one", most, least))

    row, cost, sales = summary_lines(file.read_text())["one"]
    assert "| ≤ 1,500 ms | floor 500 ms | MISSED |" in row
    assert "| 2 × | ≤ 1.60 × | floor 3 ms | MISSED |" in cost
    assert "| 141 a second | ≥ 140 a second |  | met |" in sales


def test_a_failed_bench_is_told_in_place_of_its_old_figures(file: Path) -> None:
    results.save_report(report("one"))
    results.save_report(report("two"))
    results.save_whole_run("2 benches", failed=["two"])

    lines = summary_lines(file.read_text())
    assert "MISSED" in lines["one"][0]
    assert [line.count("FAILED") for line in lines["two"]] == [1]
    assert "The last run of all: 2 benches;" in file.read_text()


def test_the_note_of_the_whole_run_outlives_a_single_bench(file: Path) -> None:
    results.save_whole_run("2 benches", failed=[])
    results.save_report(report("one"))

    assert file.read_text().count("The last run of all: 2 benches;") == 1


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12.6, "s", "12.6 s"),
        (0.0438, "s", "43.8 ms"),
        (0.000023, "s", "23 µs"),
        (15.05, "", "15.1"),
        (1410.3, "a second", "1,410 a second"),
        (0, "", "0"),
    ],
)
def test_numbers_are_said_in_the_unit_that_suits_them(value: float, unit: str, text: str) -> None:
    assert said(value, unit) == text
