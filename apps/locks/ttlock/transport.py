"""One HTTP exchange with the lock cloud: fields in, a typed answer out, or a typed error.

The HTTP library's exceptions quote the URL with its token. So they are read, never chained:
each error is raised after its ``except`` block has ended.
"""

import functools
import logging
import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Final, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.models import PreparedRequest
from urllib3.exceptions import HTTPError

from apps.common import tracing
from apps.locks.ttlock.endpoints import Endpoint, Verb
from apps.locks.ttlock.errors import LockCloudError
from apps.locks.ttlock.judgement import Reply, network_failure, read_reply
from apps.locks.ttlock.masking import mask_http_library_logs
from apps.locks.ttlock.wire import Row

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Far above what one process sends side by side: gateways take one command at a time.
POOL_SIZE: Final = 32
# A reachable server accepts within this; waiting longer only delays the offline code.
CONNECT_SECONDS: Final = 5.0
# A thousand locks with all their fields fit; nothing else the vendor sends is near it.
MAX_BODY_BYTES: Final = 8 * 1024 * 1024
CHUNK_BYTES: Final = 64 * 1024

LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})

# Told after every exchange: the call's name, "ok" or the error's class name, the seconds.
Observer = Callable[[str, str, float], None]


class AnswerBrokenOff(Exception):
    """The answer grew too large or took too long."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def build_session() -> requests.Session:
    """A pooled session that adds nothing of its own: no cookies, no retries, no netrc login."""
    mask_http_library_logs()
    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=POOL_SIZE, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.auth = _leave_alone
    session.headers["User-Agent"] = "doorstep"
    return session


def shared_session() -> requests.Session:
    """The session of this process. Nothing in it changes after it is built, so threads share it;
    a forked child gets its own, for two processes on one socket would mix their answers up."""
    return _session_of_process(os.getpid())


@functools.cache
def _session_of_process(_process_id: int) -> requests.Session:
    return build_session()


def _leave_alone(request: PreparedRequest) -> PreparedRequest:
    return request


class Transport:
    """Exchanges with one host. Safe to share between threads."""

    def __init__(
        self,
        *,
        base_url: str,
        timeout_seconds: float,
        session: requests.Session | None = None,
        clock: Callable[[], datetime] = utc_now,
        on_call: Observer | None = None,
    ) -> None:
        """``base_url`` is scheme and host only; ``timeout_seconds`` bounds the wait for an answer.

        Raises ValueError for another kind of URL.
        """
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
            raise ValueError("base_url is a scheme and a host, such as https://euapi.ttlock.com")
        self.clock = clock
        self._root = f"{parts.scheme}://{parts.netloc}"
        # A simulator on this machine is not behind the house's web proxy.
        self._proxies = {"no_proxy": parts.hostname} if parts.hostname in LOCAL_HOSTS else None
        self._timeout_seconds = timeout_seconds
        self._session = session
        self._on_call = on_call

    def exchange(
        self, endpoint: Endpoint, fields: Mapping[str, str], read: Callable[[Row], T]
    ) -> T:
        """Send ``fields`` once, and return what ``read`` makes of the answer.

        Raises LockCloudError; of those OutcomeUnknown only for calls that change something.
        """
        with tracing.span(f"lock_cloud {endpoint.name}", kind="client"):
            return self._exchange(endpoint, fields, read)

    def _exchange(
        self, endpoint: Endpoint, fields: Mapping[str, str], read: Callable[[Row], T]
    ) -> T:
        started, outcome = time.perf_counter(), "crashed"
        try:
            reply = self._send(endpoint, fields)
            result = read_reply(
                reply, endpoint=endpoint, fields=fields, read=read, now=self.clock()
            )
            outcome = "ok"
        except LockCloudError as error:
            outcome = type(error).__name__
            logger.warning("Lock cloud call failed: %s (%s)", error, outcome)
            raise
        else:
            return result
        finally:
            self._report(endpoint, outcome, time.perf_counter() - started)

    def _send(self, endpoint: Endpoint, fields: Mapping[str, str]) -> Reply:
        is_form = endpoint.verb is Verb.POST
        session = self._session or shared_session()
        try:
            with session.request(
                endpoint.verb.value,
                self._root + endpoint.path,
                params=None if is_form else fields,
                data=fields if is_form else None,
                timeout=(min(CONNECT_SECONDS, self._timeout_seconds), self._timeout_seconds),
                allow_redirects=False,  # A redirect would carry the token to another host.
                proxies=self._proxies,
                stream=True,
            ) as response:
                return Reply(
                    status=response.status_code,
                    body=_read_body(response, seconds=self._timeout_seconds),
                    retry_after=response.headers.get("Retry-After", ""),
                )
        except (requests.RequestException, HTTPError, OSError, AnswerBrokenOff) as error:
            failure = network_failure(endpoint, error)
        raise failure

    def _report(self, endpoint: Endpoint, outcome: str, seconds: float) -> None:
        logger.debug("Lock cloud call %s: %s in %.3f s", endpoint.name, outcome, seconds)
        if self._on_call is None:
            return
        try:
            self._on_call(endpoint.name, outcome, seconds)
        except Exception:
            # Counting a call must not turn a door code that was set into a failure.
            logger.exception("The observer of lock cloud calls failed")


def _read_body(response: requests.Response, *, seconds: float) -> bytes:
    """The body, decoded. Raises AnswerBrokenOff past MAX_BODY_BYTES or ``seconds``.

    The socket's own timeout starts anew with every byte, so a trickle needs this second one.
    """
    ends = time.monotonic() + seconds
    body = bytearray()
    while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise AnswerBrokenOff("too large")
        if time.monotonic() > ends:
            raise AnswerBrokenOff("too slow")
    return bytes(body)
