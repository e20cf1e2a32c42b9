"""Bodies end at their limit while they arrive.

Under ASGI, Django writes a body to a file before any view or middleware is asked; what nobody will
read is refused here instead: at once where the length is told, else at the first byte too many. The
caller may go on sending, and gets the answer; the server reads the rest without keeping it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

import orjson
import structlog
from django.conf import settings

from apps.common.api.exceptions import refusal_body, status_of
from apps.common.errors import DomainError, TooLarge, Unavailable
from apps.common.middleware import request_id_of
from apps.common.security_headers import BARE
from graphql_schema.http.answers import Answer
from graphql_schema.http.refusals import body_refused

log = structlog.get_logger(__name__)

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[str, str]]

FORM: Final = "multipart/form-data"
GRAPHQL: Final = "/graphql"
# Files up to 64 MB get an answer of their own, such as FILE_TOO_LARGE; the rest is for the form.
LARGEST_FORM: Final = 64 * 1024 * 1024 + 1_000_000


class _TooLong(Exception):
    """The body goes on beyond its limit."""


class BodyNotKept(Exception):
    """There is no room for the body, as on a full disk; raised before anything is answered."""


class BoundedBodies:
    """ASGI middleware; other protocols than HTTP pass as they are."""

    def __init__(self, application: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        limit = _limit(headers.get(b"content-type", ""))
        try:
            _check(_length(headers.get(b"content-length", "")), limit)
            await self._application(scope, _counted(receive, limit), send)
        except _TooLong:  # nothing was answered yet: Django begins once it has the whole body
            await _refuse(scope["path"], headers.get(b"x-request-id", ""), TooLarge(), send)
        except BodyNotKept:
            await _refuse(scope["path"], headers.get(b"x-request-id", ""), Unavailable(), send)


class BoundedBodiesWsgi:
    """WSGI middleware: bodies without a length told before are empty to Django there."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        try:
            length = _length(environ.get("CONTENT_LENGTH", ""))
            _check(length, _limit(environ.get("CONTENT_TYPE", "")))
        except _TooLong:
            body, headers = _refusal(
                environ.get("PATH_INFO", ""), environ.get("HTTP_X_REQUEST_ID", ""), TooLarge()
            )
            start("413 Content Too Large", headers)
            return [body]
        return self._application(environ, start)


def _counted(receive: Receive, limit: int) -> Receive:
    """Return ``receive`` with an end at ``limit`` bytes. Raises _TooLong."""
    seen = 0

    async def receive_counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        _check(seen, limit)
        return message

    return receive_counted


def _check(length: int, limit: int) -> None:
    if length > limit:
        raise _TooLong


def _limit(content_type: str) -> int:
    """Return how many bytes a body of that type may have."""
    if content_type.lower().startswith(FORM):
        return LARGEST_FORM
    limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return limit


def _length(told: str) -> int:
    """Return the length that was told; what is no number is for the server to refuse."""
    return int(told) if told.isdecimal() and len(told) < 20 else 0


async def _refuse(path: str, given_id: str, refusal: DomainError, send: Send) -> None:
    body, answered = _refusal(path, given_id, refusal)
    raw = [(name.lower().encode(), value.encode()) for name, value in answered]
    status = status_of(type(refusal))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


def _refusal(path: str, given_id: str, refusal: DomainError) -> tuple[bytes, Headers]:
    """Return body and headers of the answer, in the form of the door that was meant."""
    request_id = request_id_of(given_id)
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        log.info("request.body_refused", reason=refusal.code)
        if path.startswith(GRAPHQL):
            shown = Answer.of_refusal(body_refused(refusal)).body
        else:
            shown = refusal_body(refusal)
    body = orjson.dumps(shown)
    return body, [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("X-Request-ID", request_id),
        *BARE,
    ]
