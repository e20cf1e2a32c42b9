"""GraphQL over WebSockets."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from apps.common.addresses import address_of_scope
from apps.common.sockets import Receive, Scope, Send
from graphql_schema.sockets.dialects import Close, choose
from graphql_schema.sockets.pace import Crowd
from graphql_schema.sockets.session import Session
from graphql_schema.sockets.stock import stock_socket

_crowd = Crowd()


def graphql_socket() -> Any:
    """Return the application that speaks GraphQL over a socket."""
    return shared_socket if settings.GRAPHQL_SHARED_SUBSCRIPTIONS else stock_socket()


async def shared_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application: one socket, whose subscriptions share their work with all others."""
    await receive()
    dialect = choose(scope.get("subprotocols", []))
    if dialect is None:
        await send({"type": "websocket.accept"})
        await _close(send, Close.NO_COMMON_PROTOCOL, "Subprotocol not acceptable")
        return
    await send({"type": "websocket.accept", "subprotocol": dialect.subprotocol})
    most = settings.GRAPHQL_SOCKETS_PER_ADDRESS
    with _crowd.held(address_of_scope(scope), most=most) as has_room:
        if has_room:
            await Session(scope, receive, send, dialect).run()
        else:
            await _close(send, Close.TOO_MANY, "Too many sockets from your address.")


async def _close(send: Send, code: Close, reason: str) -> None:
    await send({"type": "websocket.close", "code": int(code), "reason": reason})
