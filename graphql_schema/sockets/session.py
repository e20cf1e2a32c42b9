"""A conversation with one client over a WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

import orjson
import structlog
from django.conf import settings

from apps.common.errors import NotAuthenticated
from apps.common.hearing import Ear
from apps.common.reading import in_thread
from apps.common.sockets import Receive, Scope, Send
from apps.staff.identity import StaffIdentity
from apps.staff.selectors import identify, is_login_alive
from apps.staff.services.logins import LOGINS
from graphql_schema.live import read_patiently
from graphql_schema.sockets.dialects import (
    TRANSPORT_WS,
    Close,
    Dialect,
    Goodbye,
    Init,
    Malformed,
    Ping,
    Said,
    Start,
    Stop,
    TooBig,
)
from graphql_schema.sockets.operations import Operation
from graphql_schema.sockets.outbox import Outbox
from graphql_schema.sockets.pace import Crowd, Pace

log = structlog.get_logger(__name__)

INIT_SECONDS: Final = 10.0
KEEP_ALIVE_SECONDS: Final = 20.0
MOST_OPERATIONS: Final = 100
LIMIT_REACHED: Final = {
    "message": "This socket has too many operations; end one first.",
    "extensions": {"code": "RATE_LIMITED"},
}


logins = Crowd(lambda: settings.GRAPHQL_SOCKETS_PER_LOGIN)


@dataclass(frozen=True, slots=True)
class SocketRequest:
    """What resolvers see as the request."""

    scope: Scope


class Session:
    """Reads what the client says until either side has had enough."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, dialect: Dialect) -> None:
        self._receive, self._dialect = receive, dialect
        self._outbox = Outbox(send)
        self._pace = Pace()
        self._held = ExitStack()
        self._context: dict[str, Any] = {"request": SocketRequest(scope)}
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._standing: list[asyncio.Task[None]] = []
        self._is_initialised = self._is_acknowledged = False

    async def run(self) -> None:
        """Converse; returns when the socket is closed."""
        self._stand_by(self._read())
        self._stand_by(self._expect_init())
        try:
            await self._outbox.run()
        finally:
            tasks = [*self._standing, *self._operations.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._held.close()

    def _stand_by(self, work: Coroutine[Any, Any, None]) -> None:
        self._standing.append(asyncio.create_task(self._or_close(work)))

    async def _or_close(self, work: Coroutine[Any, Any, None]) -> None:
        """A socket whose reading or watching has broken must not look as if it were alive."""
        try:
            await work
        except Exception:
            log.exception("graphql_socket.failed")
            self._outbox.close(Close.BROKEN, "Something broke on our side; come back.")

    async def _read(self) -> None:
        while (frame := await self._receive())["type"] != "websocket.disconnect":
            try:
                self._pace.step()
                await self._hear(self._dialect.understand(frame))
            except Malformed as error:
                self._outbox.close(Close.MALFORMED, str(error))
            except TooBig:
                self._outbox.close(Close.TOO_BIG, "A message has at most a million characters.")
            except Pace.Exceeded:
                self._outbox.close(Close.TOO_MANY, "Too many messages in a short while.")
        self._outbox.close(Close.NORMAL)

    async def _hear(self, said: Said) -> None:
        match said:
            case Init():
                await self._initialise(said.params)
            case Start():
                self._start(said)
            case Stop():
                self._stop(said.id)
            case Ping():
                self._outbox.put('{"type":"pong"}')
            case Goodbye():
                self._outbox.close(Close.NORMAL)
            case _:
                pass

    async def _expect_init(self) -> None:
        await asyncio.sleep(INIT_SECONDS)
        if not self._is_initialised:
            self._outbox.close(Close.INIT_TOO_LATE, "Connection initialisation timeout")

    async def _initialise(self, params: Mapping[str, Any]) -> None:
        if self._is_initialised:
            self._outbox.close(Close.TOO_MANY, "Too many initialisation requests")
            return
        self._is_initialised = True
        self._context["connection_params"] = params
        authorization = params.get("authorization")
        if authorization is not None:
            try:
                staff = await in_thread(identify, str(authorization))
            except NotAuthenticated:
                self._refuse("Forbidden")
                return
            if not self._held.enter_context(logins.held(staff.token_digest)):
                self._outbox.close(Close.TOO_MANY, "Too many sockets with this login.")
                return
            self._stand_by(self._watch_login(staff))
        self._outbox.put(self._dialect.acknowledgement())
        self._is_acknowledged = True
        self._stand_by(self._keep_alive())

    def _refuse(self, reason: str) -> None:
        if self._dialect.refusal is not None:
            self._outbox.put(self._dialect.refusal)
        self._outbox.close(Close.REFUSED, reason)

    async def _watch_login(self, staff: StaffIdentity) -> None:
        """Close when the login ends: it expires, or it is revoked."""
        async with Ear(LOGINS) as ear:
            while await read_patiently(is_login_alive, staff):
                await ear.news_or_quiet()
        self._refuse("The login has ended.")

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(KEEP_ALIVE_SECONDS)
            self._outbox.put(self._dialect.alive())

    def _start(self, start: Start) -> None:
        if not self._is_acknowledged:
            self._outbox.close(Close.NOT_INITIALISED, "Unauthorized")
        elif start.id in self._operations and self._dialect is TRANSPORT_WS:
            self._outbox.close(Close.ID_IN_USE, "Subscriber for that id already exists")
        elif len(self._operations) >= MOST_OPERATIONS:
            quoted_id = orjson.dumps(start.id).decode()
            self._outbox.put(self._dialect.error(quoted_id, [LIMIT_REACHED]))
        else:
            self._stop(start.id)  # older clients start again under the same id
            self._operations[start.id] = asyncio.create_task(self._carry_out(start))

    def _stop(self, operation_id: str) -> None:
        task = self._operations.pop(operation_id, None)
        if task is not None:
            task.cancel()

    async def _carry_out(self, start: Start) -> None:
        operation = Operation(
            start, dialect=self._dialect, context=self._context, put=self._outbox.put
        )
        await operation.run()
        if self._operations.get(start.id) is asyncio.current_task():
            del self._operations[start.id]
