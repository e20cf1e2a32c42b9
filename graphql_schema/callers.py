"""What is known of the caller, whichever way the operation came."""

from __future__ import annotations

from typing import Any

import strawberry
from django.http import HttpRequest


def user_agent_of(info: strawberry.Info[Any, None]) -> str:
    """Return the ``User-Agent`` of the request or of the socket, or ""."""
    request = info.context["request"]
    if isinstance(request, HttpRequest):
        return request.headers.get("User-Agent", "")
    headers: dict[bytes, bytes] = dict(request.scope["headers"])
    return headers.get(b"user-agent", b"").decode("latin-1")
