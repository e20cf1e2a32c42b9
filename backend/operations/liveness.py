"""``/healthz``: the process lives. Answered before anything that could be busy or broken.

A web process whose threads all wait for a database that hangs is alive: to restart it would take
its sockets away and bring nothing back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from apps.common.security_headers import BARE

PATH: Final = "/healthz"
BODY: Final = b'{"status":"ok"}'
HEADERS: Final = (
    ("Content-Type", "application/json"),
    ("Content-Length", str(len(BODY))),
    ("Cache-Control", "no-store"),
    *BARE,
)
METHODS: Final = frozenset({"GET", "HEAD"})

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


def _is_asked(method: str, path: str) -> bool:
    return path.rstrip("/") == PATH and method in METHODS


class Liveness:
    """ASGI middleware."""

    def __init__(self, application: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_asked(scope["method"], scope["path"]):
            await self._application(scope, receive, send)
            return
        raw = [(name.lower().encode(), value.encode()) for name, value in HEADERS]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        body = b"" if scope["method"] == "HEAD" else BODY
        await send({"type": "http.response.body", "body": body})


class LivenessWsgi:
    """WSGI middleware."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        method = environ.get("REQUEST_METHOD", "")
        if not _is_asked(method, environ.get("PATH_INFO", "")):
            return self._application(environ, start)
        start("200 OK", list(HEADERS))
        return [b"" if method == "HEAD" else BODY]
