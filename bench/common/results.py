"""The one writer: a table on the terminal, and the same table kept in ``RESULTS.md``."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table as Drawn

from bench.common.figures import Report, Row, Table, said
from bench.common.processes import ROOT
from bench.common.summary import TITLE, Lines, line_of_failure, lines_of, summary_lines, table

RESULTS: Final = Path(__file__).resolve().parents[1] / "RESULTS.md"
HEADINGS: Final = ("what", "n", "median", "p95", "max", "median ÷ floor", "p95 ÷ floor", "aim")
PREFACE: Final = (
    "# Results\n\n`python3 run.py bench all --save` writes this file, and "
    "`python3 run.py bench NAME --save` the lines and the section of one bench. "
    "[README.md](README.md) says what is measured and how to read it.\n"
)
WHOLE_RUN: Final = re.compile(r"^The last run of all: .*$", re.MULTILINE)


def print_report(report: Report) -> None:
    """Print the tables with the machine, the day and the commit."""
    console = Console(soft_wrap=True, width=max(130, Console().width))
    console.print(report.title, highlight=False)
    for shown in _tables(report):
        drawn = Drawn(title=shown.title, title_justify="left")
        for place, heading in enumerate(shown.headings):
            drawn.add_column(heading, justify="right" if place else "left")
        for line in shown.lines:
            drawn.add_row(*line)
        console.print(drawn)
    for figure in report.all_figures:
        beside = f" ({figure.beside})" if figure.beside else ""
        console.print(f"{figure.name}: {said(figure.value, figure.unit)}{beside}", highlight=False)
    for line in (*report.notes, _circumstances()):
        console.print(line, highlight=False)


def save_report(report: Report) -> None:
    """Replace the bench's lines and section of ``RESULTS.md``, or add them."""
    text = _kept()
    lines = {**summary_lines(text), report.bench: lines_of(report, _taken())}
    _write(lines, {**_sections(text), report.bench: _section(report)}, _whole_run(text))


def save_whole_run(said_of_it: str, *, failed: Sequence[str]) -> None:
    """Note a run of all benches, and in the table which of them failed."""
    text = _kept()
    lines = {**summary_lines(text), **{name: [line_of_failure(name, _taken())] for name in failed}}
    _write(lines, _sections(text), f"The last run of all: {said_of_it}; {_circumstances()}.")


def _kept() -> str:
    return RESULTS.read_text() if RESULTS.exists() else PREFACE


def _sections(text: str) -> dict[str, str]:
    found = re.finditer(r"^## (\S+)\n.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return {one[1]: one[0] for one in found if one[1] != TITLE.removeprefix("## ")}


def _whole_run(text: str) -> str:
    found = WHOLE_RUN.search(text)
    return found[0] if found else ""


def _write(lines: Lines, sections: Mapping[str, str], whole_run: str) -> None:
    parts = [PREFACE, *([f"{whole_run}\n"] if whole_run else []), table(lines)]
    parts += [sections[name].strip() + "\n" for name in sorted(sections)]
    RESULTS.write_text("\n".join(parts))


def _taken() -> str:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_commit()}{load}"


def _section(report: Report) -> str:
    lines = [
        f"## {report.bench}",
        "",
        f"{report.title}.",
        "",
        *(line for shown in _tables(report) for line in _drawn(shown)),
        *(f"- {note}" for note in (*report.notes, _circumstances())),
    ]
    return "\n".join(lines)


def _tables(report: Report) -> Sequence[Table]:
    of_rows = Table(title="", headings=HEADINGS, lines=[_cells(row) for row in report.rows])
    return [*([of_rows] if report.rows else []), *report.tables]


def _drawn(shown: Table) -> Sequence[str]:
    rule = ["---", *["--:"] * (len(shown.headings) - 1)]
    lines = [_line(cells) for cells in (shown.headings, rule, *shown.lines)]
    return [*([f"{shown.title}:", ""] if shown.title else []), *lines, ""]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        str(len(row.samples)),
        _time(row.middle),
        _time(row.p95),
        _time(max(row.samples)),
        f"{row.middle / row.floor.seconds:.2f}" if row.floor else "",
        f"{row.p95 / row.floor.seconds:.2f}" if row.floor else "",
        _aim(row),
    )


def _aim(row: Row) -> str:
    if row.aim is None:
        return ""
    return f"p95 ≤ {_time(row.aim.seconds)}: {'met' if row.is_within_aim else 'MISSED'}"


def _time(seconds: float) -> str:
    if seconds >= 10:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:,.0f} ms" if seconds >= 0.1 else f"{seconds * 1000:.1f} ms"


def _circumstances() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    day = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    machine = f"{platform.system()} {platform.machine()}, {cores} cores{load}"
    return f"{machine}; Python {platform.python_version()}; {day}; commit {_commit()}"


def _commit() -> str:
    head = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--", ".", ":!bench/RESULTS.md")
    return f"{head}{' with changes' if changed else ''}" if head else "unknown"


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],  # noqa: S607  # whichever git the person uses
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() if done.returncode == 0 else ""
