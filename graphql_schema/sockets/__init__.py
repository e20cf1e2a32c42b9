"""GraphQL over WebSockets."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from apps.common.addresses import address_of_scope
from apps.common.sockets import Receive, Scope, Send
from graphql_schema.sockets.dialects import Close, choose
from graphql_schema.sockets.pace import Crowd
from graphql_schema.sockets.session import Session
from graphql_schema.sockets.stock import stock_socket

addresses = Crowd(lambda: settings.GRAPHQL_SOCKETS_PER_ADDRESS)


_stock = cache(stock_socket)


async def graphql_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application that speaks GraphQL over a socket, by this package or by the library."""
    serve = shared_socket if settings.GRAPHQL_SHARED_SUBSCRIPTIONS else _stock()
    await serve(scope, receive, send)


async def shared_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application: one socket, whose subscriptions share their work with all others."""
    await receive()
    dialect = choose(scope.get("subprotocols", []))
    if dialect is None:
        await send({"type": "websocket.accept"})
        await _close(send, Close.NO_COMMON_PROTOCOL, "Subprotocol not acceptable")
        return
    await send({"type": "websocket.accept", "subprotocol": dialect.subprotocol})
    with addresses.held(address_of_scope(scope)) as has_room:
        if has_room:
            await Session(scope, receive, send, dialect).run()
        else:
            await _close(send, Close.TOO_MANY, "Too many sockets from your address.")


async def _close(send: Send, code: Close, reason: str) -> None:
    await send({"type": "websocket.close", "code": int(code), "reason": reason})
