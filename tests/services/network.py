"""Close the network beyond loopback for this process, so no test can lean on the outside world."""

import socket
import sys
from ipaddress import ip_address
from typing import Any, Final

# ``socket.getfqdn`` asks for the machine's own name when a mail is written.
LOCAL_NAMES: Final = frozenset({"", "localhost", socket.gethostname()})
CONNECTING: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
RESOLVING: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})

_state = {"closed": False}


class NetworkClosed(RuntimeError):
    """A test tried to leave the machine.

    Not an OSError on purpose: code that copes with a broken network must not cope with this.
    """

    def __init__(self, target: object) -> None:
        super().__init__(f"Tests reach loopback only; this one tried to reach {target!r}.")


def close() -> None:
    """Refuse connecting to, sending to and resolving anything but this machine, from now on.

    An audit hook sees every Python socket, whichever library opens it; it can't be taken back.
    Sockets opened in C (libpq, uvloop) are not seen, nor is a name given to ``connect`` itself,
    which Python looks up before it tells.
    """
    if not _state["closed"]:
        sys.addaudithook(_refuse_outside)
        _state["closed"] = True


def _refuse_outside(event: str, arguments: tuple[Any, ...]) -> None:
    if event in CONNECTING:
        open_socket, address = arguments[0], arguments[1]
        if open_socket.family != socket.AF_UNIX and address and not _is_local(address[0]):
            raise NetworkClosed(address[0])
    elif event in RESOLVING:
        host = arguments[0]
        if not (_is_local(host) or _is_address(host)):  # an address needs no asking
            raise NetworkClosed(host)


def _is_local(host: str | bytes | None) -> bool:
    name = _text(host)
    if name in LOCAL_NAMES:
        return True
    if not _is_address(name):
        return False
    address = ip_address(name.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)


def _is_address(host: str | bytes | None) -> bool:
    try:
        ip_address(_text(host).partition("%")[0])
    except ValueError:
        return False
    return True


def _text(host: str | bytes | None) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else host or ""
