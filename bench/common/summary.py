"""The table of all benches: one line for every figure, with its aim and what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from bench.common.figures import Figure, Report, said

TITLE: Final = "## Summary"
HEADINGS: Final = ("bench", "figure", "value", "aim", "floor or peer", "", "taken")

Lines = Mapping[str, Sequence[str]]  # by bench


def summary_lines(text: str) -> dict[str, list[str]]:
    """Return the lines that a ``RESULTS.md`` holds, by bench."""
    kept: dict[str, list[str]] = {}
    for line in _summary(text).splitlines():
        found = re.match(r"\| \[(\w+)\]", line)
        if found:
            kept.setdefault(found[1], []).append(line)
    return kept


def figure_values(text: str) -> dict[tuple[str, str], str]:
    """Return the values that a ``RESULTS.md`` holds, by bench and name of the figure."""
    cells = [line.split(" | ") for lines in summary_lines(text).values() for line in lines]
    return {(re.sub(r"\W.*", "", bench[3:]), name): value for bench, name, value, *_ in cells}


def lines_of(report: Report, taken: str) -> list[str]:
    """Return a line for each figure of a report."""
    return [_line(report.bench, figure, taken) for figure in report.all_figures]


def line_of_failure(bench: str, taken: str) -> str:
    """Return the line of a bench that did not come to its end."""
    return f"| [{bench}](#{bench}) | the whole bench |  |  |  | FAILED | {taken} |"


def table(lines: Lines) -> str:
    """Return the section, benches by name."""
    rule = ["---", "---", "--:", "--:", "---", "---", "---"]
    head = [TITLE, "", f"| {' | '.join(HEADINGS)} |", f"| {' | '.join(rule)} |"]
    return "\n".join([*head, *(line for name in sorted(lines) for line in lines[name])]) + "\n"


def _summary(text: str) -> str:
    return text.partition(f"{TITLE}\n")[2].partition("\n## ")[0]


def _line(bench: str, figure: Figure, taken: str) -> str:
    cells = (
        f"[{bench}](#{bench})",
        figure.name,
        said(figure.value, figure.unit),
        _aim(figure),
        figure.beside,
        {None: "", True: "met", False: "MISSED"}[figure.is_met],
        taken,
    )
    return f"| {' | '.join(cells)} |"


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    return f"{'≥' if figure.is_least else '≤'} {said(figure.aim, figure.unit)}"
