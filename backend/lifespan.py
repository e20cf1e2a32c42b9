"""What lives as long as the server: the live layer's loop, a standing connection to SQLite and, in
embedded mode, the worker."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from django.conf import settings

from apps.common import live
from backend.standing import open_standing_connection
from backend.worker import Worker

log = structlog.get_logger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Lifespan:
    """ASGI application that answers the server's start and stop, and passes the rest on."""

    def __init__(self, application: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._application = application
        self._worker: Worker | None = None
        self._standing: sqlite3.Connection | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._application(scope, receive, send)
            return
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send(await self._started())
            elif message["type"] == "lifespan.shutdown":
                await self._stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _started(self) -> dict[str, Any]:
        """Start and return the answer; a server that gets none goes on without the worker."""
        try:
            await self._start()
        except Exception:
            log.exception("server.start_failed")
            await self._stop()
            return {"type": "lifespan.startup.failed", "message": "The worker did not start."}
        return {"type": "lifespan.startup.complete"}

    async def _start(self) -> None:
        live.use_loop(asyncio.get_running_loop())
        self._standing = await asyncio.to_thread(open_standing_connection)
        if settings.EMBEDDED:
            self._worker = Worker()
            await asyncio.to_thread(self._worker.start)

    async def _stop(self) -> None:
        if self._worker is not None:
            await asyncio.to_thread(self._worker.stop)
        if self._standing is not None:
            await asyncio.to_thread(self._standing.close)
        live.use_loop(None)
