"""A reader who follows a link arrives."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.pages import ROOT, list_anchors, list_links, list_pages

RELATIVE_LINKS = [
    pytest.param(page, target, id=f"{page.relative_to(ROOT)}:{target}")
    for page in list_pages()
    for target in list_links(page)
    if not urlsplit(target).scheme
]


@pytest.mark.parametrize(("page", "target"), RELATIVE_LINKS)
def test_relative_links_lead_to_a_file_and_a_heading(page: Path, target: str) -> None:
    parts = urlsplit(target)
    there = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    assert there.is_relative_to(ROOT)
    assert there.exists()
    if parts.fragment:
        assert parts.fragment in list_anchors(there)


def test_every_decision_is_in_the_index() -> None:
    decisions = ROOT / "docs" / "decisions"
    written = {page.name for page in decisions.glob("[0-9]*.md")}
    assert written == set(list_links(decisions / "README.md"))
