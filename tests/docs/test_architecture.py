"""The pictures of the architecture page are of the code as it is."""

from __future__ import annotations

import re
from typing import Final

from apps.locks.states import ALLOWED, CodeState
from tests.docs.pages import ROOT, list_blocks

PAGE: Final = ROOT / "docs" / "architecture.md"
MOVE: Final = re.compile(r"^\s*([A-Z_]+) --> ([A-Z_]+)$", re.MULTILINE)


def test_the_states_of_a_code_move_as_drawn() -> None:
    (drawn,) = (
        block.text
        for block in list_blocks(PAGE)
        if block.language == "mermaid" and block.text.startswith("stateDiagram")
    )
    allowed = {
        (current.value, target.value) for current in CodeState for target in ALLOWED[current]
    }

    assert set(MOVE.findall(drawn)) == allowed


def test_every_place_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"`((?:apps|backend|graphql_schema)/[\w/.]+)`", PAGE.read_text()))

    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
