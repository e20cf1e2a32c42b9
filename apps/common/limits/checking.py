"""Limits on how often an address or a key may ask.

Without Redis the counters start anew with the process; with it all processes share them.
"""

from __future__ import annotations

import math
from functools import lru_cache

from django.conf import settings

from apps.common.crypto import keyed_digest
from apps.common.errors import RateLimited
from apps.common.limits.rates import Rate
from apps.common.limits.windows import MemoryWindow, RedisWindow, Standing, Window


def check_rate(name: str, rate: Rate, key: str) -> None:
    """Count one event of ``key`` under the limit ``name``; only what is let in counts.

    ``key`` is who asks, such as an address; it is digested before it is kept anywhere.
    Raises RateLimited.
    """
    wait = _seconds_to_wait(name, rate, key)
    if wait > 0:
        raise RateLimited(retry_after_seconds=math.ceil(wait))


def take(name: str, rate: Rate, key: str) -> Standing | None:
    """Count one event of ``key`` as ``check_rate`` does, and return where the key stands after it.

    None: there is no limit. Where ``wait_seconds`` is above 0, the event was not let in.
    """
    return None if rate.count == 0 else _window(settings.REDIS_URL).take(rate, _kept(name, key))


def require_room(name: str, rate: Rate, key: str) -> None:
    """Refuse where ``check_rate`` would, and count nothing. Raises RateLimited."""
    if rate.count == 0:
        return
    wait = _window(settings.REDIS_URL).seconds_until_room(rate, _kept(name, key))
    if wait > 0:
        raise RateLimited(retry_after_seconds=math.ceil(wait))


def is_within(name: str, rate: Rate, key: str) -> bool:
    """Count one event of ``key`` and answer whether that is still usual: for alerts."""
    return _seconds_to_wait(name, rate, key) == 0


def has_calmed_down(name: str, rate: Rate, key: str) -> bool:
    """Answer whether another event of ``key`` would be usual, without counting one."""
    window = _window(settings.REDIS_URL)
    return window.seconds_until_room(rate, _kept(name, key)) == 0


def forget(name: str, rate: Rate, key: str) -> None:
    """Forget the events of ``key``; without Redis, those that this process counted."""
    _window(settings.REDIS_URL).forget(rate, _kept(name, key))


def _seconds_to_wait(name: str, rate: Rate, key: str) -> float:
    if rate.count == 0:
        return 0.0
    return _window(settings.REDIS_URL).seconds_to_wait(rate, _kept(name, key))


def _kept(name: str, key: str) -> str:
    return f"{name}:{keyed_digest(key)}"


@lru_cache(maxsize=4)
def _window(redis_url: str) -> Window:
    return RedisWindow(redis_url) if redis_url else MemoryWindow()
