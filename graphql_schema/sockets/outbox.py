"""What goes out to one client, in order and bounded: nobody waits for a slow reader."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import Final

from apps.common.sockets import Send
from graphql_schema.sockets.dialects import Close

MOST_WAITING: Final = 1000  # frames
MOST_WAITING_CHARACTERS: Final = 8_000_000
FAREWELL_SECONDS: Final = 2.0  # a client that reads nothing does not read its close either


class Outbox:
    """Frames that wait for their turn; ``run`` sends them until the socket is closed."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._frames: deque[str] = deque()
        self._waiting_characters = 0
        self._wake = asyncio.Event()
        self._farewell: tuple[Close, str] | None = None
        self._overflowed = asyncio.Event()

    @property
    def is_closing(self) -> bool:
        """Whether nothing more will be sent."""
        return self._farewell is not None

    def put(self, frame: str) -> None:
        """Let the client have ``frame``; one who reads too slowly is closed instead."""
        if self._farewell is not None:
            return
        self._frames.append(frame)
        self._waiting_characters += len(frame)
        is_full = len(self._frames) > MOST_WAITING
        if is_full or (self._waiting_characters > MOST_WAITING_CHARACTERS and self._frames):
            self._frames.clear()
            self.close(Close.TOO_SLOW, "You read too slowly; come back and catch up.")
            self._overflowed.set()
        self._wake.set()

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
        await self._say_goodbye()

    async def _write(self) -> None:
        while True:
            while self._frames:
                frame = self._frames.popleft()
                self._waiting_characters -= len(frame)
                await self._send({"type": "websocket.send", "text": frame})
            if self._farewell is not None:
                return
            self._wake.clear()
            await self._wake.wait()

    async def _say_goodbye(self) -> None:
        code, reason = self._farewell or (Close.NORMAL, "")
        message = {"type": "websocket.close", "code": int(code), "reason": reason}
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._send(message)
