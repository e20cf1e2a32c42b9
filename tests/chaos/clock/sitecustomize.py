"""Lets the clock of this one process be stepped from outside, as a bad time server would.

Python imports a module of this name at its start where ``PYTHONPATH`` leads here. The seconds by
which the clock is wrong are in the file that ``CHAOS_CLOCK`` names; monotonic clocks stay right,
as they do on a machine whose time is set.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

LOOK_SECONDS = 0.2


def _follow(told: Path) -> None:
    """Step the clock whenever the file says something else than before."""
    stepped: float = 0.0
    traveller = None
    while True:
        time.sleep(LOOK_SECONDS)
        wanted = _read(told)
        if wanted == stepped:
            continue
        if traveller is not None:
            traveller.stop()
            traveller = None
        if wanted:
            import time_machine

            target = datetime.now(UTC) + timedelta(seconds=wanted)
            traveller = time_machine.travel(target, tick=True)
            traveller.start()
        stepped = wanted


def _read(told: Path) -> float:
    try:
        return float(told.read_text() or 0)
    except FileNotFoundError:
        return 0.0


if os.environ.get("CHAOS_CLOCK"):
    _told = Path(os.environ["CHAOS_CLOCK"])
    threading.Thread(target=_follow, args=(_told,), name="chaos-clock", daemon=True).start()
