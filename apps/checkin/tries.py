"""How many wrong answers are let through, and how long the wait is then. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """At most ``count`` wrong answers within any ``window``."""

    count: int
    window: timedelta


FROM_ONE_ADDRESS: Final = Allowance(count=5, window=timedelta(minutes=15))
FROM_ANYWHERE: Final = Allowance(count=20, window=timedelta(minutes=15))
# Four digits are soon found by many who stay just below the limit above, day and night.
FROM_ANYWHERE_IN_A_DAY: Final = Allowance(count=60, window=timedelta(days=1))

LONGEST_WAIT: Final = timedelta(days=1)
QUIET: Final = timedelta(days=1)  # so long after a wait has passed, the next one is short again
REMEMBERED: Final = timedelta(days=7)


def blocked_until(failures: Iterable[datetime], allowance: Allowance) -> datetime | None:
    """Return the end of the latest wait that wrong answers have brought about; None: there is none.

    ``failures`` are the instants of wrong answers, oldest first. The first wait lasts until the
    window has room again. From then on each wrong answer brings the next wait, counted from
    itself: twice the window, four times, and so on up to a day.
    """
    latest: deque[datetime] = deque(maxlen=allowance.count)
    until: datetime | None = None
    waits = 0
    for failed_at in failures:
        if until is not None and failed_at >= until + QUIET:
            latest.clear()
            until, waits = None, 0
        latest.append(failed_at)
        if until is not None:
            waits += 1
            until = failed_at + _wait(allowance.window, waits)
        elif len(latest) == allowance.count and failed_at < latest[0] + allowance.window:
            until = latest[0] + allowance.window
    return until


def _wait(window: timedelta, waits: int) -> timedelta:
    doublings = min(waits, 30)  # enough for a day, and no number too large for a timedelta
    return min(window * (1 << doublings), LONGEST_WAIT)
