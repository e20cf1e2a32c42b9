"""What is remembered of documents changes no answer."""

from __future__ import annotations

import pytest

from graphql_schema.memory import Memory
from graphql_schema.schema import schema


@pytest.mark.parametrize("document", ["{ nothingOfThatName }", "{ broken"])
def test_a_wrong_document_is_refused_alike_every_time(document: str) -> None:
    first, second = (schema.execute_sync(document) for _ in range(2))
    assert first.errors
    assert [error.formatted for error in first.errors] == [
        error.formatted for error in second.errors or ()
    ]


def test_a_remembered_document_is_judged_by_the_variables_of_each_request() -> None:
    document = "query Include($yes: Boolean!) { __typename @include(if: $yes) }"
    assert schema.execute_sync(document, {"yes": True}).data == {"__typename": "Query"}
    assert schema.execute_sync(document, {"yes": False}).data == {}
    assert schema.execute_sync(document, {"yes": "maybe"}).errors


def test_what_was_asked_for_last_is_remembered_within_the_room() -> None:
    memory: Memory[str, int] = Memory(room=10)
    for size, key in enumerate("abcd", start=1):  # ten in all
        memory.keep(key, size, size=size)
    assert memory.get("a") == 1
    memory.keep("e", 5, size=5)

    assert memory.keys == ["d", "a", "e"]  # b and c made room


def test_what_is_too_large_for_the_room_drives_nothing_out() -> None:
    memory: Memory[str, int] = Memory(room=10)
    memory.keep("a", 1, size=10)
    memory.keep("b", 2, size=11)

    assert (memory.get("a"), memory.get("b")) == (1, None)


def test_what_is_kept_again_takes_its_room_once() -> None:
    memory: Memory[str, int] = Memory(room=10)
    for value in range(3):
        memory.keep("a", value, size=6)
    memory.keep("b", 9, size=4)

    assert (memory.get("a"), memory.get("b")) == (2, 9)
