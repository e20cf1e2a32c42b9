"""Apps that buy and watch seats over REST and GraphQL, on one event loop."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from bench.common import BenchFailed
from bench.common.crowd import KEPT_SECONDS, Crowd
from bench.pictures import png

JSON: Final = "application/json"
BOUNDARY: Final = "bench-of-seats"
HOLDER: Final = {"holder_name": "Nora Quinn", "holder_email": "nora@example.com"}
UPDATES: Final = """
subscription Watch($slug: String!) { seatUpdates(eventSlug: $slug) { version seats { label } } }"""

_Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said, and how many seconds it took."""

    status: int
    body: bytes
    seconds: float

    def json(self) -> Any:
        """Return the body, decoded."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The refusal's code, or "OK"."""
        return "OK" if self.status < 400 else str(self.json()["error"]["code"])


class Apps:
    """Asks one server over connections that are kept and shared."""

    def __init__(self, base_url: str, *, token: str = "") -> None:
        address = urlsplit(base_url)
        self._host, self._port = str(address.hostname), int(address.port or 80)
        self._free: list[tuple[float, _Line]] = []
        self._crowd = Crowd(base_url)
        self._always = f"Authorization: Bearer {token}\r\n" if token else ""

    async def get(self, path: str) -> Answer:
        """Read."""
        return await self._ask("GET", path, b"", JSON)

    async def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Send JSON."""
        return await self._ask("POST", path, json.dumps(body).encode(), JSON)

    async def choose(self, slug: str, labels: list[str]) -> Answer:
        """Choose seats for a new order."""
        body = {"labels": labels, **HOLDER}
        return await self.post(f"/api/seating/events/{slug}/orders/", body)

    async def pay(self, order_token: str, shade: int) -> Answer:
        """Show a payment; another shade is another file."""
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="p.png"\r\n'
            "Content-Type: image/png\r\n\r\n"
        )
        body = head.encode() + png(shade=shade) + f"\r\n--{BOUNDARY}--\r\n".encode()
        path = f"/api/seating/orders/{order_token}/payment-proof/"
        return await self._ask("POST", path, body, f"multipart/form-data; boundary={BOUNDARY}")

    async def watch(self, slug: str) -> AsyncIterator[int]:
        """Yield the version of every change."""
        async for update in self._crowd.watch(UPDATES, slug=slug):
            yield int(update["version"])

    async def _ask(self, method: str, path: str, body: bytes, media_type: str) -> Answer:
        started = time.perf_counter()
        line = await self._line()
        status, content = await self._exchange(line, method, path, body, media_type)
        self._free.append((time.monotonic(), line))
        return Answer(status=status, body=content, seconds=time.perf_counter() - started)

    async def _line(self) -> _Line:
        oldest = time.monotonic() - KEPT_SECONDS
        while self._free:
            used_at, line = self._free.pop()
            if used_at > oldest:
                return line
            line[1].close()
        return await asyncio.open_connection(self._host, self._port)

    async def _exchange(
        self, line: _Line, method: str, path: str, body: bytes, media_type: str
    ) -> tuple[int, bytes]:
        reader, writer = line
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n{self._always}"
            f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        try:
            first, *headers = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        except asyncio.IncompleteReadError:
            raise BenchFailed(f"The server hung up on {method} {path}.") from None
        named = dict(header.lower().split(": ", 1) for header in headers if ": " in header)
        return int(first.split()[1]), await reader.readexactly(int(named["content-length"]))
