"""Database reads for code that runs on an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
T = TypeVar("T")

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
