"""Hear that something was told to a group. What was told is read from the database."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final

import structlog
from channels.layers import get_channel_layer

log = structlog.get_logger(__name__)

# What another process wrote, or a broken layer lost, is found after this long at the latest.
QUIET_SECONDS: Final = 1.0
JOIN_AGAIN_SECONDS: Final = 5.0


class Ear:
    """Listens to a group from ``async with`` on; a layer that is down is silence, not an error."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._rung = asyncio.Event()
        self._joined = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Ear:
        self._listening = asyncio.create_task(self._listen())
        await _wait(self._joined, QUIET_SECONDS)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    async def news_or_quiet(self) -> None:
        """Return at news since the last call, or after a quiet while."""
        await _wait(self._rung, QUIET_SECONDS)
        self._rung.clear()

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except Exception as error:
                log.warning("live.hearing_failed", error=type(error).__name__)
            await asyncio.sleep(JOIN_AGAIN_SECONDS)

    async def _hear(self) -> None:
        layer: Any = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(self._group, channel)
        self._joined.set()
        try:
            while True:
                await layer.receive(channel)
                self._rung.set()
        finally:
            with suppress(Exception):
                await layer.group_discard(self._group, channel)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
