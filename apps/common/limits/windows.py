"""Counting events in moving windows: in this process, or in Redis for all processes.

A window lets in what fits and counts it; what is refused is not counted, so nobody locks
themselves out by trying on.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import redis
import structlog
from limits import RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from apps.common.limits.rates import Rate

log = structlog.get_logger(__name__)

REDIS_CONNECT_SECONDS: Final = 0.25
REDIS_ANSWER_SECONDS: Final = 0.5
PAUSE_SECONDS: Final = 5.0  # how long a Redis that failed is left alone
KEY_PREFIX: Final = "doorstep:limits"
FEW_KEYS: Final = 1_000
SHORTEST_WAIT: Final = 0.001  # where the window moved on between two questions

A = TypeVar("A")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where somebody stands after an event. ``wait_seconds`` above 0: it was not let in."""

    limit: int
    window_seconds: int
    remaining: int
    reset_seconds: float  # until the next place is free again
    wait_seconds: float


class Window(Protocol):
    """Where events are counted."""

    def seconds_to_wait(self, rate: Rate, key: str) -> float:
        """Count an event of ``key`` and return 0, or return how long until one fits."""
        ...

    def seconds_until_room(self, rate: Rate, key: str) -> float:
        """Return how long until an event of ``key`` fits; nothing is counted."""
        ...

    def take(self, rate: Rate, key: str) -> Standing:
        """Count an event of ``key`` as ``seconds_to_wait`` does; return where the key stands."""
        ...

    def forget(self, rate: Rate, key: str) -> None:
        """Forget the events of ``key``."""
        ...


class MemoryWindow:
    """Counts in this process, and forgets with it.

    Keys that have gone quiet are forgotten too, now and then and not at every event: who comes
    from a million addresses costs neither much memory nor much time.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._events: dict[tuple[Rate, str], deque[float]] = {}
        self._tidy_at = FEW_KEYS

    def seconds_to_wait(self, rate: Rate, key: str) -> float:
        """Count an event of ``key`` and return 0, or return how long until one fits."""
        with self._lock:
            now = self._clock()
            events = self._events.setdefault((rate, key), deque())
            wait = _wait(events, rate, now)
            if wait > 0:
                return wait
            events.append(now)
            if len(self._events) > self._tidy_at:
                self._tidy(now)
            return 0.0

    def seconds_until_room(self, rate: Rate, key: str) -> float:
        """Return how long until an event of ``key`` fits; nothing is counted."""
        with self._lock:
            return _wait(self._events.get((rate, key), deque()), rate, self._clock())

    def take(self, rate: Rate, key: str) -> Standing:
        """Count an event of ``key`` as ``seconds_to_wait`` does; return where the key stands."""
        wait = self.seconds_to_wait(rate, key)
        with self._lock:
            events = self._events.get((rate, key), deque())
            used = len(events)
            oldest = events[0] if events else self._clock()
            return _standing(
                rate, used=used, reset=oldest + rate.seconds - self._clock(), wait=wait
            )

    def forget(self, rate: Rate, key: str) -> None:
        """Forget the events of ``key``."""
        with self._lock:
            self._events.pop((rate, key), None)

    def _tidy(self, now: float) -> None:
        self._events = {
            (rate, key): events
            for (rate, key), events in self._events.items()
            if events and events[-1] > now - rate.seconds
        }
        self._tidy_at = max(FEW_KEYS, 2 * len(self._events))

    def __len__(self) -> int:
        return len(self._events)


def _wait(events: deque[float], rate: Rate, now: float) -> float:
    """Forget what is too old to count; return how long until another event fits."""
    while events and events[0] <= now - rate.seconds:
        events.popleft()
    return events[0] + rate.seconds - now if len(events) >= rate.count else 0.0


def _standing(rate: Rate, *, used: int, reset: float, wait: float) -> Standing:
    return Standing(
        limit=rate.count,
        window_seconds=rate.seconds,
        remaining=max(rate.count - used, 0),
        reset_seconds=max(reset, 0.0),
        wait_seconds=wait,
    )


class RedisWindow:
    """Counts in Redis. While Redis is broken everybody is let in: a limit is no reason to fail.

    A failure is logged once, then Redis is left alone for a while, so its time-outs delay one
    caller in ``PAUSE_SECONDS`` and not all of them.
    """

    def __init__(self, url: str) -> None:
        # One retry replaces a connection that Redis has closed meanwhile; a time-out has none.
        pool = redis.ConnectionPool.from_url(
            url,
            socket_connect_timeout=REDIS_CONNECT_SECONDS,
            socket_timeout=REDIS_ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        )
        storage = RedisStorage(url, connection_pool=pool, key_prefix=KEY_PREFIX)
        self._limiter = MovingWindowRateLimiter(storage)
        self._lock = threading.Lock()
        self._is_broken = False
        self._next_try = 0.0

    def seconds_to_wait(self, rate: Rate, key: str) -> float:
        """Count an event of ``key`` and return 0, or return how long until one fits."""
        return self._ask(self._limiter.hit, rate, key)

    def seconds_until_room(self, rate: Rate, key: str) -> float:
        """Return how long until an event of ``key`` fits; nothing is counted."""
        return self._ask(self._limiter.test, rate, key)

    def take(self, rate: Rate, key: str) -> Standing:
        """Count an event of ``key`` as ``seconds_to_wait`` does; return where the key stands."""
        item = RateLimitItemPerSecond(rate.count, rate.seconds)

        def ask() -> Standing:
            is_in = self._limiter.hit(item, key)
            stats = self._limiter.get_window_stats(item, key)
            reset = max(stats.reset_time - time.time(), SHORTEST_WAIT)
            used = rate.count - stats.remaining
            return _standing(rate, used=used, reset=reset, wait=0.0 if is_in else reset)

        return self._guarded(ask, _standing(rate, used=0, reset=0.0, wait=0.0))

    def forget(self, rate: Rate, key: str) -> None:
        """Forget the events of ``key``."""
        item = RateLimitItemPerSecond(rate.count, rate.seconds)
        self._guarded(lambda: self._limiter.clear(item, key), None)

    def _ask(self, question: Callable[..., bool], rate: Rate, key: str) -> float:
        return self._guarded(lambda: self._answer(question, rate, key), 0.0)

    def _guarded(self, ask: Callable[[], A], let_in: A) -> A:
        """Return what Redis answers, or ``let_in`` while it does not."""
        if not self._may_ask():
            return let_in
        try:
            answer = ask()
        except (redis.RedisError, OSError) as error:
            self._note(broken=True, error=type(error).__name__)
            return let_in
        self._note(broken=False)
        return answer

    def _answer(self, question: Callable[..., bool], rate: Rate, key: str) -> float:
        item = RateLimitItemPerSecond(rate.count, rate.seconds)
        if question(item, key):
            return 0.0
        stats = self._limiter.get_window_stats(item, key)
        return max(stats.reset_time - time.time(), SHORTEST_WAIT)

    def _may_ask(self) -> bool:
        with self._lock:
            if not self._is_broken:
                return True
            if time.monotonic() < self._next_try:
                return False
            self._next_try = time.monotonic() + PAUSE_SECONDS  # this caller tries, for all
            return True

    def _note(self, *, broken: bool, error: str = "") -> None:
        with self._lock:
            has_changed = broken != self._is_broken
            self._is_broken = broken
            if broken:
                self._next_try = time.monotonic() + PAUSE_SECONDS
        if has_changed and broken:
            log.error("limits.redis_failed", error=error, effect="nobody is limited meanwhile")
        elif has_changed:
            log.info("limits.redis_is_back")
