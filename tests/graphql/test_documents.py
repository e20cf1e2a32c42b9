"""What is remembered of documents changes no answer, and what could fill the memory is refused."""

from __future__ import annotations

import pytest

from graphql_schema.schema import LONGEST_DOCUMENT, schema


def test_a_document_beyond_the_limit_of_tokens_is_refused() -> None:
    answer = schema.execute_sync("{ " + "__typename " * LONGEST_DOCUMENT + "}")
    assert answer.data is None
    assert [error.extensions for error in answer.errors or ()] == [{"code": "VALIDATION_ERROR"}]


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
