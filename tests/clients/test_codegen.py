"""A code generator makes types of the committed schema and of the documents that people copy."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from backend.demo import documents
from graphql_schema.persisted.listed import read_listed
from graphql_schema.schema import schema
from tests.clients.node import HERE, ROOT, Node
from tests.docs.pages import list_blocks, list_graphql, list_pages

pytestmark = pytest.mark.once("embedded")

TYPES: Final = {"types.ts": {"plugins": ["typescript", "typescript-operations"]}}
NAME: Final = re.compile(r"\b(?:query|mutation|subscription) (\w+)")


def _documents() -> dict[str, str]:
    """Return the documents of the demo and of the pages; an app has one of each name."""
    texts = [
        *(text for _, text in sorted(vars(documents).items()) if isinstance(text, str)),
        *(document for page in list_pages() for document in list_graphql(page)),
    ]
    return {name[1]: text for text in texts if (name := NAME.search(text)) and "{" in text}


def _generate(node: Node, room: Path, generates: dict[str, Any]) -> None:
    """Run the generator over the documents."""
    settings = {
        "schema": "schema.graphql",
        "documents": [f"{name}.graphql" for name in _documents()],
        "generates": generates,
        "config": {"scalars": {"Decimal": "string", "DateTime": "string"}},
    }
    (room / "codegen.json").write_text(json.dumps(settings))
    node.run("graphql-codegen", "--config", "codegen.json", room=room)


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A directory with the schema and the documents."""
    (tmp_path / "tsconfig.json").write_text((HERE / "tsconfig.json").read_text())
    (tmp_path / "schema.graphql").write_text((ROOT / "schema.graphql").read_text())
    for name, text in _documents().items():
        (tmp_path / f"{name}.graphql").write_text(text)
    return tmp_path


def test_the_types_of_schema_and_documents_compile_and_tell_problems_apart(
    node: Node, room: Path
) -> None:
    _generate(node, room, TYPES)
    (room / "app.ts").write_text((HERE / "app.ts").read_text())

    assert node.run("tsc", room=room) == ""


def test_a_field_that_is_not_there_does_not_compile(node: Node, room: Path) -> None:
    _generate(node, room, TYPES)
    (room / "app.ts").write_text((HERE / "app.ts").read_text().replace("answer.pin", "answer.pine"))

    with pytest.raises(AssertionError, match="pine"):
        node.run("tsc", room=room)


def test_the_generators_file_of_documents_is_an_allow_list(node: Node, room: Path) -> None:
    (shown,) = (
        block.text
        for block in list_blocks(ROOT / "docs" / "guide-graphql.md")
        if block.language == "json" and "persistedDocuments" in block.text
    )
    _generate(node, room, json.loads(shown)["generates"])

    listed = read_listed(room / "src" / "gql" / "persisted-documents.json")

    assert len(listed) == len(_documents())
    assert all(schema.read(text).errors == [] for text in listed.values())
