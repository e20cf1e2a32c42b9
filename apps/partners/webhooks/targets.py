"""Where webhooks may go: what an address may look like, and which machines it may lead to.

Whoever sets up a webhook makes this server call an address of their choosing. So a host's name is
resolved anew for every try, each of its addresses is looked at, and the call goes to an address
that was looked at: a name that answers differently a moment later leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from apps.common.errors import Invalid

LONGEST_URL: Final = 500
LOOKUP_SECONDS: Final = 4.0
RESOLVERS: Final = 32  # more than can be waited for at once: some may hang on after their try
LOWEST_FREE_PORT: Final = 1024  # below lie services that were never meant for webhooks
USUAL_PORTS: Final = {"http": 80, "https": 443}

# Not for the public internet. Source: IANA's registries of special-purpose addresses, 2026-11.
REFUSED_V4: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
GLOBAL_V6: Final = ipaddress.IPv6Network("2000::/3")
# Of the global ones: protocol assignments and Teredo, documentation, and 6to4, which may wrap any
# IPv4 address.
REFUSED_V6: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)

# From a host and a port to the addresses of the host. Raises OSError.
Lookup = Callable[[str, int], Sequence[str]]

# A resolver may take minutes; a try waits for seconds and leaves it to end by itself.
_resolvers = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="webhook-resolver")


class AddressRefused(Exception):
    """The host has an address that webhooks may not go to."""


class HostUnknown(Exception):
    """The host's name can't be resolved now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address in its parts; ``path`` has the query too."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_encrypted(self) -> bool:
        """Whether the call goes by TLS."""
        return self.scheme == "https"

    @property
    def host_header(self) -> str:
        """The value of the header ``Host``."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == USUAL_PORTS[self.scheme] else f"{name}:{self.port}"


def parse_target(url: str) -> Target:
    """Take an address apart. Raises Invalid where its form alone makes it no webhook's target.

    With ``WEBHOOK_ALLOW_PRIVATE`` a target may be unencrypted and at any port.
    """
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise _refused("Use plain characters; encode others.")
    if len(url) > LONGEST_URL:
        raise _refused(f"Use {LONGEST_URL} characters at most.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _refused("That is no address.") from None
    schemes = ("https", "http") if settings.WEBHOOK_ALLOW_PRIVATE else ("https",)
    if parts.scheme not in schemes or not host or "%" in host:
        raise _refused(
            f"It begins with {' or '.join(f'{name}://' for name in schemes)} and a host."
        )
    if "@" in parts.netloc or "#" in url:
        raise _refused("Leave out logins and fragments.")
    target = Target(
        scheme=parts.scheme,
        host=host,
        port=port if port is not None else USUAL_PORTS[parts.scheme],
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )
    if not _is_port_allowed(target):
        raise _refused(f"Use port {USUAL_PORTS[target.scheme]}, or one from {LOWEST_FREE_PORT} on.")
    return target


def _refused(sentence: str) -> Invalid:
    return Invalid(f"That can't be a webhook's target. {sentence}", field="url")


def _is_port_allowed(target: Target) -> bool:
    if settings.WEBHOOK_ALLOW_PRIVATE:
        return target.port > 0
    return target.port == USUAL_PORTS[target.scheme] or target.port >= LOWEST_FREE_PORT


def system_lookup(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def addresses_of(target: Target, *, lookup: Lookup = system_lookup) -> Sequence[str]:
    """Return the addresses of the target's host, all of which a webhook may go to.

    Raises AddressRefused if there is one that it may not, HostUnknown.
    """
    try:
        looking = _resolvers.submit(lookup, target.host, target.port)
        found = looking.result(LOOKUP_SECONDS)
    except (OSError, UnicodeError, TimeoutError):
        raise HostUnknown from None
    if not found:
        raise HostUnknown
    if not settings.WEBHOOK_ALLOW_PRIVATE and not all(map(is_public, found)):
        raise AddressRefused
    return found


def is_public(address: str) -> bool:
    """Answer whether ``address`` is a machine's on the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is None:
            return ip in GLOBAL_V6 and not any(ip in network for network in REFUSED_V6)
        ip = ip.ipv4_mapped
    return not any(ip in network for network in REFUSED_V4)


def require_reachable_target(url: str, *, lookup: Lookup = system_lookup) -> None:
    """Refuse what can't be a target, when it is set up. A host that is not known yet may come.

    May take seconds: the host's name is asked for.
    Raises Invalid.
    """
    try:
        addresses_of(parse_target(url), lookup=lookup)
    except AddressRefused:
        raise _refused("Its host is not on the public internet.") from None
    except HostUnknown:
        return
