"""The page of settings says what the code reads, and no more."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from backend import environment
from tests.docs.pages import ROOT

PAGE: Final = ROOT / "docs" / "settings.md"
ROW: Final = re.compile(r"^\| `(?P<name>[A-Z_]+)` \| (?P<default>[^|]*) \|", re.MULTILINE)
UNUSED: Final = "## Checked at start, without effect so far"
CODE: Final = ("apps", "backend", "graphql_schema")


class Recorded(dict[str, str]):
    """An environment that remembers which names were asked for."""

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]  # one form of many
        self.asked.add(name)
        return super().get(name, default)


def _development(tmp_path: Path) -> dict[str, str]:
    return {"DEBUG": "true", "DOORSTEP_VAR_DIR": str(tmp_path)}


def _defaults() -> list[tuple[str, str]]:
    """Return the rows whose default is one value that can be typed."""
    rows = [(row["name"], row["default"].strip()) for row in ROW.finditer(PAGE.read_text())]
    return [(name, text.strip("`")) for name, text in rows if re.fullmatch(r"`[^`]+`", text)]


def test_the_page_names_every_variable_that_is_read_and_no_other(tmp_path: Path) -> None:
    source = Recorded(_development(tmp_path))
    environment.load(source)
    named = [row["name"] for row in ROW.finditer(PAGE.read_text())]
    assert sorted(named) == sorted(source.asked)


@pytest.mark.parametrize(("name", "default"), _defaults(), ids=str)
def test_a_default_on_the_page_is_the_one_in_force(name: str, default: str, tmp_path: Path) -> None:
    said = environment.load({**_development(tmp_path), name: default})
    assert said == environment.load(_development(tmp_path))


def test_a_setting_that_gains_an_effect_leaves_the_list_of_those_without() -> None:
    unused = {row["name"] for row in ROW.finditer(PAGE.read_text().partition(UNUSED)[2])}
    sources = "\n".join(path.read_text() for top in CODE for path in (ROOT / top).rglob("*.py"))
    used = set(re.findall(r"\bsettings\.([A-Z_]+)\b", sources))
    assert unused & used == set(), "describe the effect of these further up in docs/settings.md"
