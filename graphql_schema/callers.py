"""What is known of the caller, whichever way the operation came."""

from __future__ import annotations

from typing import Any

import strawberry
from django.http import HttpRequest

from apps.common.addresses import address_of_request, address_of_scope


def user_agent_of(info: strawberry.Info[Any, None]) -> str:
    """Return the ``User-Agent`` of the request or of the socket, or ""."""
    request = info.context["request"]
    if isinstance(request, HttpRequest):
        return request.headers.get("User-Agent", "")
    headers: dict[bytes, bytes] = dict(request.scope["headers"])
    return headers.get(b"user-agent", b"").decode("latin-1")


def address_of(info: strawberry.Info[Any, None]) -> str:
    """Return the address that the request or the socket comes from, as far as it is believed."""
    request = info.context["request"]
    if isinstance(request, HttpRequest):
        return address_of_request(request)
    return address_of_scope(request.scope)
