"""Tell connected clients what changed, after the commit and only then.

Delivery is at most once: the database is the truth, and every reader can ask it again. What one
process tells a group arrives in the order in which it was told.

A channel layer belongs to the event loop that its readers run on. Workers are threads or other
processes, so every message is handed to one long-lived loop: the server's own, named at its
start, or else a loop that this process keeps for sending.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from typing import Any, Final, TypeVar

import structlog
from channels.layers import get_channel_layer
from django.db import transaction

log = structlog.get_logger(__name__)

MESSAGE_TYPE: Final = "live.message"
SEND_SECONDS: Final = 5.0  # a layer that hangs loses news; it does not pile them up

T = TypeVar("T")

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def use_loop(loop: asyncio.AbstractEventLoop | None) -> None:
    """Name the server's loop at its start; None at its end."""
    global _loop
    with _lock:
        _loop = loop


def publish_on_commit(group: str, data: Mapping[str, Any]) -> None:
    """Send ``data`` to ``group`` once the surrounding transaction commits.

    ``data`` holds ids and states only: no names, no PINs. ``group`` is built from row ids, never
    from tokens.
    """
    message = {"type": MESSAGE_TYPE, "group": group, "data": dict(data)}
    transaction.on_commit(lambda: _send(group, message), robust=True)


def ask(question: Callable[[], Coroutine[Any, Any, T]], seconds: float) -> T:
    """Return what ``question`` finds out on the loop that sends; not for that loop's own thread.

    Raises TimeoutError, and whatever ``question`` raises.
    """
    return asyncio.run_coroutine_threadsafe(question(), _running_loop()).result(seconds)


def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    delivery = _deliver(layer, group, message)
    asyncio.run_coroutine_threadsafe(delivery, _running_loop()).add_done_callback(_log_failure)


async def _deliver(layer: Any, group: str, message: dict[str, Any]) -> None:
    """Send it. The layer lets one message after the other out, in the order of asking."""
    async with asyncio.timeout(SEND_SECONDS):
        await layer.group_send(group, message)


def _log_failure(sending: Future[None]) -> None:
    if not sending.cancelled() and sending.exception() is not None:
        log.warning("live.send_failed", error=type(sending.exception()).__name__)


def _running_loop() -> asyncio.AbstractEventLoop:
    global _loop
    with _lock:
        if _loop is None or _loop.is_closed():
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="live-sender", daemon=True).start()
        return _loop
