"""Carry out one operation of a socket: a query, a command, or something to follow."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Mapping, Sequence
from typing import Any

import orjson
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, OperationType

from apps.common.reading import in_thread
from graphql_schema.live import Feed
from graphql_schema.schema import schema
from graphql_schema.sockets.dialects import Dialect, Start
from graphql_schema.sockets.documents import (
    Unusable,
    operation_of,
    prepare,
    variables_of_results,
)
from graphql_schema.sockets.rendering import (
    NOBODY,
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
        document = prepare(self._start.query)
        operation = operation_of(document, self._start.operation_name)
        if operation.operation != OperationType.SUBSCRIPTION:
            self._tell(await in_thread(self._execute))
            return
        stream = await open_stream(build(document, self._start, self._context))
        if isinstance(stream, Feed) and stream.key is not None:
            await self._follow_with_others(stream, document, operation)
        else:
            await self._follow_alone(stream, document)

    def _execute(self) -> str:
        result = schema.execute_sync(
            self._start.query,
            variable_values=self._start.variables,
            context_value=dict(self._context),
            operation_name=self._start.operation_name,
        )
        return payload_of(result.data, result.errors or [])

    async def _follow_alone(self, stream: AsyncIterable[Any], document: DocumentNode) -> None:
        executor = build(document, self._start, self._context)
        async for event in stream:
            self._tell(await in_thread(render, executor, event))

    async def _follow_with_others(
        self, feed: Feed[Any, Any], document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        executor = build(document, self._start, NOBODY)
        variables = variables_of_results(document, operation, self._start.variables)
        form = (
            self._start.query,
            self._start.operation_name,
            orjson.dumps(variables, option=orjson.OPT_SORT_KEYS),
        )
        async with following(
            feed, form=form, render=lambda event: render(executor, event), deliver=self._tell
        ) as follower:
            await follower.dismissed.wait()


def _located(error: Exception) -> GraphQLError:
    if isinstance(error, GraphQLError):
        return error
    return GraphQLError(str(error), original_error=error)
