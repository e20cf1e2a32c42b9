"""Processor time of processes and their children, which busy neighbours change little.

Read from Linux's ``/proc``; None where the system does not tell.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
# Fields of /proc/PID/stat behind the name: parent, then time of its own and of children that ended,
# each in user mode and in the kernel. Source: proc(5).
PARENT: Final = 1
OWN: Final = slice(11, 13)
OWN_AND_OF_ENDED_CHILDREN: Final = slice(11, 15)


def processor_seconds(pid: int | None) -> float | None:
    """Return what one process has used so far."""
    fields = _fields(pid)
    return None if fields is None else _seconds(fields[OWN])


def processor_seconds_of_tree(pid: int | None) -> float | None:
    """Return what a process and its children, those that have ended too, have used so far."""
    fields = _fields(pid)
    if fields is None:
        return None
    used = _seconds(fields[OWN_AND_OF_ENDED_CHILDREN])
    others = (_fields(int(entry.name)) for entry in PROC.iterdir() if entry.name.isdigit())
    children = [one for one in others if one is not None and one[PARENT] == str(pid)]
    return used + sum(_seconds(child[OWN_AND_OF_ENDED_CHILDREN]) for child in children)


def _fields(pid: int | None) -> list[str] | None:
    try:
        return (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None


def _seconds(ticks: list[str]) -> float:
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
