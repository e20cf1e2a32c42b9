"""Rates: what fits is let in and counted, what does not is told when it will."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count

import pytest
import redis
from pytest_django import Settings

from apps.common.errors import RateLimited
from apps.common.limits import windows
from apps.common.limits.checking import check_rate, is_within
from apps.common.limits.rates import Rate
from apps.common.limits.windows import MemoryWindow, RedisWindow, Window
from tests.background import at_once
from tests.services import ValkeyServer

FIVE_A_MINUTE = Rate(5, 60)
keys = (f"key {n}" for n in count())


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


@pytest.fixture(params=["memory", "redis"])
def window(request: pytest.FixtureRequest) -> Window:
    if request.param == "memory":
        return MemoryWindow()
    return RedisWindow(request.getfixturevalue("valkey").url)


def let_in(window: Window, rate: Rate, key: str, tries: int) -> int:
    return sum(window.seconds_to_wait(rate, key) == 0 for _ in range(tries))


def test_as_many_as_the_rate_allows_are_let_in(window: Window) -> None:
    key = next(keys)

    assert let_in(window, FIVE_A_MINUTE, key, 20) == 5
    assert 55 < window.seconds_to_wait(FIVE_A_MINUTE, key) <= 60


def test_keys_do_not_share_their_windows(window: Window) -> None:
    assert [let_in(window, FIVE_A_MINUTE, next(keys), 6) for _ in range(2)] == [5, 5]


def test_many_at_once_get_no_more(window: Window) -> None:
    key = next(keys)

    waits = at_once(*[lambda: window.seconds_to_wait(FIVE_A_MINUTE, key)] * 20)

    assert waits.count(0.0) == 5


def test_looking_whether_there_is_room_counts_nothing(window: Window) -> None:
    key = next(keys)

    assert [window.seconds_until_room(FIVE_A_MINUTE, key) for _ in range(9)] == [0.0] * 9
    assert let_in(window, FIVE_A_MINUTE, key, 9) == 5
    assert 55 < window.seconds_until_room(FIVE_A_MINUTE, key) <= 60


def test_a_window_moves_and_what_was_refused_does_not_count() -> None:
    clock = Clock()
    window = MemoryWindow(clock)
    for clock.now in (1_000.0, 1_010.0, 1_020.0, 1_030.0, 1_040.0):
        assert window.seconds_to_wait(FIVE_A_MINUTE, "a") == 0

    clock.now = 1_059.0
    assert window.seconds_to_wait(FIVE_A_MINUTE, "a") == pytest.approx(1.0)
    clock.now = 1_060.0
    assert let_in(window, FIVE_A_MINUTE, "a", 3) == 1
    assert window.seconds_to_wait(FIVE_A_MINUTE, "a") == pytest.approx(10.0)


def test_a_window_in_redis_moves() -> None:
    with ValkeyServer() as server:
        window = RedisWindow(server.url)
        rate = Rate(1, 1)
        assert window.seconds_to_wait(rate, "a") == 0
        wait = window.seconds_to_wait(rate, "a")
        assert 0 < wait <= 1
        time.sleep(wait)
        assert window.seconds_to_wait(rate, "a") == 0


def test_keys_that_have_gone_quiet_are_forgotten() -> None:
    clock = Clock()
    window = MemoryWindow(clock)
    for n in range(windows.FEW_KEYS):
        window.seconds_to_wait(FIVE_A_MINUTE, f"quiet {n}")
    clock.now += 61
    let_in(window, FIVE_A_MINUTE, "busy", 5)

    assert len(window) == 1
    assert let_in(window, FIVE_A_MINUTE, "busy", 1) == 0


def test_processes_share_what_redis_counts(valkey: ValkeyServer) -> None:
    key = next(keys)
    one, other = RedisWindow(valkey.url), RedisWindow(valkey.url)

    assert let_in(one, FIVE_A_MINUTE, key, 3) + let_in(other, FIVE_A_MINUTE, key, 3) == 5


# -- a Redis that is broken ----------------------------------------------------------------------


@pytest.fixture
def nowhere() -> Iterator[str]:
    """An address that nobody listens at."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"redis://127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture
def silence() -> Iterator[tuple[str, Callable[[], int]]]:
    """A server that takes calls and never answers, and how many calls it took."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            while True:
                try:
                    taken.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}", lambda: len(taken)
        server.shutdown(socket.SHUT_RDWR)
    for connection in taken:
        connection.close()


def test_while_redis_is_gone_everybody_is_let_in_and_one_line_says_so(
    nowhere: str, caplog: pytest.LogCaptureFixture
) -> None:
    window = RedisWindow(nowhere)

    assert let_in(window, FIVE_A_MINUTE, "a", 50) == 50
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "redis_failed" in caplog.text


def test_a_redis_that_hangs_delays_one_caller_and_not_all(
    silence: tuple[str, Callable[[], int]],
) -> None:
    url, calls = silence
    window = RedisWindow(url)

    assert let_in(window, FIVE_A_MINUTE, "a", 50) == 50
    assert calls() == 1


def test_the_time_outs_are_shorter_than_anybody_s_patience(nowhere: str) -> None:
    storage = RedisWindow(nowhere)._limiter.storage
    kwargs = storage.storage.connection_pool.connection_kwargs  # type: ignore[attr-defined]

    assert kwargs["socket_connect_timeout"] + kwargs["socket_timeout"] <= 1


def test_a_redis_that_is_back_counts_again(
    valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(windows, "PAUSE_SECONDS", 0.0)
    window, key, plain = RedisWindow(valkey.url), next(keys), redis.Redis.from_url(valkey.url)
    plain.config_set("maxmemory", "1")  # it now refuses every write
    assert let_in(window, FIVE_A_MINUTE, key, 10) == 10
    plain.config_set("maxmemory", "0")

    with caplog.at_level(logging.INFO):
        assert let_in(window, FIVE_A_MINUTE, key, 10) == 5
    assert "redis_is_back" in caplog.text


# -- the limits themselves -----------------------------------------------------------------------


def test_a_limit_refuses_and_says_when_to_come_back() -> None:
    address = next(keys)
    for _ in range(5):
        check_rate("tests", FIVE_A_MINUTE, address)

    with pytest.raises(RateLimited) as refusal:
        check_rate("tests", FIVE_A_MINUTE, address)
    assert 55 <= refusal.value.retry_after_seconds <= 60


def test_limits_of_different_names_do_not_share_their_windows() -> None:
    address = next(keys)

    assert is_within("tests one", Rate(1, 60), address)
    assert not is_within("tests one", Rate(1, 60), address)
    assert is_within("tests two", Rate(1, 60), address)


def test_a_count_of_nought_is_no_limit() -> None:
    for _ in range(100):
        check_rate("tests", Rate(0, 60), "somebody")


def test_no_address_lies_in_redis(valkey: ValkeyServer, settings: Settings) -> None:
    settings.REDIS_URL = valkey.url
    check_rate("tests", FIVE_A_MINUTE, "203.0.113.9")

    stored = b" ".join(redis.Redis.from_url(valkey.url).scan_iter())
    assert b"tests:" in stored
    assert b"203.0.113.9" not in stored


def test_a_standing_tells_what_is_left_and_when_more_is(window: Window) -> None:
    key = next(keys)

    standings = [window.take(FIVE_A_MINUTE, key) for _ in range(6)]

    assert [standing.remaining for standing in standings] == [4, 3, 2, 1, 0, 0]
    assert [standing.wait_seconds > 0 for standing in standings] == [False] * 5 + [True]
    assert all(0 < standing.reset_seconds <= 60 for standing in standings)
    assert {standing.limit for standing in standings} == {5}
