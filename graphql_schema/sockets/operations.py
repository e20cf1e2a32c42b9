"""Carry out one operation of a socket: a query, a command, or something to follow."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any

import orjson
from graphql import Executor, GraphQLError, OperationType

from apps.common import tracing
from apps.common.log_context import note
from apps.common.reading import in_thread
from graphql_schema.documents import Document, named
from graphql_schema.http.asking import Asked
from graphql_schema.live import Feed
from graphql_schema.schema import schema
from graphql_schema.sockets.dialects import Dialect, Start
from graphql_schema.sockets.forms import form_of
from graphql_schema.sockets.rendering import (
    NOBODY,
    Unusable,
    build,
    explained,
    open_stream,
    payload_of,
    render,
)
from graphql_schema.sockets.sharing import following


class Operation:
    """What the client asked for under one id; ``run`` ends when there is nothing more to say."""

    def __init__(
        self,
        start: Start,
        *,
        dialect: Dialect,
        context: Mapping[str, Any],
        put: Callable[[str], None],
    ) -> None:
        self._start, self._dialect, self._context, self._put = start, dialect, context, put
        self._quoted_id = orjson.dumps(start.id).decode()

    async def run(self) -> None:
        """Tell the results, then that they are complete; or why there are none."""
        try:
            await self._carry_out()
        except Unusable as refusal:
            self._refuse(refusal.errors)
        except Exception as error:
            self._refuse([_located(error)])
        else:
            self._put(self._dialect.complete(self._quoted_id))

    def _refuse(self, errors: Sequence[GraphQLError]) -> None:
        reasons = [error.formatted for error in explained(errors)]
        self._put(self._dialect.error(self._quoted_id, reasons))

    def _tell(self, payload: str) -> None:
        self._put(self._dialect.next(self._quoted_id, payload))

    async def _carry_out(self) -> None:
        asked = Asked.of(self._start.payload)
        text, document = await in_thread(_read, asked)
        if document.errors:
            raise Unusable(document.errors)
        operation = document.operation(asked.operation_name)
        note(operation=named(operation))
        if operation.operation != OperationType.SUBSCRIPTION:
            self._tell(await in_thread(self._execute, text, asked, named(operation)))
            return
        build_for = partial(
            build, document.ast, variables=asked.variables, operation_name=asked.operation_name
        )
        stream = await open_stream(build_for(context=self._context))
        if isinstance(stream, Feed) and stream.key is not None:
            form = form_of(text, document.ast, operation, asked.variables)
            await self._follow_with_others(stream, form, build_for(context=NOBODY))
        else:
            await self._follow_alone(stream, build_for(context=self._context))

    def _execute(self, text: str, asked: Asked, name: str) -> str:
        with tracing.span(f"graphql {name}", kind="server"):
            result = schema.execute_sync(
                text,
                variable_values=asked.variables,
                context_value=dict(self._context),
                operation_name=asked.operation_name,
            )
        return payload_of(result.data, result.errors or [])

    async def _follow_alone(self, stream: AsyncIterable[Any], executor: Executor[Any]) -> None:
        async for event in stream:
            self._tell(await in_thread(render, executor, event))

    async def _follow_with_others(
        self, feed: Feed[Any, Any], form: Hashable, executor: Executor[Any]
    ) -> None:
        async with following(
            feed, form=form, render=lambda event: render(executor, event), deliver=self._tell
        ) as follower:
            await follower.dismissed.wait()


def _read(asked: Asked) -> tuple[str, Document]:
    """Return the document that is meant; a new one takes too long for the event loop."""
    text = asked.text()
    document = schema.read(text)
    if asked.persisted is not None and asked.query and not document.errors:
        asked.persisted.remember(text)
    return text, document


def _located(error: Exception) -> GraphQLError:
    if isinstance(error, GraphQLError):
        return error
    return GraphQLError(str(error), original_error=error)
