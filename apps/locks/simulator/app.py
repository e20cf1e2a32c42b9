"""The HTTP surface: the vendor's paths, and ``/_sim/`` to steer and look inside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from apps.locks.simulator.control import control_routes
from apps.locks.simulator.simulator import CALLS, COUNT_CALL, REGISTER_CALL, TOKEN_CALL, Simulator
from apps.locks.simulator.wire import Fields

TRANSPORT = "simulator.transport"


def create_app(simulator: Simulator) -> ASGIApp:
    """An ASGI application that answers for ``simulator``."""

    async def vendor_call(request: Request) -> Response:
        call = request.path_params["call"]
        try:
            fields = await read_fields(request)
        except ClientDisconnect:
            return Response(status_code=400)  # half a request asks nothing, and nobody listens
        body = await simulator.answer(call, fields)
        return Dropped() if body is None else JSONResponse(body)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        simulator.stop()

    routes = [Route("/" + TOKEN_CALL, _named(vendor_call, TOKEN_CALL), methods=["GET", "POST"])]
    routes += [
        Route(prefix + call, _named(vendor_call, call), methods=["GET", "POST"])
        for prefix, calls in (
            ("/v3/", [*CALLS, REGISTER_CALL, COUNT_CALL]),
            ("/", [COUNT_CALL]),  # the vendor's page has it outside of v3
        )
        for call in calls
    ]
    starlette = Starlette(routes=[*routes, *control_routes(simulator)], lifespan=lifespan)
    return RememberTransport(starlette)


def _named(endpoint: Any, call: str) -> Any:
    async def named(request: Request) -> Response:
        request.path_params["call"] = call
        response: Response = await endpoint(request)
        return response

    return named


async def read_fields(request: Request) -> Fields:
    """Query and urlencoded body together, since callers put fields in either; the body wins."""
    body = (await request.body()).decode("utf-8", errors="replace")
    return Fields(dict([*request.query_params.multi_items(), *parse_qsl(body)]))


class RememberTransport:
    """Keeps hold of the connection under a request, so that an answer can be its loss."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # uvicorn's ``send`` is a method of the request's cycle, which knows its connection.
        scope[TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
        await self._app(scope, receive, send)


class Dropped(Response):
    """No answer: the connection breaks. Behind another server than uvicorn it is a bare 504."""

    def __init__(self) -> None:
        super().__init__(status_code=504)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope.get(TRANSPORT)
        if transport is None:
            await super().__call__(scope, receive, send)
            return
        transport.abort()
        while not _is_gone(await receive()):
            await asyncio.sleep(0)


def _is_gone(message: Any) -> bool:
    return bool(message["type"] == "http.disconnect")
