"""Flat lists answer what the ordinary path answers, whatever is selected of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import strawberry
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings
from strawberry.permission import BasePermission

from apps.seating.services.payments import submit_payment_proof
from graphql_schema.flat_lists import FlatList, FlatListExecution
from tests.factories.seating import SeatingEventFactory, choose, picture

FIELDS = [
    *("id", "label", "status", "section", "row", "number", "x", "y"),
    *("category", "price", "isAccessible", "isCompanion", "__typename"),
]
DIRECTIVES = st.sampled_from(
    ["", "", "", "@include(if: $yes)", "@include(if: $no)", "@skip(if: $yes)", "@skip(if: false)"]
)
FRAGMENTS = ("One", "Two")


@st.composite
def fields(draw: st.DrawFn) -> str:
    """A leaf; an alias tells its field, so that no two of a kind clash."""
    name = draw(st.sampled_from(FIELDS))
    alias = draw(st.sampled_from(["", f"a_{name.strip('_')}: ", f"b_{name.strip('_')}: "]))
    return f"{alias}{name} {draw(DIRECTIVES)}"


def selections(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    heads = st.sampled_from(["... on Seat", "..."])
    bodies = st.lists(inner, min_size=1, max_size=4).map(" ".join)
    return st.builds(lambda h, d, b: f"{h} {d} {{ {b} }}", heads, DIRECTIVES, bodies)


LEAVES = st.lists(st.recursive(fields(), selections, max_leaves=6), min_size=1, max_size=6)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A question about a map, with aliases, directives and fragments of both kinds."""
    used = draw(st.sets(st.sampled_from(FRAGMENTS)))
    spreads = " ".join(f"...{name} {draw(DIRECTIVES)}" for name in sorted(used))
    fragments = "\n".join(
        f"fragment {name} on Seat {{ {' '.join(draw(LEAVES))} }}" for name in sorted(used)
    )
    return f"""query Q($slug: String!, $yes: Boolean! = true, $no: Boolean! = false) {{
      seatMap(eventSlug: $slug) {{ version seats {{ {" ".join(draw(LEAVES))} {spreads} }}
        again: seats @include(if: $yes) @skip(if: $no) {{ label }} }} }}
      {fragments}"""


def answer(client: Client, document: str, slug: str) -> bytes:
    body = json.dumps({"query": document, "variables": {"slug": slug}})
    response = client.post("/graphql/", body, content_type="application/json")
    assert response.status_code == 200, response.content
    content: bytes = response.content
    return content


@pytest.mark.django_db
def test_any_selection_reads_the_same_both_ways(
    client: Client, settings: Settings, tmp_path: Any
) -> None:
    settings.PROOF_DIR = tmp_path
    event = SeatingEventFactory(seats=12)
    event.seats.filter(label="B-2").update(is_blocked=True, blocked_reason="Camera")
    submit_payment_proof(order_token=choose(event, "A-1").token, file=picture())

    @hypothesis_settings(
        max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(documents())
    def check(document: str) -> None:
        settings.GRAPHQL_FLAT_LISTS = True
        quick = answer(client, document, event.slug)
        settings.GRAPHQL_FLAT_LISTS = False
        assert quick == answer(client, document, event.slug)
        assert b'"errors"' not in quick, document

    check()


# -- any flat list ---------------------------------------------------------------------------------


class Nobody(BasePermission):
    message = "Not for you."

    def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
        return False


BUILT: list[str | None] = []


@strawberry.type
class Row:
    name: str
    count: int | None
    size: float
    hidden: str | None = strawberry.field(permission_classes=[Nobody])

    def __post_init__(self) -> None:
        BUILT.append(self.name)

    @strawberry.field
    def shout(self) -> str:
        return self.name.upper()


COLUMNS: dict[str, list[Any]] = {}


@strawberry.type
class Question:
    @strawberry.field
    def rows(self) -> list[Row]:
        return FlatList(Row, COLUMNS)  # type: ignore[return-value]  # iterates over rows

    @strawberry.field
    def loose(self) -> list[Row | None] | None:
        return FlatList(Row, COLUMNS)  # type: ignore[return-value]  # iterates over rows


SCHEMA = strawberry.Schema(query=Question, execution_context_class=FlatListExecution)


@pytest.fixture(autouse=True)
def three_rows() -> None:
    BUILT.clear()
    COLUMNS.clear()
    COLUMNS.update(
        name=["a", "b", "c"], count=[1, None, 3], size=[1.5, 2.0, -0.0], hidden=["x", "y", "z"]
    )


def ask(question: str) -> tuple[Any, list[Any]]:
    result = SCHEMA.execute_sync(question)
    return result.data, [error.formatted for error in result.errors or ()]


def both_ways(settings: Settings, question: str) -> tuple[Any, list[Any]]:
    """Return the answer, which is the same with the switch thrown."""
    settings.GRAPHQL_FLAT_LISTS = True
    quick = ask(question)
    settings.GRAPHQL_FLAT_LISTS = False
    assert json.dumps(quick) == json.dumps(ask(question))
    return quick


@pytest.mark.parametrize(
    "selection",
    [
        "name count",
        "__typename other: name size",
        "... on Row { name } ...Some @skip(if: false)",
        "name @include(if: true) count @skip(if: true)",
    ],
)
def test_plain_leaves_build_no_object(settings: Settings, selection: str) -> None:
    settings.GRAPHQL_FLAT_LISTS = True
    fragment = "fragment Some on Row { count }" if "Some" in selection else ""

    data, problems = ask(f"{{ rows {{ {selection} }} }} {fragment}")

    assert (len(data["rows"]), problems, BUILT) == (3, [], [])


def test_the_switch_takes_the_ordinary_path(settings: Settings) -> None:
    settings.GRAPHQL_FLAT_LISTS = False
    ask("{ rows { name } }")
    assert BUILT == ["a", "b", "c"]


def test_nulls_travel_by_the_ordinary_rules(settings: Settings) -> None:
    assert both_ways(settings, "{ rows { count } }")[0] == {
        "rows": [{"count": 1}, {"count": None}, {"count": 3}]
    }
    COLUMNS["name"] = ["a", None, "c"]
    data, problems = both_ways(settings, "{ loose { name } }")
    assert data == {"loose": [{"name": "a"}, None, {"name": "c"}]}
    assert problems[0]["path"] == ["loose", 1, "name"]
    data, problems = both_ways(settings, "{ rows { name } }")
    assert data is None
    assert len(problems) == 1


@pytest.mark.parametrize("count", [2**40, "many", 1.5])
def test_values_that_do_not_fit_are_errors_in_their_place(settings: Settings, count: Any) -> None:
    COLUMNS["count"] = [1, count, 3]
    _, problems = both_ways(settings, "{ loose { count } }")
    assert problems[0]["path"] == ["loose", 1, "count"]


def test_infinity_is_no_float(settings: Settings) -> None:
    COLUMNS["size"] = [1.0, float("inf"), 2.0]
    assert len(both_ways(settings, "{ loose { size } }")[1]) == 1


def test_a_field_that_is_more_than_an_attribute_is_asked(settings: Settings) -> None:
    assert both_ways(settings, "{ rows { name shout } }")[0]["rows"][0] == {
        "name": "a",
        "shout": "A",
    }
    data, problems = both_ways(settings, "{ rows { name hidden } }")
    assert [row["hidden"] for row in data["rows"]] == [None] * 3
    assert [problem["message"] for problem in problems] == ["Not for you."] * 3


def test_no_rows(settings: Settings) -> None:
    for column in COLUMNS.values():
        column.clear()
    assert both_ways(settings, "{ rows { name count } }") == ({"rows": []}, [])
