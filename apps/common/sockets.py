"""Plain WebSockets: what every door for front ends without GraphQL needs of one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import parse_qs

import orjson

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

BROKEN: Final = 1011  # RFC 6455: an unexpected condition here
UNUSABLE: Final = 4400
UNKNOWN_CALLER: Final = 4401
REFUSED: Final = 4403
NOT_FOUND: Final = 4404


class Disconnected(Exception):
    """The client has gone."""


class PlainSocket:
    """An accepted WebSocket that speaks JSON objects."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send

    async def accept(self) -> None:
        """Answer the handshake: only an open socket can be closed with a code of our own."""
        await self._receive()
        await self._send({"type": "websocket.accept"})

    def asked(self, name: str) -> str | None:
        """Return what the address says under ``name``."""
        query = self._scope.get("query_string", b"").decode("latin-1")
        return next(iter(parse_qs(query).get(name, [])), None)

    async def next_message(self) -> Mapping[str, Any]:
        """Return what the client says next; what is no JSON object is an empty one.

        Raises Disconnected.
        """
        frame = await self._receive()
        if frame["type"] == "websocket.disconnect":
            raise Disconnected
        try:
            message = orjson.loads(frame.get("text") or frame.get("bytes") or b"")
        except orjson.JSONDecodeError:
            return {}
        return message if isinstance(message, dict) else {}

    async def until_gone(self) -> None:
        """Return when the client has gone; what it says until then is not listened to."""
        while (await self._receive())["type"] != "websocket.disconnect":
            pass

    async def send_json(self, body: Mapping[str, Any]) -> None:
        """Send one frame; to a client that has gone, nothing."""
        with suppress(OSError):  # the server's word for it; ``until_gone`` ends the rest
            await self._send({"type": "websocket.send", "text": orjson.dumps(body).decode()})

    async def close(self, code: int) -> None:
        """Close with a code of ours."""
        with suppress(OSError):
            await self._send({"type": "websocket.close", "code": code})


async def refuse_unknown_path(_scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application for addresses that lead nowhere: the handshake is refused."""
    await receive()
    await send({"type": "websocket.close", "code": NOT_FOUND})
