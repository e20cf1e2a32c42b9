"""Run the suite on a real PostgreSQL and Valkey, then the same suite on the embedded default.

Usage: run_tests.py [--only postgres|embedded] [PYTEST ARGUMENT ...]

The servers are brought up by ``tests.services.plugin``. Ends with 0 only when every run passed.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
BACKENDS: Final = {"postgres": "PostgreSQL and Valkey", "embedded": "the embedded default"}
FEWEST_WORKERS: Final = 2  # on one core, too: tests wait more than they compute
MOST_WORKERS: Final = 12  # each may open a pool of connections
INTERRUPTED: Final = 130


def main(arguments: Sequence[str]) -> int:
    """Run pytest once per backend and return the first exit code that is not 0."""
    parser = argparse.ArgumentParser(usage="run.py test [--only BACKEND] [PYTEST ARGUMENT ...]")
    parser.add_argument("--only", choices=sorted(BACKENDS), help="run on this one alone")
    options, for_pytest = parser.parse_known_args(arguments)
    backends = [options.only] if options.only else list(BACKENDS)
    results = {backend: run(backend, for_pytest) for backend in backends}
    for backend, (code, seconds) in results.items():
        verdict = "passed" if code == 0 else f"FAILED (pytest exit code {code})"
        print(f"Tests on {BACKENDS[backend]}: {verdict} in {seconds:.0f} s", flush=True)
    return next((code for code, _ in results.values() if code != 0), 0)


def run(backend: str, arguments: Sequence[str]) -> tuple[int, float]:
    """Run pytest on ``backend``; return its exit code and seconds."""
    print(f"\nTests on {BACKENDS[backend]}", flush=True)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", str(workers()), *arguments],
        cwd=ROOT,
        env={**os.environ, "DOORSTEP_TEST_BACKEND": backend},
        check=False,
    )
    return done.returncode, time.monotonic() - started


def workers() -> int:
    """Return how many test processes to run; a later ``-n`` of the caller's wins."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        cores = os.cpu_count() or 1
    return min(max(cores, FEWEST_WORKERS), MOST_WORKERS)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
