"""What an HTTP exchange with the lock cloud means: an answer, or which error.

The question that everything here serves is whether a failed command may have been carried
out. It may not when no connection was made; it may when one was and the answer is missing
or makes no sense. A question changes nothing, so asking again is always safe.
"""

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

import requests
from urllib3.exceptions import NewConnectionError
from urllib3.exceptions import ProxyError as TunnelError

from apps.locks.ttlock.endpoints import Endpoint
from apps.locks.ttlock.errcodes import error_for
from apps.locks.ttlock.errors import (
    CloudUnavailable,
    LockCloudError,
    OutcomeUnknown,
    RateLimited,
    TokenRejected,
)
from apps.locks.ttlock.masking import mask
from apps.locks.ttlock.wire import Row, UnreadableAnswer, find_int, find_text

T = TypeVar("T")

OK: Final = 200
UNAUTHORISED: Final = 401
TOO_MANY_REQUESTS: Final = 429
SERVER_ERROR: Final = 500
# "Not now": the server, or the proxy before it, says that it did not take the request on.
NOT_NOW: Final = 503

# A connection that never came about carried no request.
NEVER_CONNECTED: Final = (
    requests.exceptions.ConnectTimeout,
    NewConnectionError,
    TunnelError,
    ssl.SSLCertVerificationError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP answer, read to its end. The body may hold codes and tokens."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str


def read_reply(
    reply: Reply,
    *,
    endpoint: Endpoint,
    fields: Mapping[str, str],
    read: Callable[[Row], T],
    now: datetime,
) -> T:
    """What ``read`` makes of the answer. ``fields`` are the request's, to mask; ``now`` aware.

    An answer is an error when it has an ``errcode`` that is not 0; a success often has none.
    The content type is not looked at: the vendor's is not dependable. Raises LockCloudError.
    Source: TTLock open platform, error codes.
    """
    try:
        answer = _decode(reply.body)
        errcode = _errcode_of(answer)
        failure = _failure_of(errcode, answer, reply, endpoint=endpoint, fields=fields, now=now)
        if failure is None:
            return read(answer)
    except UnreadableAnswer as error:
        failure = _failure_of_status(reply, endpoint=endpoint) or unclear(endpoint, str(error))
    raise failure


def network_failure(endpoint: Endpoint, error: Exception) -> LockCloudError:
    """The error for an exchange without an answer. Quotes nothing: URLs carry tokens."""
    if any(isinstance(cause, NEVER_CONNECTED) for cause in _causes(error)):
        return CloudUnavailable(call=endpoint.name, errmsg="no connection, nothing was sent")
    return unclear(endpoint, f"no answer ({type(error).__name__})")


def unclear(endpoint: Endpoint, errmsg: str) -> LockCloudError:
    """The error for a request that went out and came to no clear answer."""
    kind = OutcomeUnknown if endpoint.changes else CloudUnavailable
    return kind(call=endpoint.name, errmsg=errmsg)


def _decode(body: bytes) -> Row:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableAnswer("the answer is no JSON") from None
    if not isinstance(answer, dict):
        raise UnreadableAnswer("the answer is no JSON object")
    return answer


def _errcode_of(answer: Row) -> int:
    if answer.get("errcode") is None:
        return 0
    errcode = find_int(answer, "errcode")
    if errcode is None:
        raise UnreadableAnswer("errcode is no number")
    return errcode


def _failure_of(
    errcode: int,
    answer: Row,
    reply: Reply,
    *,
    endpoint: Endpoint,
    fields: Mapping[str, str],
    now: datetime,
) -> LockCloudError | None:
    if errcode == 0:
        return _failure_of_status(reply, endpoint=endpoint)
    said = " / ".join(filter(None, (find_text(answer, "errmsg"), find_text(answer, "description"))))
    return error_for(
        errcode,
        errmsg=mask(said, fields=fields),
        call=endpoint.name,
        changes=endpoint.changes,
        now=now,
    )


def _failure_of_status(reply: Reply, *, endpoint: Endpoint) -> LockCloudError | None:
    """The error of an HTTP status; the vendor itself answers 200 to everything."""
    if reply.status == OK:
        return None
    errmsg = f"HTTP {reply.status}"
    if reply.status == UNAUTHORISED:
        return TokenRejected(call=endpoint.name, errmsg=errmsg)
    if reply.status == TOO_MANY_REQUESTS:
        limited = RateLimited(call=endpoint.name, errmsg=errmsg)
        if reply.retry_after.isascii() and reply.retry_after.isdigit():
            limited.retry_after = timedelta(seconds=min(int(reply.retry_after[:9]), 86_400))
        return limited
    if reply.status >= SERVER_ERROR and reply.status != NOT_NOW:
        return unclear(endpoint, errmsg)
    return CloudUnavailable(call=endpoint.name, errmsg=errmsg)


def _causes(error: object) -> Iterator[object]:
    """``error`` and what it wraps: requests and urllib3 nest in args, reason and context."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop()
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
