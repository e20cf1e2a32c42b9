"""Hear that something was told to a group. What was told is read from the database.

Every ear of an event loop listens through one switchboard: one channel of the layer, however many
ears there are. The layer may lose what it is given. A switchboard notices that a log went on
without a word (``follow_log``), and that it no longer hears what it tells itself: then it rings by
itself and joins its groups again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any, Final
from weakref import WeakKeyDictionary

import structlog
from channels.layers import get_channel_layer

from apps.common.reading import in_thread

log = structlog.get_logger(__name__)

# Logs are compared this often, so what another process wrote, or a layer lost, is heard of.
FOLLOW_SECONDS: Final = 1.0
# Whatever has no log is looked at by those who watch it: soon at first, then more rarely.
QUIET_SECONDS: Final = 1.0
LONGEST_QUIET_SECONDS: Final = 15.0
JOIN_SECONDS: Final = 2.0  # for the layer's answer; who joins reads next, so silence is no loss
CONNECT_AGAIN_SECONDS: Final = 2.0
# A switchboard tells itself something this often; what it has not heard for so long, it is deaf to.
ECHO_SECONDS: Final = 1.0
DEAF_SECONDS: Final = 3.0

Positions = Callable[[Collection[str]], Mapping[str, int]]

_logs: dict[str, Positions] = {}
_switchboards: WeakKeyDictionary[asyncio.AbstractEventLoop, Switchboard] = WeakKeyDictionary()


def follow_log(prefix: str, positions: Positions) -> None:
    """Compare the logs behind the groups that begin with ``prefix`` about every second.

    ``positions`` gets group names and returns how far each one's log is, in one query.
    """
    _logs[prefix] = positions


def _log_of(group: str) -> Positions | None:
    return next((read for prefix, read in _logs.items() if group.startswith(prefix)), None)


class Ear:
    """Listens to groups from ``async with`` on; a layer that is down is silence, not an error."""

    def __init__(self, *groups: str) -> None:
        self.groups = groups
        self._rung = asyncio.Event()
        self._is_followed = _log_of(groups[0]) is not None
        self._quiet = LONGEST_QUIET_SECONDS if self._is_followed else QUIET_SECONDS

    async def __aenter__(self) -> Ear:
        self._switchboard = _switchboard()
        await self._switchboard.connect(self)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._switchboard.disconnect(self)

    def ring(self) -> None:
        """Let the listener look."""
        self._rung.set()

    async def news_or_quiet(self) -> None:
        """Return at news since the last call, or after a quiet while that grows."""
        try:
            async with asyncio.timeout(self._quiet):
                await self._rung.wait()
        except TimeoutError:
            self._quiet = min(self._quiet * 2, LONGEST_QUIET_SECONDS)
        else:
            self._quiet = LONGEST_QUIET_SECONDS if self._is_followed else QUIET_SECONDS
        self._rung.clear()


def _switchboard() -> Switchboard:
    loop = asyncio.get_running_loop()
    found = _switchboards.get(loop)
    if found is None:
        found = _switchboards[loop] = Switchboard()
    return found


class Switchboard:
    """One loop's channel and its ears. It works while there are any."""

    def __init__(self) -> None:
        self._ears: dict[str, set[Ear]] = {}
        self._channel: str | None = None
        self._rung: set[str] = set()  # since the logs were last compared
        self._known: dict[str, int] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._is_connected = asyncio.Event()
        self._heard_at = 0.0  # by the loop's clock

    async def connect(self, ear: Ear) -> None:
        """Let ``ear`` hear its groups; returns when the layer delivers them, or does not answer."""
        new = [group for group in ear.groups if group not in self._ears]
        for group in ear.groups:
            self._ears.setdefault(group, set()).add(ear)
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._listen()),
                asyncio.create_task(self._follow()),
                asyncio.create_task(self._hear_itself()),
            ]
        with suppress(TimeoutError):
            async with asyncio.timeout(JOIN_SECONDS):
                await self._is_connected.wait()
                await self._join(new)

    async def disconnect(self, ear: Ear) -> None:
        """Forget the ear, and the groups that nobody else listens to."""
        for group in ear.groups:
            self._ears[group].discard(ear)
            if not self._ears[group]:
                del self._ears[group]
                self._known.pop(group, None)
                await self._leave(group)
        if not self._ears:
            await self._end()

    def ring(self, group: str) -> None:
        """Let everybody who listens to the group look."""
        self._rung.add(group)
        for ear in self._ears.get(group, ()):
            ear.ring()

    async def _join(self, groups: Collection[str]) -> None:
        layer: Any = get_channel_layer()
        try:
            for group in groups:
                await layer.group_add(group, self._channel)
        except Exception as error:
            log.warning("live.join_failed", error=type(error).__name__)

    async def _leave(self, group: str) -> None:
        layer: Any = get_channel_layer()
        with suppress(Exception):
            async with asyncio.timeout(JOIN_SECONDS):
                await layer.group_discard(group, self._channel)
        if group in self._ears:  # somebody came meanwhile
            await self._join([group])

    async def _end(self) -> None:
        tasks, self._tasks = self._tasks, []
        self._is_connected.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self) -> None:
        """Hear the layer, without end; whatever was told while it was away is looked for."""
        while True:
            try:
                await self._hear()
            except Exception as error:
                log.warning("live.hearing_failed", error=type(error).__name__)
            self._is_connected.clear()
            self._ring_all()
            await asyncio.sleep(CONNECT_AGAIN_SECONDS)

    async def _hear(self) -> None:
        layer: Any = get_channel_layer()
        self._channel = await layer.new_channel()
        await self._join(list(self._ears))
        self._heard_at = asyncio.get_running_loop().time()
        self._is_connected.set()
        self._ring_all()
        while True:
            message = await layer.receive(self._channel)
            self._heard_at = asyncio.get_running_loop().time()
            if "group" in message:  # else it is the echo
                self.ring(message["group"])

    def _ring_all(self) -> None:
        for group in list(self._ears):
            self.ring(group)

    async def _hear_itself(self) -> None:
        """Tell itself something, without end; while that is not heard, let everybody look.

        The layer connects again by itself, and whatever was told meanwhile is lost without a word.
        """
        is_deaf = False
        while True:
            await asyncio.sleep(ECHO_SECONDS)
            if not self._is_connected.is_set():  # nothing can be heard yet; _listen rings
                continue
            silence = asyncio.get_running_loop().time() - self._heard_at
            was_deaf, is_deaf = is_deaf, silence > DEAF_SECONDS
            if is_deaf or was_deaf:
                if is_deaf != was_deaf:
                    log.warning("live.deaf" if is_deaf else "live.hears_again")
                await self._rejoin()
                self._ring_all()
            await self._tell_itself()

    async def _tell_itself(self) -> None:
        layer: Any = get_channel_layer()
        with suppress(Exception):  # not heard is all that matters
            async with asyncio.timeout(JOIN_SECONDS):
                await layer.send(self._channel, {"type": "live.echo"})

    async def _rejoin(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(JOIN_SECONDS):
                await self._join(list(self._ears))

    async def _follow(self) -> None:
        """Compare the logs, without end, and join again where one went on without a word."""
        while True:
            await asyncio.sleep(FOLLOW_SECONDS)
            try:
                missed = await self._compare()
            except Exception as error:
                log.warning("live.following_failed", error=type(error).__name__)
                continue
            if missed:
                await self._rejoin()

    async def _compare(self) -> bool:
        """Ring where a log went on; answer whether it did so without a word from the layer."""
        rung, self._rung = self._rung, set()
        missed = False
        for prefix, positions in _logs.items():
            groups = [group for group in self._ears if group.startswith(prefix)]
            found = await in_thread(positions, groups) if groups else {}
            for group, position in found.items():
                before = self._known.get(group)
                self._known[group] = position
                if position != before and group not in rung | self._rung:
                    missed = missed or before is not None
                    self.ring(group)
        return missed
