"""Subscriptions that show a state: join first, read second, then read again at every news.

News may be lost on its way (a restart of the message broker, a full queue), so the state is also
looked at again after a quiet while; nobody watches something stale for long.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any, TypeVar

import strawberry

from apps.common.hearing import QUIET_SECONDS
from apps.common.live import MESSAGE_TYPE
from apps.common.reading import in_thread

T = TypeVar("T")


async def watch(
    info: strawberry.Info[Any, None], group: str, read: Callable[[], T | None]
) -> AsyncGenerator[T, None]:
    """Yield the state now and whenever it differs; end when ``read`` finds nothing any more."""
    async with info.context["ws"].listen_to_channel(MESSAGE_TYPE, groups=[group]) as news:
        shown: T | None = None
        async with _Ear(news) as ear:
            while (state := await in_thread(read)) is not None:
                if state != shown:
                    yield state
                    shown = state
                await ear.news_or_quiet()


async def follow(
    info: strawberry.Info[Any, None],
    group: str,
    read: Callable[[int | None], tuple[int, Sequence[T]] | None],
) -> AsyncGenerator[T, None]:
    """Yield what a log holds beyond the reader's position, then whatever is added to it.

    ``read`` gets the position (None at first) and returns the new one with the entries between;
    None ends the stream. The group is joined before the first read, so nothing falls between.
    """
    async with info.context["ws"].listen_to_channel(MESSAGE_TYPE, groups=[group]) as news:
        seen: int | None = None
        async with _Ear(news) as ear:
            while (found := await in_thread(read, seen)) is not None:
                seen, entries = found
                for entry in entries:
                    yield entry
                if not entries:
                    await ear.news_or_quiet()


class _Ear:
    """Waits for news without losing any: one task listens across quiet spells, since cancelling
    it would end the generator behind it."""

    def __init__(self, news: AsyncGenerator[Any, None]) -> None:
        self._news = news
        self._hearing: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> _Ear:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._hearing is not None:
            self._hearing.cancel()

    async def news_or_quiet(self) -> None:
        """Return at the next news, or after a quiet while."""
        self._hearing = self._hearing or asyncio.ensure_future(anext(self._news))
        done, _ = await asyncio.wait({self._hearing}, timeout=QUIET_SECONDS)
        if done:
            self._hearing.result()
            self._hearing = None
