"""A code generator makes types of the committed schema and of the documents that people copy."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import pytest

from backend.demo import documents
from tests.clients.node import HERE, ROOT, Node
from tests.docs.pages import list_graphql, list_pages

NAME: Final = re.compile(r"\b(?:query|mutation|subscription) (\w+)")


def _documents() -> dict[str, str]:
    """Return the documents of the demo and of the pages; an app has one of each name."""
    texts = [
        *(text for _, text in sorted(vars(documents).items()) if isinstance(text, str)),
        *(document for page in list_pages() for document in list_graphql(page)),
    ]
    return {name[1]: text for text in texts if (name := NAME.search(text)) and "{" in text}


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A directory with the schema, the documents and the generator's settings."""
    (tmp_path / "tsconfig.json").write_text((HERE / "tsconfig.json").read_text())
    (tmp_path / "schema.graphql").write_text((ROOT / "schema.graphql").read_text())
    for name, text in _documents().items():
        (tmp_path / f"{name}.graphql").write_text(text)
    (tmp_path / "codegen.json").write_text(
        json.dumps(
            {
                "schema": "schema.graphql",
                "documents": [f"{name}.graphql" for name in _documents()],
                "generates": {"types.ts": {"plugins": ["typescript", "typescript-operations"]}},
                "config": {"scalars": {"Decimal": "string", "DateTime": "string"}},
            }
        )
    )
    return tmp_path


def test_the_types_of_schema_and_documents_compile_and_tell_problems_apart(
    node: Node, room: Path
) -> None:
    node.run("graphql-codegen", "--config", "codegen.json", room=room)
    (room / "app.ts").write_text((HERE / "app.ts").read_text())

    assert node.run("tsc", room=room) == ""


def test_a_field_that_is_not_there_does_not_compile(node: Node, room: Path) -> None:
    node.run("graphql-codegen", "--config", "codegen.json", room=room)
    (room / "app.ts").write_text((HERE / "app.ts").read_text().replace("answer.pin", "answer.pine"))

    with pytest.raises(AssertionError, match="pine"):
        node.run("tsc", room=room)
