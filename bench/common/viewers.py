"""Many WebSockets in one process that only count what they get: a cheap crowd of viewers."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from bench.common.errors import BenchFailed

PATIENCE_SECONDS: Final = 60.0
OPENING_AT_ONCE: Final = 50
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
INIT: Final = '{"type":"connection_init"}'


class Viewer(asyncio.Protocol):
    """One socket. RFC 6455, as far as a server that sends whole frames needs it."""

    def __init__(self, crowd: Viewers) -> None:
        self._crowd = crowd
        self._buffer = bytearray()
        self._is_open = False
        self.texts = 0
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the WebSocket."""
        self._transport: Any = transport
        transport.write(self._crowd.handshake)  # type: ignore[attr-defined]  # a plain socket's

    def data_received(self, data: bytes) -> None:
        """Take bytes apart into frames."""
        self._buffer += data
        if not self._is_open:
            self._open()
        while self._is_open and self._take_frame():
            pass

    def connection_lost(self, error: Exception | None) -> None:
        """A viewer that is sent away makes the bench fail."""
        self._crowd.lost += 1
        if not self.ready.done():
            self.ready.set_exception(BenchFailed("The server hung up on a viewer."))

    def say(self, text: str) -> None:
        """Send a text, masked with zeros."""
        self._frame(TEXT, text.encode())

    def close(self) -> None:
        """Hang up."""
        self._crowd.lost -= 1
        self._transport.abort()

    def _open(self) -> None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        if b" 101 " not in self._buffer[:end]:
            raise BenchFailed(self._buffer[:200].decode("latin-1"))
        del self._buffer[: end + 4]
        self._is_open = True
        if self._crowd.document is None:
            self.ready.set_result(None)
        else:
            self.say(INIT)

    def _take_frame(self) -> bool:
        if len(self._buffer) < 2:
            return False
        length, start = self._buffer[1] & 127, 2
        if length > 125:
            start += 2 if length == 126 else 8
            length = int.from_bytes(self._buffer[2:start], "big")
        if len(self._buffer) < start + length:
            return False
        kind, body = self._buffer[0] & 15, bytes(self._buffer[start : start + length])
        del self._buffer[: start + length]
        self._hear(kind, body)
        return True

    def _hear(self, kind: int, body: bytes) -> None:
        if kind == PING:
            self._frame(PONG, body)
        elif kind == TEXT and not self.ready.done():
            self.say(json.dumps(self._crowd.document))  # the acknowledgement
            self.ready.set_result(None)
        elif kind == TEXT and b'"type":"ping"' not in body[:20]:
            self.texts += 1
            self._crowd.got(body)

    def _frame(self, kind: int, body: bytes) -> None:
        size = len(body)
        head = bytes([0x80 | kind, 0x80 | min(size, 126)])
        if size > 125:
            head += size.to_bytes(2, "big")
        self._transport.write(head + bytes(4) + body)


class Viewers:
    """A crowd at one address, which subscribes to ``document``; without one, it just listens."""

    def __init__(self, address: str, document: str | None = None, **variables: Any) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 80
        payload = {"query": document, "variables": variables}
        self.document = document and {"id": "1", "type": "subscribe", "payload": payload}
        protocol = "Sec-WebSocket-Protocol: graphql-transport-ws\r\n" if document else ""
        key = base64.b64encode(os.urandom(16)).decode()
        self.handshake = (
            f"GET {parts.path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            f"Sec-WebSocket-Version: 13\r\n{protocol}\r\n"
        ).encode()
        self.lost = 0
        self.last_text = b""
        self._viewers: list[Viewer] = []
        self._missing = 0
        self._all_got: asyncio.Event = asyncio.Event()
        self._first_at = self._last_at = 0.0

    async def open(self, count: int) -> None:
        """Connect so many more; returns when all are acknowledged and have subscribed."""
        for start in range(0, count, OPENING_AT_ONCE):
            wanted = range(start, min(start + OPENING_AT_ONCE, count))
            await asyncio.gather(*(self._connect() for _ in wanted))

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        _, viewer = await loop.create_connection(lambda: Viewer(self), self._host, self._port)
        self._viewers.append(viewer)
        await viewer.ready

    def close(self) -> None:
        """Hang up for everybody."""
        for viewer in self._viewers:
            viewer.close()

    def got(self, text: bytes) -> None:
        """Count a text that somebody got."""
        self._last_at = time.perf_counter()
        self._first_at = self._first_at or self._last_at
        self.last_text = text
        self._missing -= 1
        if self._missing <= 0:
            self._all_got.set()

    def expect_one_each(self) -> None:
        """Begin to wait for one text for everybody."""
        self._missing, self._first_at = len(self._viewers), 0.0
        self._all_got.clear()

    async def all_have_it(self) -> tuple[float, float]:
        """Return when the first and the last got theirs, by the performance counter."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._all_got.wait()
        except TimeoutError:
            raise BenchFailed(f"{self._missing} viewers were never told.") from None
        if self.lost:
            raise BenchFailed(f"{self.lost} viewers were sent away.")
        return self._first_at, self._last_at

    @property
    def counts(self) -> Sequence[int]:
        """How many texts each has got."""
        return [viewer.texts for viewer in self._viewers]
