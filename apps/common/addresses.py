"""Where a caller calls from, as far as it can be believed.

Each proxy appends the address that it was called from to ``X-Forwarded-For``. The last
``TRUSTED_PROXY_COUNT`` entries are therefore the proxies' word; whatever stands to the left of
them is the caller's own. With none trusted the header says nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

LOOPBACK: Final = "127.0.0.1"
NETWORK_BITS: Final = 64  # of IPv6: what a household or a phone is given, and changes inside of


def address_of_request(request: HttpRequest | Request) -> str:
    """Return the address of the caller of a request; "" where there is none to know."""
    return client_address(
        peer=request.META.get("REMOTE_ADDR") or "",
        forwarded_for=request.META.get("HTTP_X_FORWARDED_FOR") or "",
        trusted=settings.TRUSTED_PROXY_COUNT,
    )


def address_of_scope(scope: Mapping[str, Any]) -> str:
    """Return the address of the caller of an ASGI connection, such as a WebSocket."""
    values = [value for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
    return client_address(
        peer=(scope.get("client") or ("", 0))[0],
        forwarded_for=b",".join(values).decode("latin-1"),
        trusted=settings.TRUSTED_PROXY_COUNT,
    )


def client_address(*, peer: str, forwarded_for: str, trusted: int) -> str:
    """Return the caller's address behind ``trusted`` proxies. Pure.

    ``peer`` is the other end of the socket and stands in for entries that are missing or no
    addresses. IPv6 addresses are cut to their network, for a caller has as many as it likes.
    """
    hops = forwarded_for.split(",") if forwarded_for else []
    told = _normalised(hops[-trusted]) if 0 < trusted <= len(hops) else ""
    return told or _believed_peer(peer, forwarded_for)


def _believed_peer(peer: str, forwarded_for: str) -> str:
    """Return the other end of the socket, and never what a header made of it.

    Some servers put an address of the header in the socket's place by themselves, for callers on
    the same machine: uvicorn does, unless told otherwise. A peer whom the header names may be
    such a one, and counts as somebody on this machine.
    """
    return LOOPBACK if peer and peer in forwarded_for else _normalised(peer)


def _normalised(text: str) -> str:
    """Return an address in its one form, without a port; "" for what is no address."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), NETWORK_BITS), strict=False))
