"""One reading of a log and one execution of a document for all who follow the same.

A pump reads a log; a broadcast shows its entries in the form of one document; a follower is one
operation of one socket. Pumps and broadcasts live as long as they have followers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

from apps.common.hearing import Ear
from apps.common.metrics import FAN_OUT
from apps.common.reading import in_thread
from apps.staff.services.logins import LOGINS
from graphql_schema.live import Feed, read_patiently

REMEMBERED: Final = 256  # shown entries, for those who come back after a short while

Render = Callable[[Any], str]
Shown = Sequence[tuple[int, str]]

_pumps: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, Pump]] = WeakKeyDictionary()


@dataclass(slots=True, eq=False)
class Follower:
    """Somebody who has been told everything up to ``seen``."""

    deliver: Callable[[str], None]
    seen: int
    reader: str
    dismissed: asyncio.Event = field(default_factory=asyncio.Event)

    def repeat(self, shown: Shown) -> None:
        """Deliver what was read for this follower alone."""
        for position, payload in shown:
            self.deliver(payload)
            self.seen = position

    def tell(self, shown: Shown) -> None:
        """Deliver what is new to this follower."""
        before = self.seen  # entries of one change share a position
        for position, payload in shown:
            if position > before:
                self.deliver(payload)
                self.seen = position


@asynccontextmanager
async def following(
    feed: Feed[Any, Any], *, form: Hashable, render: Render, deliver: Callable[[str], None]
) -> AsyncIterator[Follower]:
    """Deliver what ``feed`` tells, in one ``form``, until the end of the block.

    Equal forms of equal feeds are rendered once, by the ``render`` of whoever came first.
    """
    pumps = _pumps.setdefault(asyncio.get_running_loop(), {})
    pump = pumps.get(feed.key)
    if pump is None:
        pump = pumps[feed.key] = Pump(feed)
    pump.guests += 1
    try:
        await pump.start()
        broadcast = pump.broadcast(form, render)
        broadcast.guests += 1
        try:
            follower = await broadcast.catch_up(feed, deliver)
            broadcast.followers.add(follower)
            try:
                yield follower
            finally:
                broadcast.followers.discard(follower)
        finally:
            broadcast.guests -= 1
            pump.forget_if_alone(form)
    finally:
        pump.guests -= 1
        if not pump.guests:
            del pumps[feed.key]
            await pump.stop()


class Pump:
    """Reads one log and hands what it finds to the broadcasts."""

    def __init__(self, feed: Feed[Any, Any]) -> None:
        self.guests = 0
        self._feed = feed
        self._position = 0
        self._broadcasts: dict[Hashable, Broadcast] = {}
        self._is_started = asyncio.Event()
        self._running = asyncio.create_task(self._run())

    async def start(self) -> None:
        """Return when the group is joined and the position known."""
        await self._is_started.wait()

    async def stop(self) -> None:
        """End, with nobody left."""
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    def broadcast(self, form: Hashable, render: Render) -> Broadcast:
        """Return the broadcast of that form."""
        found = self._broadcasts.get(form)
        if found is None:
            found = self._broadcasts[form] = Broadcast(render, self._position)
        return found

    def forget_if_alone(self, form: Hashable) -> None:
        """Forget a broadcast that nobody needs."""
        if not self._broadcasts[form].guests:
            del self._broadcasts[form]

    async def _run(self) -> None:
        async with Ear(self._feed.group, LOGINS) as ear:
            self._position = await read_patiently(self._feed.newest)
            self._is_started.set()
            while True:
                if not await self._pass_on():
                    await ear.news_or_quiet()

    async def _pass_on(self) -> bool:
        """Tell what is new; answer whether there was anything."""
        entries = await read_patiently(self._feed.read, self._position)
        await self._dismiss()
        if not entries:
            return False
        # Together: a broadcast that begins from here on begins behind these entries.
        self._position, present = entries[-1][0], list(self._broadcasts.values())
        with FAN_OUT.time():
            for broadcast in present:
                await broadcast.tell(self._feed, entries)
        return True

    async def _dismiss(self) -> None:
        """Part from those who may read no more."""
        followers = [one for each in self._broadcasts.values() for one in each.followers]
        gone = await self._feed.dismissed({follower.reader for follower in followers})
        for follower in followers:
            if follower.reader in gone:
                follower.dismissed.set()


class Broadcast:
    """One form of a log's entries, and who follows it."""

    def __init__(self, render: Render, position: int) -> None:
        self.guests = 0
        self.followers: set[Follower] = set()
        self._render = render
        self._oldest = self._position = position  # what follows ``_oldest`` is remembered
        self._recent: deque[tuple[int, str]] = deque()

    async def catch_up(self, feed: Feed[Any, Any], deliver: Callable[[str], None]) -> Follower:
        """Return a follower who has been told all that this broadcast has told.

        Nothing may be awaited between this and their joining.
        """
        if feed.start is None:
            return Follower(deliver, self._position, feed.reader)
        follower = Follower(deliver, feed.start, feed.reader)
        while not self._oldest <= follower.seen <= self._position:
            entries = await read_patiently(feed.read, follower.seen)
            if not entries:
                break
            follower.repeat(await in_thread(self._shown, feed, entries))
        follower.tell(self._recent)
        return follower

    async def tell(self, feed: Feed[Any, Any], entries: Sequence[tuple[int, Any]]) -> None:
        """Show entries to all followers."""
        shown = await in_thread(self._shown, feed, entries)
        self._recent.extend(shown)
        while len(self._recent) > REMEMBERED:
            self._oldest, _ = self._recent.popleft()
        self._position = shown[-1][0]
        for follower in self.followers:
            if not follower.dismissed.is_set():
                follower.tell(shown)

    def _shown(self, feed: Feed[Any, Any], entries: Sequence[tuple[int, Any]]) -> Shown:
        return [(position, self._render(feed.shown(entry))) for position, entry in entries]
