"""What is remembered of documents changes no answer."""

from __future__ import annotations

import pytest

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
