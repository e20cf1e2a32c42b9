"""Counts requests and open sockets as they come and go."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.common.metrics import REQUESTS, SOCKETS

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
GRAPHQL: Final = "/graphql"

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class MeasuredRequests:
    """Django middleware: how long each route takes. What is not found is one route."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self._get_response(request)
        REQUESTS.labels(
            method=request.method if request.method in METHODS else "other",
            route=request.resolver_match.route if request.resolver_match else "none",
            status=str(response.status_code),
        ).observe(time.perf_counter() - began)
        return response


class MeasuredSockets:
    """ASGI middleware for WebSockets."""

    def __init__(self, application: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = "graphql" if scope["path"].startswith(GRAPHQL) else "plain"
        with SOCKETS.labels(kind=kind).track_inprogress():
            await self._application(scope, receive, send)
