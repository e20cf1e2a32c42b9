"""What a reader pastes is valid against the schema that is committed."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from tests.docs.pages import ROOT, list_graphql, list_pages

SNIPPETS = [
    pytest.param(document, id=f"{page.relative_to(ROOT)}:{number}")
    for page in list_pages()
    for number, document in enumerate(list_graphql(page), start=1)
]


@pytest.fixture(scope="module")
def committed_schema() -> GraphQLSchema:
    """The schema that clients read."""
    return build_schema((ROOT / "schema.graphql").read_text())


@pytest.mark.parametrize("document", SNIPPETS)
def test_graphql_in_the_pages_is_valid(document: str, committed_schema: GraphQLSchema) -> None:
    assert validate(committed_schema, parse(document)) == []


@pytest.mark.parametrize(
    ("page", "at_least"), [("README.md", 2), ("docs/guide-mobile.md", 7)], ids=str
)
def test_the_snippets_are_found(page: Path, at_least: int) -> None:
    assert len(list_graphql(ROOT / page)) >= at_least
