"""A client that says exactly what a test wants said."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE = 20.0  # a generous end, never an expectation
MODERN, LEGACY = "graphql-transport-ws", "graphql-ws"


class Talk:
    """One conversation."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, message: Any) -> None:
        """Send a message: text and bytes as they are, anything else as JSON."""
        is_raw = isinstance(message, str | bytes)
        await self.socket.send(message if is_raw else json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        """The next message that is not only a sign of life."""
        while True:
            text = await asyncio.wait_for(self.socket.recv(), PATIENCE)
            message: dict[str, Any] = json.loads(text)
            if message["type"] not in ("ping", "ka"):
                return message

    async def subscribe(self, query: str, *, id: str = "1", **variables: Any) -> None:
        """Begin an operation in the protocol that was agreed on."""
        kind = "subscribe" if self.socket.subprotocol == MODERN else "start"
        payload = {"query": query, "variables": variables}
        await self.say({"id": id, "type": kind, "payload": payload})

    async def code(self) -> int | None:
        """The code that the server closes with."""
        try:
            while True:
                await asyncio.wait_for(self.socket.recv(), PATIENCE)
        except ConnectionClosed:
            return self.socket.close_code


@asynccontextmanager
async def talking(
    address: str, protocol: str = MODERN, *, params: Any = None, init: bool = True
) -> AsyncIterator[Talk]:
    """Connect, and unless a test does that itself, get acknowledged."""
    async with connect(address, subprotocols=[protocol], max_size=None) as socket:  # type: ignore[list-item]
        talk = Talk(socket)
        if init:
            await talk.say({"type": "connection_init", "payload": params})
            assert (await talk.hear())["type"] == "connection_ack"
        yield talk
