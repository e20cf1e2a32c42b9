"""Counts requests and open sockets as they come and go, and logs a line for each."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.common import tracing
from apps.common.log_context import about
from apps.common.metrics import REQUESTS, SOCKETS
from apps.common.middleware import current_request_id, request_id_of

log = structlog.get_logger("access")

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
GRAPHQL: Final = "/graphql"
PROBES: Final = ("readiness", "metrics")  # asked every few seconds, by nobody

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class MeasuredRequests:
    """Django middleware: how long each route takes. What is not found is one route."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        method = str(request.method) if request.method in METHODS else "other"
        # Strangers may not say what is traced here; where they are is only pointed to.
        callers = tuple(filter(None, [request.headers.get("traceparent")]))
        began = time.perf_counter()
        with tracing.span(method, kind="server", links=callers) as span:
            response = self._get_response(request)
            match = request.resolver_match
            route = match.route if match else "none"  # never the path: its parts are keys
            _describe(span, method, route, response.status_code)
        seconds = time.perf_counter() - began
        status = response.status_code
        REQUESTS.labels(method=method, route=route, status=str(status)).observe(seconds)
        if log.isEnabledFor(logging.INFO) and not (match and match.url_name in PROBES):
            ms = round(seconds * 1000, 1)
            log.info("request.served", method=method, route=route, status=status, ms=ms)
        return response


def _describe(span: tracing.Span, method: str, route: str, status: int) -> None:
    span.rename(f"{method} {route}")
    span.set(
        {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
            "doorstep.request_id": current_request_id(),
        }
    )
    if status >= 500:
        span.fail(str(status))


class MeasuredSockets:
    """ASGI middleware for WebSockets."""

    def __init__(self, application: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = "graphql" if scope["path"].startswith(GRAPHQL) else "plain"
        with about(request_id=_request_id(scope)), SOCKETS.labels(kind=kind).track_inprogress():
            if log.isEnabledFor(logging.INFO):
                await self._serve_logged(kind, scope, receive, send)
            else:
                await self._application(scope, receive, send)

    async def _serve_logged(self, kind: str, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        closing = _Closing(receive, send)
        log.info("socket.opened", kind=kind)
        try:
            await self._application(scope, closing.receive, closing.send)
        finally:
            seconds = round(time.perf_counter() - began, 1)
            log.info("socket.closed", kind=kind, status=closing.status, seconds=seconds)


class _Closing:
    """Passes on what both ends say, and remembers with which code the first of them closed."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self.status: int | None = None

    async def receive(self) -> Any:
        message = await self._receive()
        if message["type"] == "websocket.disconnect" and self.status is None:
            self.status = message.get("code")
        return message

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.close" and self.status is None:
            self.status = message.get("code", 1000)
        await self._send(message)


def _request_id(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return request_id_of(given.decode("latin-1"))
