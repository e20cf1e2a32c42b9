"""A crowd of guests' apps on one event loop, cheap enough to leave the cores to the product."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from bench.common.errors import BenchFailed

PROTOCOL: Final = Subprotocol("graphql-transport-ws")
KEPT_SECONDS: Final = 3.0  # servers close idle connections after five

_Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer: its body, and its headers by their names in small letters."""

    body: Any
    headers: Mapping[str, str]
    seconds: float


class Crowd:
    """Asks over connections that are kept and shared, as one proxy in front of the server would."""

    def __init__(
        self, base_url: str, *, token: str = "", authorization: str = "", cookie: str = ""
    ) -> None:
        """``token``: a login of staff; ``authorization``: another header; ``cookie``: that of a
        browser; else guests ask."""
        address = urlsplit(base_url)
        told = f"Bearer {token}" if token else authorization
        self._login = f"Authorization: {told}\r\n" if told else ""
        self._login += f"Cookie: {cookie}\r\n" if cookie else ""
        self._host, self._port = str(address.hostname), int(address.port or 80)
        self._free: list[tuple[float, _Line]] = []

    async def ask(self, document: str, **variables: Any) -> tuple[Any, float]:
        """Return the answer's only field and the seconds that it took. Raises BenchFailed."""
        answered = await self.call("POST", "/graphql/", {"query": document, "variables": variables})
        if answered.body.get("errors"):
            raise BenchFailed(answered.body["errors"][0]["message"])
        return next(iter(answered.body["data"].values())), answered.seconds

    async def call(self, method: str, path: str, given: Any = None) -> Answered:
        """Return what an address answers to ``given`` as JSON. Raises BenchFailed for a refusal."""
        body = b"" if given is None else json.dumps(given).encode()
        answered = await self.send(method, path, body)
        return replace(answered, body=json.loads(answered.body))

    async def send(self, method: str, path: str, body: bytes = b"") -> Answered:
        """Return what an address answers, undecoded. Raises BenchFailed for a refusal."""
        started = time.perf_counter()
        line = await self._line()
        headers, answer = await self._exchange(line, f"{method} {path}", body)
        seconds = time.perf_counter() - started
        self._free.append((time.monotonic(), line))
        return Answered(body=answer, headers=headers, seconds=seconds)

    async def watch(self, document: str, **variables: Any) -> AsyncIterator[Any]:
        """Yield what a subscription sends."""
        url = f"ws://{self._host}:{self._port}/graphql/"
        payload = {"query": document, "variables": variables}
        async with connect(url, subprotocols=[PROTOCOL], proxy=None, open_timeout=60) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": {}}))
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            async for text in socket:
                frame = json.loads(text)
                if frame["type"] == "next":
                    yield next(iter(frame["payload"]["data"].values()))
                elif frame["type"] == "ping":
                    await socket.send(json.dumps({"type": "pong"}))
                elif frame["type"] in {"complete", "error"}:
                    return

    async def _line(self) -> _Line:
        oldest = time.monotonic() - KEPT_SECONDS
        while self._free:
            used_at, line = self._free.pop()
            if used_at > oldest:
                return line
            line[1].close()
        return await asyncio.open_connection(self._host, self._port)

    async def _exchange(self, line: _Line, asked: str, body: bytes) -> tuple[dict[str, str], bytes]:
        reader, writer = line
        head = (
            f"{asked} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n{self._login}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        status, *headers = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        if " 200 " not in status and " 201 " not in status:
            raise BenchFailed(f"{asked}: the server answered {status}.")
        named = dict(header.lower().split(": ", 1) for header in headers if ": " in header)
        return named, await reader.readexactly(int(named["content-length"]))


async def at_rate(count: int, a_second: float, arrive: Callable[[int], Any]) -> list[Any]:
    """Let guests arrive when their time has come, however long those before them take."""
    started = time.perf_counter()
    visits = []
    for index in range(count):
        await asyncio.sleep(max(0.0, started + index / a_second - time.perf_counter()))
        visits.append(asyncio.create_task(arrive(index)))
    return list(await asyncio.gather(*visits))


async def in_turns(count: int, at_once: int, arrive: Callable[[int], Any]) -> list[Any]:
    """Let so many guests be under way at any moment: one arrives when another leaves."""
    waiting = iter(range(count))

    async def place() -> list[Any]:
        return [await arrive(index) for index in waiting]

    places = await asyncio.gather(*(place() for _ in range(at_once)))
    return [visit for visits in places for visit in visits]
