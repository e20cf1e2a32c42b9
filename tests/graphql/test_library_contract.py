"""What the sharing of subscriptions takes from Strawberry and graphql-core beyond their guides.

A new version of either that fails here needs a look at ``graphql_schema/sockets/rendering.py``.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import Executor
from strawberry.types.execution import ExecutionResult

from graphql_schema.schema import core_schema, schema
from graphql_schema.seating.types import SeatUpdate
from graphql_schema.sockets.rendering import NOBODY, build, open_stream, render

DOCUMENT = """subscription($wide: Boolean = true) {
  seatUpdates(eventSlug: "gala") { version late: resync ...F @include(if: $wide) } }
fragment F on SeatUpdate { seats { label } __typename }"""
UPDATE = SeatUpdate(version=3, resync=False, seats=[])


class Stream:
    """What a resolver returns: something to iterate, which nobody has begun to."""

    def __init__(self) -> None:
        self.begun = False

    async def __aiter__(self) -> AsyncIterator[SeatUpdate]:
        self.begun = True
        yield UPDATE


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Stream:
    made = Stream()
    assert core_schema.subscription_type is not None
    field = core_schema.subscription_type.fields["seatUpdates"]

    async def subscribe(_source: object, _info: object, **_arguments: object) -> Stream:
        return made

    monkeypatch.setattr(field, "subscribe", subscribe)
    return made


def executor(**variables: Any) -> Executor[Any]:
    document = schema.read(DOCUMENT).ast
    return build(document, variables=variables, operation_name=None, context=NOBODY)


async def test_what_a_resolver_returns_comes_back_untouched(stream: Stream) -> None:
    assert await open_stream(executor()) is stream
    assert not stream.begun


@pytest.mark.parametrize("wide", [False, True])
async def test_an_event_is_shown_as_the_library_shows_it(stream: Stream, wide: bool) -> None:
    results = [
        result
        async for result in await schema.subscribe(DOCUMENT, variable_values={"wide": wide})
        if isinstance(result, ExecutionResult)
    ]
    assert [{"data": result.data} for result in results] == [
        json.loads(render(executor(wide=wide), UPDATE))
    ]


def test_executors_show_one_event_after_the_other() -> None:
    again = executor()
    assert render(again, UPDATE) == render(again, UPDATE)
