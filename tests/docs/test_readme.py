"""The README's two commands, and a drawing that agrees with the import contract."""

from __future__ import annotations

import re
import tomllib
from typing import Final

import pytest

from tests.docs.pages import ROOT, list_blocks

README: Final = ROOT / "README.md"
SHELL: Final = frozenset({"sh", "bash", "shell", "console", "zsh"})
ARROW: Final = re.compile(r"^\s*(\w+)(?:\[.*?\])? --> (\w+)", re.MULTILINE)


def _contract() -> list[set[str]]:
    """Return the layers of the import contract, top first, named as the drawing names them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    return [{room.strip().replace(".", "_") for room in layer.split("|")} for layer in layers]


def _arrows() -> list[tuple[str, str]]:
    drawings = [block.text for block in list_blocks(README) if block.language == "mermaid"]
    return [arrow for drawing in drawings for arrow in ARROW.findall(drawing)]


def test_the_first_two_shell_blocks_are_the_two_commands() -> None:
    shell = [block.text.strip() for block in list_blocks(README) if block.language in SHELL]
    assert shell[:2] == ["python3 run.py demo", "python3 run.py test"]


def test_no_block_before_the_commands_could_be_taken_for_shell() -> None:
    before = README.read_text().split("python3 run.py demo")[0]
    assert re.findall(r"^```(\w*)$", before, re.MULTILINE) == ["mermaid", "", "sh"]


def test_the_drawing_shows_every_room_of_the_contract() -> None:
    drawn = {room for arrow in _arrows() for room in arrow}
    assert drawn == set().union(*_contract())


@pytest.mark.parametrize("arrow", _arrows(), ids=" to ".join)
def test_the_drawing_has_only_arrows_that_the_contract_allows(arrow: tuple[str, str]) -> None:
    depth = {room: place for place, rooms in enumerate(_contract()) for room in rooms}
    above, below = arrow
    assert depth[above] < depth[below]
