"""All benches one after the other, each in a process of its own: one that fails stops no other."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.common.processes import ROOT
from bench.common.results import save_whole_run

LONGEST_SECONDS: Final = 1_500.0  # a bench that hangs is told to end after this
FAREWELL_SECONDS: Final = 60.0  # to stop the servers that it started


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ran:
    name: str
    seconds: float
    exit_code: int


def run_all(names: Sequence[str], *, save: bool, short: bool) -> int:
    """Run the benches and say how each went; return an exit code."""
    options = [*(["--save"] if save else []), *(["--short"] if short else [])]
    ran = [_run(name, options) for name in names]
    failed = [one.name for one in ran if one.exit_code]
    minutes = sum(one.seconds for one in ran) / 60
    how = "in their short forms, " if short else ""
    verdict = f"failed: {', '.join(failed)}" if failed else "none failed"
    said_of_it = f"{len(ran)} benches, {how}{minutes:.0f} minutes, {verdict}"
    for one in ran:
        print(f"{one.name:20} {one.seconds:6.0f} s  {'FAILED' if one.exit_code else 'ok'}")
    print(said_of_it)
    if save:
        save_whole_run(said_of_it, failed=failed)
    return 1 if failed else 0


def _run(name: str, options: Sequence[str]) -> _Ran:
    print(f"\n{name}", flush=True)
    started = time.monotonic()
    command = [sys.executable, "-m", "bench", name, *options]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            code = process.wait(LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # as Ctrl-C does, so that it ends its servers
            code = _end(process)
    return _Ran(name=name, seconds=time.monotonic() - started, exit_code=code)


def _end(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait(FAREWELL_SECONDS) or 1
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
