"""The product with a raw broadcast beside it: the floor that telling many viewers has.

``/raw/<group>/`` sends a fixed text to every socket at each ring of the group, and does nothing
else: no reading, no execution, no queue.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from apps.common.hearing import Ear
from backend.asgi import application as product

TEXT = os.environ.get("BENCH_RAW_TEXT", "")
_sockets: dict[str, dict[int, Any]] = {}
_tellers: dict[str, asyncio.Task[None]] = {}


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """ASGI application: the product, and the raw broadcast."""
    if scope["type"] != "websocket" or not scope["path"].startswith("/raw/"):
        await product(scope, receive, send)
        return
    group = scope["path"].split("/")[2]
    await receive()
    await send({"type": "websocket.accept"})
    sockets = _sockets.setdefault(group, {})
    sockets[id(send)] = send
    if group not in _tellers:
        _tellers[group] = asyncio.create_task(_tell(group))
    while (await receive())["type"] != "websocket.disconnect":
        pass
    del sockets[id(send)]


async def _tell(group: str) -> None:
    async with Ear(group) as ear:
        await ear.news_or_quiet()  # joining rings
        while True:
            await ear.news_or_quiet()
            for send in list(_sockets[group].values()):
                await send({"type": "websocket.send", "text": TEXT})
