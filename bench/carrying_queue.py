"""How full servers may be before those who ask wait: a queue, simulated.

Requests arrive at random (exponential gaps) and wait in one line for the first of some servers.
How long each is served is drawn around the measured mean, as unevenly as the steps of a check-in
are (a log-normal with the standard deviation of its mean). Same seed, same answer.
"""

from __future__ import annotations

import heapq
import math
from random import Random
from typing import Final

from bench.common.figures import percentile

REQUESTS: Final = 40_000
WARM_UP: Final = 2_000
SERVERS: Final = (1, 2, 8, 32)
SHARES: Final = (0.5, 0.6, 0.7, 0.8, 0.9)  # of the servers' time that is asked for
SPREAD: Final = math.sqrt(math.log(2))  # of the logarithm: the deviation is as large as the mean


def slowest_of_twenty(servers: int, share: float, *, seed: int = 1) -> float:
    """Return the 95th percentile of waiting and service together, in mean service times."""
    random = Random(seed)  # noqa: S311  # a simulation
    free_at = [0.0] * servers
    now, seconds = 0.0, list[float]()
    for _ in range(REQUESTS):
        now += random.expovariate(share * servers)
        begins = max(now, free_at[0])
        ends = begins + random.lognormvariate(-(SPREAD**2) / 2, SPREAD)
        heapq.heapreplace(free_at, ends)
        seconds.append(ends - now)
    return percentile(seconds[WARM_UP:], 95)


def fullest(servers: int, most: float) -> float:
    """Return how full servers may be so that the 95th percentile stays within ``most``.

    0 where even half full is too much.
    """
    return max((share for share in SHARES if slowest_of_twenty(servers, share) <= most), default=0)
