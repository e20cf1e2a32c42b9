"""Django's half of an ASGI server, in threads that are kept.

Django's own ASGI handler gives every request a thread, lets it and the event loop take turns for
each middleware, and throws the thread away together with its database connection. Every view here
is synchronous: one visit to one kept thread serves a request at half the processor time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import IO, Any, Final

from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http import HttpResponse, HttpResponseBase
from django.urls import set_script_prefix

from backend.bodies import BodyNotKept

# They wait for the database more than for the processor; the rest of a crowd waits in line, where
# it holds neither a connection nor a lock.
THREADS: Final = 8

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class KeptThreadsHandler(ASGIHandler):
    """Serves HTTP requests from a few threads, each of which keeps its database connection."""

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)  # the parent's own loads it the other way
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. One whose sender has gone before it was all there is dropped."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        except OSError as error:  # large bodies are kept in a file while they arrive
            raise BodyNotKept from error
        try:
            response = await self._in_thread(self._respond, scope, body)
            await self._pass_on(response, send)
        finally:
            body.close()

    async def _in_thread(self, call: Callable[..., Any], *args: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(call, *args))

    def _respond(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response = self.get_response(request) if request is not None else refusal
        assert response is not None  # noqa: S101  # one of the two is there
        if not response.streaming:
            response.close()  # tells that the request has ended, in the thread that served it
        return response

    async def _pass_on(self, response: HttpResponseBase, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": response.status_code,
                "headers": list(_headers_of(response)),
            }
        )
        if isinstance(response, HttpResponse):
            await send({"type": "http.response.body", "body": response.content})
            return
        chunks = iter(response)
        try:
            while chunk := await self._in_thread(_next, chunks):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body"})
        finally:
            await self._in_thread(response.close)


def _next(chunks: Iterator[bytes]) -> bytes:
    """Return the next chunk that holds anything; b"" at the end."""
    return next(filter(None, chunks), b"")


def _headers_of(response: HttpResponseBase) -> Iterator[tuple[bytes, bytes]]:
    for name, value in response.items():
        yield name.encode("ascii"), value.encode("latin-1")
    for cookie in response.cookies.values():
        yield b"Set-Cookie", cookie.output(header="").strip().encode("ascii")
