"""HTTP on the ASGI server: a few kept threads, and what a request leaves behind in them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from backend.kept_threads import THREADS, KeptThreadsHandler

Message = dict[str, Any]
CROWD = 4 * THREADS


def who(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(threading.current_thread().name)


def echo(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse(request.body, headers={"X-Path": request.path})
    answer.set_cookie("one", "1")
    answer.set_cookie("two", "2")
    return answer


def stream(_request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter([b"a", b"", b"b"]))


def broken(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


urlpatterns = [
    path("who/", who),
    path("echo/", csrf_exempt(echo)),
    path("stream/", stream),
    path("broken/", broken),
]


@pytest.fixture
def ask() -> Iterator[Callable[..., Any]]:
    with override_settings(ROOT_URLCONF=__name__):
        handler = KeptThreadsHandler()

        async def call(where: str, *body: bytes, ends: bool = True) -> list[Message]:
            parts = [{"type": "http.request", "body": part, "more_body": True} for part in body]
            last = {"type": "http.request"} if ends else {"type": "http.disconnect"}
            incoming, sent = iter([*parts, last]), []

            async def receive() -> Message:
                return next(incoming)

            async def send(message: Message) -> None:
                sent.append(message)

            scope = {
                "type": "http",
                "method": "POST" if body else "GET",
                "path": where,
                "query_string": b"",
                "headers": [(b"host", b"localhost")],
            }
            await handler(scope, receive, send)
            return sent

        yield call


def body_of(sent: list[Message]) -> bytes:
    return b"".join(message.get("body", b"") for message in sent)


def test_a_crowd_is_served_by_a_few_threads_that_are_kept(ask: Callable[..., Any]) -> None:
    async def crowd() -> list[list[Message]]:
        first = await asyncio.gather(*(ask("/who/") for _ in range(CROWD)))
        return [*first, *await asyncio.gather(*(ask("/who/") for _ in range(CROWD)))]

    names = {body_of(sent) for sent in asyncio.run(crowd())}

    assert 1 <= len(names) <= THREADS


def test_body_headers_and_every_cookie_get_through(ask: Callable[..., Any]) -> None:
    start, *rest = asyncio.run(ask("/echo/", b"half ", b"and half"))

    assert start["status"] == 200
    assert body_of(rest) == b"half and half"
    headers = [(name.lower(), value) for name, value in start["headers"]]
    assert (b"x-path", b"/echo/") in headers
    cookies = [value for name, value in headers if name == b"set-cookie"]
    assert [cookie.partition(b";")[0] for cookie in cookies] == [b"one=1", b"two=2"]


def test_a_streamed_answer_arrives_in_its_parts_and_ends(ask: Callable[..., Any]) -> None:
    _, *rest = asyncio.run(ask("/stream/"))

    assert [message.get("body", b"") for message in rest] == [b"a", b"b", b""]
    assert [message.get("more_body", False) for message in rest] == [True, True, False]


def test_one_who_leaves_before_the_request_is_complete_gets_no_answer(
    ask: Callable[..., Any],
) -> None:
    assert asyncio.run(ask("/echo/", b"half", ends=False)) == []


@pytest.mark.parametrize("where", ["/who/", "/stream/", "/broken/"])
def test_a_request_begins_and_ends_once_in_the_threads_that_serve(
    where: str, ask: Callable[..., Any]
) -> None:
    seen: list[tuple[str, str]] = []

    def began(**_: Any) -> None:
        seen.append(("began", threading.current_thread().name))

    def ended(**_: Any) -> None:
        seen.append(("ended", threading.current_thread().name))

    request_started.connect(began)
    request_finished.connect(ended)
    try:
        start, *_ = asyncio.run(ask(where))
    finally:
        request_started.disconnect(began)
        request_finished.disconnect(ended)

    assert start["status"] == (500 if where == "/broken/" else 200)
    assert [what for what, _ in seen] == ["began", "ended"]
    assert all(name.startswith("http") for _, name in seen)
