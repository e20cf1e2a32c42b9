"""Subscriptions that show a state: join first, read second, then read again at every news.

News may be lost on its way (a restart of the message broker, a full queue), so the state is also
looked at again after a quiet while; nobody watches something stale for long.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

import strawberry
from django.db import close_old_connections

from apps.common.live import MESSAGE_TYPE

P = ParamSpec("P")
T = TypeVar("T")

QUIET_SECONDS: Final = 2.0
READERS: Final = 4

_readers = ThreadPoolExecutor(READERS, thread_name_prefix="socket-reader")


async def in_thread(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a database read in a thread of its own; sockets share one event loop."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_readers, partial(_with_connection, read, *args, **kwargs))


def _with_connection(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    close_old_connections()
    try:
        return read(*args, **kwargs)
    finally:
        close_old_connections()


async def watch(
    info: strawberry.Info[Any, None], group: str, read: Callable[[], T | None]
) -> AsyncGenerator[T, None]:
    """Yield the state now and whenever it differs; end when ``read`` finds nothing any more."""
    async with info.context["ws"].listen_to_channel(MESSAGE_TYPE, groups=[group]) as news:
        hearing: asyncio.Task[Any] | None = None
        shown: T | None = None
        try:
            while (state := await in_thread(read)) is not None:
                if state != shown:
                    yield state
                    shown = state
                # One task listens across quiet spells: cancelling it would end the generator.
                hearing = hearing or asyncio.ensure_future(anext(news))
                done, _ = await asyncio.wait({hearing}, timeout=QUIET_SECONDS)
                if done:
                    hearing.result()
                    hearing = None
        finally:
            if hearing is not None:
                hearing.cancel()
