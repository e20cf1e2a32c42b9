"""The project's Markdown pages, taken apart far enough to check them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
NOT_OURS: Final = frozenset({"var", "node_modules"})  # and whatever begins with a dot

FENCE: Final = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
CODE_SPAN: Final = re.compile(r"`[^`\n]*`")
LINK: Final = re.compile(r"\]\((?P<target>[^)\s]+)\)")
HEADING: Final = re.compile(r"^#+ (?P<title>.+)$", re.MULTILINE)
QUERY_IN_JSON: Final = re.compile(r'"query":\s*(?P<string>"(?:[^"\\]|\\.)*")')
QUERY_IN_PYTHON: Final = re.compile(
    r'"""(?P<document>\s*(?:query|mutation|subscription)\b.*?)"""', re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block of code."""

    language: str
    text: str


def list_pages() -> list[Path]:
    """Return every page, in order of path."""
    tops = [top for top in ROOT.iterdir() if top.is_dir() and not _is_foreign(top)]
    nested = [
        page for top in tops for page in top.rglob("*.md") if "node_modules" not in page.parts
    ]
    return sorted([*ROOT.glob("*.md"), *nested])


def _is_foreign(top: Path) -> bool:
    return top.name.startswith(".") or top.name in NOT_OURS


def list_blocks(page: Path) -> list[Block]:
    """Return the page's fenced blocks, in order."""
    return [Block(**found.groupdict()) for found in FENCE.finditer(page.read_text())]


def list_links(page: Path) -> list[str]:
    """Return the targets of the page's links, outside of code."""
    prose = CODE_SPAN.sub("", FENCE.sub("", page.read_text()))
    return [found["target"] for found in LINK.finditer(prose)]


def list_anchors(page: Path) -> set[str]:
    """Return what links may name after "#": the headings, written as the usual hosts write them."""
    titles = HEADING.findall(FENCE.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def list_graphql(page: Path) -> list[str]:
    """Return the GraphQL documents of a page: in blocks of their own, in JSON and in Python."""
    return [document for block in list_blocks(page) for document in _documents_in(block)]


def _documents_in(block: Block) -> Iterator[str]:
    if block.language == "graphql":
        yield block.text
        return
    for found in QUERY_IN_JSON.finditer(block.text):
        yield json.loads(found["string"])
    for found in QUERY_IN_PYTHON.finditer(block.text):
        yield found["document"]
