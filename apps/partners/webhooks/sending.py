"""One try: POST a signed body to a target within ten seconds, and tell what came back.

Not by a client library: the connection has to go to an address that was looked at, under the name
that it was looked up by, and to nowhere else, whatever the environment or an answer says.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from apps.common.logs import mask
from apps.partners.webhooks.targets import (
    AddressRefused,
    HostUnknown,
    Lookup,
    Target,
    addresses_of,
    system_lookup,
)

TIMEOUT_SECONDS: Final = 10.0
MOST_BYTES_READ: Final = 16_384
MOST_CHARACTERS_KEPT: Final = 1000
MOST_DIGITS: Final = 6
GONE: Final = 410
USER_AGENT: Final = "Doorstep-Webhooks/1.0"


class Problem(StrEnum):
    """Why a try failed without a usable answer, or in spite of one."""

    TIMED_OUT = "TIMED_OUT"
    HOST_UNKNOWN = "HOST_UNKNOWN"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    NOT_CONNECTED = "NOT_CONNECTED"
    TLS_FAILED = "TLS_FAILED"
    NOT_HTTP = "NOT_HTTP"
    REDIRECTED = "REDIRECTED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one try. ``status`` None: no answer. ``text``: its beginning, masked.

    ``wished_pause`` is what the receiver asked for by ``Retry-After``.
    """

    problem: Problem | None
    seconds: float
    status: int | None = None
    text: str = ""
    wished_pause: timedelta | None = None

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no webhooks any more. Source: Standard Webhooks, on 410."""
        return self.status == GONE


def post(
    target: Target,
    body: str,
    headers: Mapping[str, str],
    *,
    timeout: float = TIMEOUT_SECONDS,
    lookup: Lookup = system_lookup,
) -> Answer:
    """POST ``body`` once. What goes wrong is an ``Answer`` with a problem, never an exception."""
    started = time.monotonic()
    try:
        addresses = addresses_of(target, lookup=lookup)
    except AddressRefused:
        return Answer(problem=Problem.ADDRESS_REFUSED, seconds=time.monotonic() - started)
    except HostUnknown:
        return Answer(problem=Problem.HOST_UNKNOWN, seconds=time.monotonic() - started)
    call = _Call(target, addresses, deadline=started + timeout)
    try:
        status, text, wished = call.make(body, headers)
    except Exception as error:  # whatever a stranger's server brings about is a failed try
        problem = Problem.TIMED_OUT if call.is_overdue else _problem_of(error)
        return Answer(problem=problem, seconds=time.monotonic() - started)
    finally:
        call.end()
    return Answer(
        problem=_problem_of_status(status),
        seconds=time.monotonic() - started,
        status=status,
        text=text,
        wished_pause=wished,
    )


def _problem_of(error: Exception) -> Problem:
    known: tuple[tuple[type[Exception], Problem], ...] = (
        (TimeoutError, Problem.TIMED_OUT),
        (ssl.SSLError, Problem.TLS_FAILED),
        (http.client.HTTPException, Problem.NOT_HTTP),
        (OSError, Problem.NOT_CONNECTED),
    )
    return next((found for kind, found in known if isinstance(error, kind)), Problem.NOT_HTTP)


def _problem_of_status(status: int) -> Problem | None:
    if 200 <= status < 300:
        return None
    return Problem.REDIRECTED if 300 <= status < 400 else Problem.REFUSED


class _Call:
    """A connection with one deadline over all of it, however slowly its other end speaks."""

    def __init__(self, target: Target, addresses: Sequence[str], *, deadline: float) -> None:
        self._target = target
        self._deadline = deadline
        self._connection = _PinnedConnection(target, addresses, self._left)
        # The time-out of a socket begins anew with every byte that comes.
        self._watchdog = threading.Timer(self._left(), self._connection.cut)
        self._watchdog.daemon = True

    @property
    def is_overdue(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._deadline

    def _left(self) -> float:
        return max(self._deadline - time.monotonic(), 0.001)

    def make(self, body: str, headers: Mapping[str, str]) -> tuple[int, str, timedelta | None]:
        """Return status, the beginning of the text and the wished pause. Raises whatever comes."""
        self._watchdog.start()
        own = {
            "Host": self._target.host_header,
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "Connection": "close",
        }
        self._connection.request(
            "POST", self._target.path, body=body.encode(), headers={**own, **headers}
        )
        response = self._connection.getresponse()
        return response.status, _beginning_of(response), _wished_pause(response)

    def end(self) -> None:
        """Let go of the connection and the watchdog."""
        self._watchdog.cancel()
        self._connection.close()


class _PinnedConnection(http.client.HTTPConnection):
    """Goes to one of the ``addresses`` under the name of the target."""

    def __init__(self, target: Target, addresses: Sequence[str], left: Callable[[], float]) -> None:
        super().__init__(target.host, target.port)
        self._target, self._addresses, self._left = target, addresses, left

    def connect(self) -> None:
        """Connect to the first address that answers. Raises OSError."""
        plain = self._reach()
        self.sock = plain
        if self._target.is_encrypted:
            self.sock = _tls_context().wrap_socket(
                plain, server_hostname=self._target.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def _reach(self) -> socket.socket:
        untried = list(self._addresses)
        while True:
            share = self._left() / len(untried)
            address = untried.pop(0)
            try:
                plain = socket.create_connection((address, self._target.port), share)
            except OSError:
                if not untried:
                    raise
            else:
                plain.settimeout(self._left())
                return plain

    def cut(self) -> None:
        """End what is under way, from another thread."""
        sock = self.sock
        if sock is not None:
            try:
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
            except OSError:
                return  # it ended by itself


@lru_cache(maxsize=1)
def _tls_context() -> ssl.SSLContext:
    """Trust the system's authorities and the bundled ones, for systems that have none."""
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


def _beginning_of(response: http.client.HTTPResponse) -> str:
    """Return what the answer begins with, for people who look for a fault.

    The status is what counts: a text that does not come, or is none, changes nothing.
    """
    try:
        raw = response.read1(MOST_BYTES_READ)
    except (OSError, http.client.HTTPException, ValueError):
        return ""
    text = mask(raw.decode(errors="replace").replace("\x00", ""))
    return text[:MOST_CHARACTERS_KEPT]


def _wished_pause(response: http.client.HTTPResponse) -> timedelta | None:
    seconds = response.headers.get("Retry-After", "").strip()
    if not (seconds.isascii() and seconds.isdigit()) or len(seconds) > MOST_DIGITS:
        return None
    return timedelta(seconds=int(seconds))
