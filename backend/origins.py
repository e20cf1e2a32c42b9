"""WebSockets need no ``Origin`` (apps send none); a page of a foreign site is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.utils.http import is_same_domain


class OwnOriginsOnly:
    """ASGI middleware that refuses the handshake of a foreign page with 403."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        origin = dict(scope["headers"]).get(b"origin", b"").decode("latin-1")
        if origin and not is_own(origin):
            await receive()
            await send({"type": "websocket.close", "code": 4403})
            return
        await self._application(scope, receive, send)


def is_own(origin: str) -> bool:
    """Answer whether a page of ``origin`` may open a socket.

    It may when Django would take its forms: CSRF_TRUSTED_ORIGINS can say ``https://*.example.com``.
    """
    try:
        parts = urlsplit(origin)
        host = parts.hostname
    except ValueError:
        return False
    if host is None:
        return False
    if any(_fits(parts, trusted) for trusted in settings.CSRF_TRUSTED_ORIGINS):
        return True
    # Addresses of IPv6 stand in brackets in ALLOWED_HOSTS, as they do in a Host header.
    return validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS)


def _fits(origin: SplitResult, trusted: str) -> bool:
    scheme, _, netloc = trusted.lower().partition("://")
    pattern = netloc.removeprefix("*")  # ".example.com" also stands for "example.com"
    return origin.scheme == scheme and is_same_domain(origin.netloc, pattern)
