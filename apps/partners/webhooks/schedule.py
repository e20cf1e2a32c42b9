"""When a webhook that failed is tried again."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

# After the first failure, the second, and so on: about a day in all.
PAUSES: Final = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=8),
)
MOST_TRIES: Final = len(PAUSES) + 1
LONGEST_WISH: Final = timedelta(hours=1)  # of a receiver that says when to come again


def pause_after_failure(tries: int, *, wished: timedelta | None = None) -> timedelta | None:
    """Return how long to wait after the nth try failed, with jitter; None: that was the last one.

    ``wished`` is what the receiver asked for; it can make a pause longer, within reason.
    """
    if tries > len(PAUSES):
        return None
    spread: float = random.uniform(0.9, 1.2)  # noqa: S311  # spreads load only
    pause = PAUSES[tries - 1] * spread
    return max(pause, min(wished, LONGEST_WISH)) if wished is not None else pause
