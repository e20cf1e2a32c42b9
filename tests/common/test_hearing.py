"""Listeners hear what was told to their groups, and what was not told but happened."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest
from channels.layers import get_channel_layer
from django.test.utils import override_settings

from apps.common import hearing
from apps.common.hearing import Ear
from tests.services.valkey import ValkeyServer

PATIENCE = 20.0
NOWHERE = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": "redis://127.0.0.1:1", "socket_timeout": None}]},
    }
}


@pytest.fixture(autouse=True)
def patient_ears(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a word, nobody looks by themselves."""
    monkeypatch.setattr(hearing, "QUIET_SECONDS", PATIENCE)
    monkeypatch.setattr(hearing, "LONGEST_QUIET_SECONDS", PATIENCE)
    monkeypatch.setattr(hearing, "FOLLOW_SECONDS", 0.02)


@pytest.fixture
def log() -> Iterator[dict[str, int]]:
    """A log of which the switchboard can ask how far it is, by group."""
    lengths: dict[str, int] = {}

    def positions(groups: Collection[str]) -> Mapping[str, int]:
        return {group: lengths[group] for group in groups}

    hearing.follow_log("tests.log.", positions)
    yield lengths
    del hearing._logs["tests.log."]


async def rung(ear: Ear) -> bool:
    """Whether the ear rings at all; one that does not would wait out its patience."""
    started = asyncio.get_running_loop().time()
    await ear.news_or_quiet()
    return asyncio.get_running_loop().time() - started < PATIENCE / 2


def calm(*ears: Ear) -> None:
    """The first to come is rung as the layer is joined; that is heard by now."""
    for ear in ears:
        ear._rung.clear()


async def tell(group: str) -> None:
    layer: Any = get_channel_layer()
    await layer.group_send(group, {"type": "live.message", "group": group, "data": {}})


async def test_everybody_who_listens_to_a_group_hears_what_is_told_to_it() -> None:
    one, other = f"tests.{uuid4().hex}", f"tests.{uuid4().hex}"
    async with Ear(one) as first, Ear(one) as second, Ear(other) as third, Ear(other, one) as both:
        calm(first, second, third, both)
        await tell(one)
        assert [await rung(ear) for ear in (first, second, both)] == [True, True, True]
        assert not third._rung.is_set()


async def test_one_channel_serves_all_ears_and_ends_with_the_last() -> None:
    group = f"tests.{uuid4().hex}"
    async with Ear(group), Ear(group), Ear(f"tests.{uuid4().hex}"):
        board = hearing._switchboards[asyncio.get_running_loop()]
        assert len(board._tasks) == 3
    assert board._tasks == []
    assert [task for task in asyncio.all_tasks() if "Switchboard" in repr(task)] == []


async def test_who_comes_back_to_a_group_hears_again() -> None:
    group = f"tests.{uuid4().hex}"
    async with Ear(f"tests.{uuid4().hex}"):
        for _ in range(3):
            async with Ear(group) as ear:
                await tell(group)
                assert await rung(ear)


async def test_a_log_that_went_on_without_a_word_is_heard_of(log: dict[str, int]) -> None:
    group = f"tests.log.{uuid4().hex}"
    log[group] = 7
    async with Ear(group) as ear:
        await asyncio.sleep(0.1)  # the log is compared a few times
        calm(ear)
        log[group] = 8
        assert await rung(ear)


async def test_a_log_is_heard_of_while_the_layer_is_away(
    log: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "JOIN_SECONDS", 0.1)
    group = f"tests.log.{uuid4().hex}"
    log[group] = 7
    with override_settings(CHANNEL_LAYERS=NOWHERE):
        async with Ear(group) as ear:
            await asyncio.sleep(0.1)
            calm(ear)
            log[group] = 8
            assert await rung(ear)


async def test_a_layer_that_comes_back_is_joined_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "JOIN_SECONDS", 0.1)
    monkeypatch.setattr(hearing, "CONNECT_AGAIN_SECONDS", 0.05)
    group = f"tests.{uuid4().hex}"
    with override_settings(CHANNEL_LAYERS=NOWHERE):
        ear = Ear(group)
        await ear.__aenter__()
    try:
        async with asyncio.timeout(PATIENCE):
            while not hearing._switchboards[asyncio.get_running_loop()]._is_connected.is_set():
                await asyncio.sleep(0.01)
        calm(ear)
        await tell(group)
        assert await rung(ear)
    finally:
        await ear.__aexit__()


@pytest.mark.once("postgres")
async def test_whoever_no_longer_hears_itself_looks_and_hears_again_after_the_outage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The layer comes back by itself, and says nothing of what was lost meanwhile."""
    monkeypatch.setattr(hearing, "ECHO_SECONDS", 0.1)
    monkeypatch.setattr(hearing, "DEAF_SECONDS", 0.5)
    server = ValkeyServer()
    server.start()
    here = {**NOWHERE["default"], "CONFIG": {"hosts": [server.url]}}
    group = f"tests.{uuid4().hex}"
    try:
        with override_settings(CHANNEL_LAYERS={"default": here}):
            async with Ear(group) as ear:
                calm(ear)
                server.kill()
                assert await rung(ear)
                assert await rung(ear)
                server.start()
                while True:  # until nobody has to look any more
                    calm(ear)
                    await asyncio.sleep(1)
                    if not ear._rung.is_set():
                        break
                await tell(group)
                assert await rung(ear)
    finally:
        server.stop()
