"""Check everything about the code that needs no running test: the gate before each commit.

Usage: gate.py, by way of ``python3 run.py gate``, which names uv in the variable ``UV``.

The checks run side by side in an environment of their own, so neither the developer's settings
nor ``var/`` can change what they say. Ends with 1 when one of them fails.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
COMMANDS: Final = Path(sys.executable).parent
SKIPPED: Final = 77  # a check that could not be made here, and says why
UV: Final = os.environ.get("UV", "uv")
SIDE_BY_SIDE: Final = max(2, os.cpu_count() or 2)
KEPT_VARIABLES: Final = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "UV_CACHE_DIR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: a name for the table, and the command that fails when something is wrong."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a check said."""

    check: Check
    is_ok: bool
    is_skipped: bool
    seconds: float
    output: str


def installed(command: str, *arguments: str) -> tuple[str, ...]:
    """Return the command line of a tool in the environment."""
    return (str(COMMANDS / command), *arguments)


def manage(*arguments: str) -> tuple[str, ...]:
    """Return the command line of a Django command."""
    return (sys.executable, "manage.py", *arguments)


CHECKS: Final = (  # the slowest first: the others run beside it
    Check(name="types", command=installed("mypy")),
    Check(name="migrations", command=manage("makemigrations", "--check", "--dry-run")),
    Check(name="zero downtime", command=(sys.executable, "-m", "scripts.lint_migrations")),
    Check(name="schemas", command=manage("export_schemas", "--check")),
    Check(name="imports", command=installed("lint-imports")),
    Check(name="lint", command=installed("ruff", "check", ".")),
    Check(name="format", command=installed("ruff", "format", "--check", ".")),
    # Without the settings of this machine: another index would be taken for another lock.
    Check(name="lock file", command=(UV, "lock", "--check", "--no-config")),
    Check(name="licences", command=(sys.executable, "-m", "scripts.licences", UV, "--check")),
    Check(name="audit", command=(sys.executable, "-m", "scripts.audit", UV)),
)


def main() -> int:
    """Run the checks, print the table and what went wrong; return an exit code."""
    with tempfile.TemporaryDirectory(prefix="doorstep-gate-") as var:
        environ = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        environ |= {"DOORSTEP_VAR_DIR": var, "UV_PYTHON_DOWNLOADS": "never"}
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            outcomes = list(pool.map(lambda check: run(check, environ), CHECKS))
    failed = [outcome for outcome in outcomes if not outcome.is_ok]
    for outcome in failed:
        print(f"--- {outcome.check.name}: {' '.join(outcome.check.command)}\n{outcome.output}\n")
    for outcome in outcomes:
        verdict = "skip" if outcome.is_skipped else "ok  " if outcome.is_ok else "FAIL"
        said = f"  {outcome.output}" if outcome.is_skipped else ""
        print(f"{verdict}  {outcome.check.name:<14}{outcome.seconds:>6.1f} s{said}")
    return 1 if failed else 0


def run(check: Check, environ: dict[str, str]) -> Outcome:
    """Run one check and keep what it prints."""
    started = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(
        check=check,
        is_ok=done.returncode in (0, SKIPPED),
        is_skipped=done.returncode == SKIPPED,
        seconds=time.monotonic() - started,
        output=done.stdout.rstrip(),
    )


if __name__ == "__main__":
    sys.exit(main())
