"""Turn what a subscription yields into the text that clients get."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from inspect import isawaitable
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    Executor,
    GraphQLError,
    create_source_event_stream,
    execute_subscription_event,
)

from graphql_schema.schema import core_schema, schema


class Unusable(Exception):
    """An operation that can't begin, for these reasons."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__()
        self.errors = list(errors)


# What resolvers of shared results see: nobody in particular.
NOBODY: Mapping[str, Any] = {"request": None}


def build(
    document: DocumentNode,
    *,
    variables: Mapping[str, Any],
    operation_name: str | None,
    context: Mapping[str, Any],
) -> Executor[Any]:
    """Return what executes an operation. Raises Unusable for wrong variables."""
    built = schema.execution_context_class.build(
        core_schema,
        document,
        context_value=context,
        raw_variable_values=dict(variables),
        operation_name=operation_name,
        operation_extensions=None,
    )
    if isinstance(built, Executor):
        return built
    raise Unusable(built)


async def open_stream(executor: Executor[Any]) -> AsyncIterable[Any]:
    """Return what the subscription's resolver does. Raises Unusable with its refusal."""
    stream = create_source_event_stream(executor)
    if isawaitable(stream):
        stream = await stream
    if isinstance(stream, ExecutionResult):
        raise Unusable(stream.errors or [])
    return stream


def render(executor: Executor[Any], event: Any) -> str:
    """Return the payload, as JSON, that tells of one event."""
    result = execute_subscription_event(executor.build_per_event_executor(event))
    if not isinstance(result, ExecutionResult):
        raise TypeError("Resolvers of a subscription's results are synchronous.")
    return payload_of(result.data, explained(result.errors or []))


def payload_of(data: Any, errors: Sequence[GraphQLError]) -> str:
    """Return a result as JSON."""
    payload: dict[str, Any] = {"data": data}
    if errors:
        payload["errors"] = [error.formatted for error in errors]
    return orjson.dumps(payload).decode()


def explained(errors: Sequence[GraphQLError]) -> Sequence[GraphQLError]:
    """Give refusals their code and mask bugs, as the schema does it over HTTP."""
    schema.process_errors(list(errors))
    return errors
