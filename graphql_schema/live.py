"""What subscriptions yield: states that are read again at every news, and logs that are followed.

Both join first and read second, so nothing falls between. A resolver returns the stream instead of
iterating it: whoever serves the subscription may iterate it alone, or share one reading of a log
among all who follow the same one (``graphql_schema.sockets``).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, ParamSpec, TypeVar

import structlog

from apps.common.hearing import Ear
from apps.common.queries import DATABASE_AWAY
from apps.common.reading import in_thread

log = structlog.get_logger(__name__)

READ_AGAIN_SECONDS: Final = 1.0

E = TypeVar("E")
P = ParamSpec("P")
T = TypeVar("T")


async def read_patiently(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Read in a thread; a database that is away for a while is waited for, not told as news."""
    while True:
        try:
            return await in_thread(read, *args, **kwargs)
        except DATABASE_AWAY as error:
            log.warning("live.reading_failed", error=type(error).__name__)
            await asyncio.sleep(READ_AGAIN_SECONDS)


async def watch(group: str, read: Callable[[], T | None]) -> AsyncGenerator[T, None]:
    """Yield the state now and whenever it differs; end when ``read`` finds nothing any more."""
    async with Ear(group) as ear:
        shown: T | None = None
        while (state := await read_patiently(read)) is not None:
            if state != shown:
                yield state
                shown = state
            await ear.news_or_quiet()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Feed(Generic[E, T]):
    """A log that somebody follows from a position on.

    ``read`` returns the entries after a position, oldest first and in portions, each with its own
    position. ``shown`` makes of an entry what the subscription's field is. Feeds of the same
    ``key`` tell everybody the same; None is for one reader's eyes. ``admitted`` returns those of
    some readers who still may read, and None means that everybody may.
    """

    key: Hashable | None
    group: str
    newest: Callable[[], int]
    read: Callable[[int], Sequence[tuple[int, E]]]
    shown: Callable[[E], T]
    start: int | None = None
    reader: str = ""
    admitted: Callable[[Collection[str]], Collection[str]] | None = None

    def __aiter__(self) -> AsyncIterator[T]:
        """Follow alone."""
        return self._follow()

    async def _follow(self) -> AsyncGenerator[T, None]:
        async with Ear(self.group) as ear:
            seen = self.start if self.start is not None else await read_patiently(self.newest)
            while True:
                entries = await read_patiently(self.read, seen)
                if await self.dismissed([self.reader]):
                    return
                for position, entry in entries:
                    yield self.shown(entry)
                    seen = position
                if not entries:
                    await ear.news_or_quiet()

    async def dismissed(self, readers: Collection[str]) -> Collection[str]:
        """Return those of ``readers`` who may read no more. Ask after reading, before telling."""
        if self.admitted is None or not readers:
            return ()
        return set(readers) - set(await read_patiently(self.admitted, readers))
