"""Run a lock cloud as its own process; prints ``{"url": ...}`` once it listens."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from tests.fakes.lockcloud.server import LockCloud


def _by_number(text: str) -> dict[int, Any]:
    return {int(key): value for key, value in json.loads(text).items()}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.lockcloud", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path, help="survives a restart in this file")
    parser.add_argument("--locks", type=_by_number, default={}, help='{"7001": "Room 12"}')
    parser.add_argument("--exists", type=json.loads, help="[7001, 7002]; by default all do")
    parser.add_argument(
        "--gateways", type=_by_number, default={0: 1}, help='{"7001": [1, 2], "0": 3}; 0: others'
    )
    parser.add_argument("--clients", type=json.loads, help='{"id": "secret"}')
    parser.add_argument("--accounts", type=json.loads, help='{"username": "password"}')
    parser.add_argument("--token-seconds", type=int)
    parser.add_argument("--command-seconds", type=float)
    parser.add_argument("--capacity", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--with-owner", action="store_true", help="end when stdin closes")
    return parser.parse_args()


def _end_with_owner() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    """Serve until killed."""
    given = {name: value for name, value in vars(_arguments()).items() if value is not None}
    if given.pop("with_owner"):
        threading.Thread(target=_end_with_owner, daemon=True).start()
    cloud = LockCloud(**given)
    sys.stdout.write(json.dumps({"url": cloud.url}) + "\n")
    sys.stdout.flush()
    cloud.serve_until_killed()


if __name__ == "__main__":
    main()
