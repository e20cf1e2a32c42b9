"""Let a whole deployment come to grief: ``python3 run.py chaos [--seconds N] [--seed S]``."""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final, NoReturn

from tests.chaos.deployment import Size
from tests.chaos.faults.kinds import KINDS
from tests.chaos.report import report
from tests.chaos.round import Course, play

FULL: Final = Course()
SHORT: Final = Course(
    seed="ci-62",
    seconds=6.0,
    calm=(0.5, 1.2),
    lasts=(0.5, 1.5),
    size=Size(web=1, workers=1),
    apps=1,
    watchers=1,
    kinds=(
        *("postgres_killed", "valkey_killed", "worker_killed", "web_killed", "sockets_killed"),
        *("gateway_offline", "clock_stepped", "disk_full"),
    ),
)


def main() -> int:
    """Play the rounds, one after the other; return 1 when an invariant broke in any."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, help="of faults in each round")
    parser.add_argument("--seed", default="", help="to have the same faults and choices again")
    parser.add_argument("--rounds", type=int, default=1, help="each on a deployment of its own")
    parser.add_argument("--short", action="store_true", help="a small house, the cheap faults")
    parser.add_argument("--faults", choices=KINDS, nargs="+", help="no others")
    parser.add_argument("--logs", type=Path, help="where logs are kept; else a new directory")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    whole = SHORT if options.short else FULL
    seed = options.seed or whole.seed or secrets.token_hex(4)
    whole = replace(whole, seconds=options.seconds or whole.seconds)
    if options.faults:
        whole = replace(whole, kinds=options.faults)
    logs = options.logs or Path(tempfile.mkdtemp(prefix="doorstep-chaos-"))
    failed = 0
    for number in range(1, options.rounds + 1):
        name = seed if options.rounds == 1 else f"{seed}-{number}"
        room = logs / name
        room.mkdir(parents=True)
        outcomes = play(replace(whole, seed=name), room, _say)
        text = report(outcomes)
        (room / "report.txt").write_text(text + "\n")
        sys.stdout.write(f"\n{text}\n\n")
        sys.stdout.flush()
        failed += not outcomes.passed
    if options.rounds > 1:
        _say(f"{options.rounds - failed} of {options.rounds} rounds passed")
    return 1 if failed else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _end(*_: object) -> NoReturn:
    """End by way of every ``finally``: nothing that was started is left behind."""
    raise SystemExit(1)


if __name__ == "__main__":
    sys.exit(main())
