"""From a fresh clone, by the README's first command, to a PIN on the screen."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from bench.common import Aim, BenchFailed, Floor, Report, Row, free_port, new_directory
from bench.common.processes import ROOT

AIM: Final = Aim(seconds=90.0)
PIN_ON_SCREEN: Final = re.compile(r"Front door\W+\d{4,9}\b")
DROPPED: Final = ("UV_", "VIRTUAL_ENV", "XDG_", "PYTHON", "DOORSTEP_")
UV: Final = ("uv", "uvx")


def measure(count: int | None) -> Report:
    """Run the command in a new clone with an empty home, then again, now that all is installed."""
    fresh, installed = list[float](), list[float]()
    for _ in range(count or 1):
        with new_directory() as directory:
            clone = _clone_into(directory)
            environ = _environ_of_newcomer(directory)
            fresh.append(_seconds_to_pin(clone, environ))
            installed.append(_seconds_to_pin(clone, environ))
    floor = Floor(name="the same command once everything is installed", samples=installed)
    return Report(
        bench="first_pin",
        title="python3 run.py demo --once: from Enter to a PIN on the screen",
        rows=[
            Row(name="a fresh clone, nothing installed", samples=fresh, floor=floor, aim=AIM),
            Row(name=f"floor: {floor.name}", samples=installed, floor=floor),
        ],
        notes=[
            "No uv on the PATH, an empty home, no cache. The packages come from wherever pip and "
            "uv get them on this machine; over a slow line the download is what takes time."
        ],
    )


def _clone_into(directory: Path) -> Path:
    clone = directory / "doorstep"
    subprocess.run(
        ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)],  # noqa: S607
        check=True,
    )
    return clone


def _environ_of_newcomer(directory: Path) -> dict[str, str]:
    """Return this environment without a home, caches, settings of Python, and uv."""
    home = directory / "home"
    home.mkdir()
    environ = {name: text for name, text in os.environ.items() if not name.startswith(DROPPED)}
    return environ | {"HOME": str(home), "PATH": _path_without_uv(directory)}


def _path_without_uv(directory: Path) -> str:
    """Return a PATH that begins with the Python below this environment and holds no uv."""
    commands = directory / "bin"
    commands.mkdir()
    (commands / "python3").symlink_to(Path(sys._base_executable).resolve())  # type: ignore[attr-defined]  # noqa: SLF001  # not in the stubs; the way out of a virtual environment
    others = [part for part in os.environ["PATH"].split(os.pathsep) if not _has_uv(part)]
    return os.pathsep.join([str(commands), *others])


def _has_uv(part: str) -> bool:
    return any(shutil.which(name, path=part) for name in UV)


def _seconds_to_pin(clone: Path, environ: dict[str, str]) -> float:
    started = time.perf_counter()
    with subprocess.Popen(
        ["python3", "run.py", "demo", "--once", "--port", str(free_port())],  # noqa: S607
        cwd=clone,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        seconds, words = None, list[str]()
        for line in process.stdout or ():
            words.append(line)
            if seconds is None and PIN_ON_SCREEN.search(line):
                seconds = time.perf_counter() - started
    if seconds is None or process.returncode != 0:
        raise BenchFailed("no PIN on the screen:\n" + "".join(words[-15:]))
    return seconds
