"""What goes out to one client, in order and bounded: nobody waits for a slow reader."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Generator
from contextlib import suppress
from inspect import iscoroutine
from types import coroutine
from typing import Any, Final

from apps.common.sockets import Send
from graphql_schema.sockets.dialects import Close

MOST_WAITING: Final = 1000  # frames
MOST_WAITING_CHARACTERS: Final = 8_000_000
FAREWELL_SECONDS: Final = 2.0  # a client that reads nothing does not read its close either


class Outbox:
    """Sends frames at once where the client keeps up, and keeps a few where it does not.

    ``run`` sends what had to wait, until the socket is closed.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._is_idle = False  # whether ``run`` has nothing to send
        self._begun: Coroutine[Any, Any, None] | None = None  # what a client keeps waiting
        self._frames: deque[str] = deque()
        self._waiting_characters = 0
        self._wake = asyncio.Event()
        self._farewell: tuple[Close, str] | None = None
        self._overflowed = asyncio.Event()

    def put(self, frame: str) -> None:
        """Let the client have ``frame``; one who reads too slowly is closed instead."""
        if self._farewell is not None:
            return
        if self._is_idle and self._begun is None:
            self._begin(frame)
        else:
            self._queue(frame)

    def close(self, code: Close, reason: str = "") -> None:
        """Close after what is waiting. The first reason counts."""
        if self._farewell is None:
            self._farewell = (code, reason)
            self._wake.set()

    async def run(self) -> None:
        """Send until closed."""
        writing = asyncio.create_task(self._write())
        overflowing = asyncio.create_task(self._overflowed.wait())
        try:
            await asyncio.wait({writing, overflowing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (writing, overflowing):
                task.cancel()
            await asyncio.gather(writing, overflowing, return_exceptions=True)
            if self._begun is not None:
                self._begun.close()
        await self._say_goodbye()

    def _begin(self, frame: str) -> None:
        """Send without a task's turn: as a rule the server takes a frame without waiting."""
        sending = self._send({"type": "websocket.send", "text": frame})
        if not iscoroutine(sending):
            self._begun = _awaiting(sending)
            self._wake.set()
            return
        try:
            awaited = sending.send(None)
        except StopIteration:
            return
        except OSError:  # the client has gone, as the reading side will hear
            return
        self._begun = _continued(sending, awaited)
        self._wake.set()

    def _queue(self, frame: str) -> None:
        self._frames.append(frame)
        self._waiting_characters += len(frame)
        is_too_long = self._waiting_characters > MOST_WAITING_CHARACTERS
        if is_too_long or len(self._frames) > MOST_WAITING:
            self._frames.clear()
            self.close(Close.TOO_SLOW, "You read too slowly; come back and catch up.")
            self._overflowed.set()

    async def _write(self) -> None:
        while True:
            if self._begun is not None:
                await self._begun
                self._begun = None
            while self._frames:
                frame = self._frames.popleft()
                self._waiting_characters -= len(frame)
                await self._send({"type": "websocket.send", "text": frame})
            if self._farewell is not None:
                return
            self._wake.clear()
            self._is_idle = True
            await self._wake.wait()
            self._is_idle = False

    async def _say_goodbye(self) -> None:
        code, reason = self._farewell or (Close.NORMAL, "")
        message = {"type": "websocket.close", "code": int(code), "reason": reason}
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._send(message)


async def _awaiting(awaitable: Any) -> None:
    await awaitable


async def _continued(begun: Coroutine[Any, Any, None], awaited: Any) -> None:
    """Go on in a task with a coroutine that has taken its first step outside of one."""
    await _steps(begun, awaited)


@coroutine
def _steps(begun: Coroutine[Any, Any, None], awaited: Any) -> Generator[Any, Any, None]:
    try:
        while True:
            try:
                answer = yield awaited
            except BaseException as error:  # cancellation is for the one begun
                awaited = begun.throw(error)
            else:
                awaited = begun.send(answer)
    except StopIteration:
        return
