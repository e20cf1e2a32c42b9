"""Pages, styles and scripts as they are shipped: nothing inline, nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.clients.conftest import node as node
from tests.clients.node import Node

ROOM: Final = Path(__file__).resolve().parents[2] / "apps" / "pages"
TEMPLATES: Final = sorted(ROOM.rglob("templates/**/*.html"))
VENDOR: Final = ROOM / "static" / "pages" / "vendor"
SOURCES: Final = [
    *TEMPLATES,
    *(
        path
        for path in sorted(ROOM.rglob("static/**/*"))
        if path.suffix in {".js", ".css"} and VENDOR not in path.parents
    ),
]
INLINE: Final = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.I)
ELSEWHERE: Final = re.compile(r"(?:src|href|url|import|from)\s*[=(]?\s*[\"']?(?:https?:)?//", re.I)
IMPORTED: Final = re.compile(r'from "(?P<path>[^"]+)"')


def _name(path: Path) -> str:
    return str(path.relative_to(ROOM))


@pytest.mark.parametrize("page", TEMPLATES, ids=_name)
def test_a_page_has_no_inline_scripts_or_styles(page: Path) -> None:
    assert INLINE.findall(page.read_text()) == []


@pytest.mark.parametrize("source", SOURCES, ids=_name)
def test_nothing_is_loaded_from_elsewhere(source: Path) -> None:
    assert ELSEWHERE.findall(source.read_text()) == []


@pytest.mark.parametrize("source", SOURCES, ids=_name)
def test_what_a_script_imports_is_there(source: Path) -> None:
    for found in IMPORTED.finditer(source.read_text()):
        assert (source.parent / found["path"]).is_file(), found["path"]


def test_the_sockets_client_is_the_published_one(node: Node) -> None:
    published = node.packages / "node_modules" / "graphql-ws"
    (shipped,) = VENDOR.glob("graphql-ws-*")

    assert (
        f'"version": "{shipped.name.removeprefix("graphql-ws-")}"'
        in (published / "package.json").read_text()
    )
    for file in shipped.glob("*.js"):
        assert file.read_bytes() == (published / "dist" / file.name).read_bytes(), file.name
