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

from apps.common.api.exceptions import refusal_body
from apps.common.errors import TooLarge
from apps.common.middleware import request_id_of
from apps.common.security_headers import BARE
from graphql_schema.http.answers import Answer
from graphql_schema.http.refusals import body_too_large

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
            body, answered = _refusal(scope["path"], headers.get(b"x-request-id", ""))
            raw = [(name.lower().encode(), value.encode()) for name, value in answered]
            await send({"type": "http.response.start", "status": 413, "headers": raw})
            await send({"type": "http.response.body", "body": body})


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
                environ.get("PATH_INFO", ""), environ.get("HTTP_X_REQUEST_ID", "")
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


def _refusal(path: str, given_id: str) -> tuple[bytes, Headers]:
    """Return body and headers of the answer, in the form of the door that was meant."""
    request_id = request_id_of(given_id)
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        log.info("request.too_large")
        if path.startswith(GRAPHQL):
            shown = Answer.of_refusal(body_too_large()).body
        else:
            shown = refusal_body(TooLarge())
    body = orjson.dumps(shown)
    return body, [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("X-Request-ID", request_id),
        *BARE,
    ]
