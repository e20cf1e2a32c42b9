"""Database reads for code that runs on an event loop."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar, cast

from django.db import close_old_connections, connection, transaction

P = ParamSpec("P")
T = TypeVar("T")

READERS: Final = 4

_readers = ThreadPoolExecutor(READERS, thread_name_prefix="socket-reader")


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Let the statements of a block see one state: between two of them somebody may commit.

    The outermost block of a connection; it only reads. SQLite would refuse its first write when
    somebody else wrote meanwhile, and PostgreSQL would take the lock of a row that changed amiss.
    """
    with _begun_to_read(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def _begun_to_read() -> Iterator[None]:
    """Let SQLite's next transaction take its snapshot at the first read, not the write lock."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()  # opening one later would set the mode anew
    sqlite = cast(Any, connection)  # the stubs do not know the attribute
    usual, sqlite.transaction_mode = sqlite.transaction_mode, "DEFERRED"
    try:
        yield
    finally:
        sqlite.transaction_mode = usual


async def in_thread(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a database read in a thread of its own; sockets share one event loop.

    The thread's log lines are about what the caller's are.
    """
    loop = asyncio.get_running_loop()
    call = partial(_with_connection, read, *args, **kwargs)
    return await loop.run_in_executor(_readers, contextvars.copy_context().run, call)


def _with_connection(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    close_old_connections()
    try:
        return read(*args, **kwargs)
    finally:
        close_old_connections()
