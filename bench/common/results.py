"""The one writer: a table on the terminal, and the same table kept in ``RESULTS.md``."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.common.figures import Report, Row
from bench.common.processes import ROOT

RESULTS: Final = Path(__file__).resolve().parents[1] / "RESULTS.md"
HEADINGS: Final = ("what", "n", "median", "p95", "max", "median ÷ floor", "p95 ÷ floor", "aim")
PREFACE: Final = (
    "# Results\n\nThe latest kept run of each bench. `run.py bench NAME --save` writes this file; "
    "[README.md](README.md) says what is measured and how to read it.\n"
)


def print_report(report: Report) -> None:
    """Print the table with the machine, the day and the commit."""
    table = Table(title=report.title, title_justify="left", caption_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for row in report.rows:
        table.add_row(*_cells(row))
    console = Console(soft_wrap=True, width=max(130, Console().width))
    console.print(table)
    for line in (*report.notes, _circumstances()):
        console.print(line, highlight=False)


def save_report(report: Report) -> None:
    """Replace the bench's section of ``RESULTS.md``, or add it."""
    text = RESULTS.read_text() if RESULTS.exists() else PREFACE
    kept = {found[1]: found[0] for found in re.finditer(r"^## (\S+)\n.*?(?=^## |\Z)", text, _FLAGS)}
    kept[report.bench] = _section(report)
    sections = [kept[name].strip() + "\n" for name in sorted(kept)]
    RESULTS.write_text("\n".join([PREFACE, *sections]))


_FLAGS: Final = re.MULTILINE | re.DOTALL


def _section(report: Report) -> str:
    lines = [
        f"## {report.bench}",
        "",
        f"{report.title}.",
        "",
        _line(HEADINGS),
        _line(["---", *["--:"] * (len(HEADINGS) - 1)]),
        *(_line(_cells(row)) for row in report.rows),
        "",
        *(f"- {note}" for note in (*report.notes, _circumstances())),
    ]
    return "\n".join(lines)


def _line(cells: tuple[str, ...] | list[str]) -> str:
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
