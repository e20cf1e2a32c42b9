"""The guide's tables say what the code does."""

from __future__ import annotations

import re
from typing import Final

import pytest

from graphql_schema.limits import TooComplex, bounds
from graphql_schema.schema import schema
from tests.docs.pages import ROOT

GUIDE: Final = (ROOT / "docs" / "guide-graphql.md").read_text()
LIMIT: Final = re.compile(r"^\| `(?P<name>\w+)` \| (?P<most>\d+) \|", re.MULTILINE)
BOUNDS: Final = {
    "characters": bounds.LONGEST_TEXT,
    "tokens": bounds.MOST_TOKENS,
    "definitions": bounds.MOST_DEFINITIONS,
    "depth": bounds.DEEPEST,
    "fields": bounds.MOST_FIELDS,
    "aliases": bounds.MOST_ALIASES,
    "directives": bounds.MOST_DIRECTIVES,
    "cost": bounds.LARGEST_COST,
    "variables": bounds.MOST_VARIABLE_VALUES,
    "variableDepth": bounds.DEEPEST_VARIABLE,
}


def test_the_limits_in_the_guide_are_those_in_force() -> None:
    assert {row["name"]: int(row["most"]) for row in LIMIT.finditer(GUIDE)} == BOUNDS


def test_so_many_commands_fit_in_a_request() -> None:
    def commands(count: int) -> str:
        fields = " ".join(
            f'a{n}: checkOutBooking(input: {{hotelSlug: "a", bookingId: "{n}"}}) '
            "{ ... on Problem { code } }"
            for n in range(count)
        )
        return f"mutation {{ {fields} }}"

    assert "nine commands fit" in GUIDE
    assert schema.read(commands(9)).errors == []
    with pytest.raises(TooComplex):
        schema.read(commands(10))
