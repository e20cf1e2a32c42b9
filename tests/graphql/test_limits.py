"""A document that asks for too much is refused before it costs anything, and none harms the
process."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from graphql import get_introspection_query, parse

from backend.demo import documents
from graphql_schema.limits import DocumentRefused, Weight, bounds, weigh
from graphql_schema.schema import schema
from tests.docs.pages import list_graphql, list_pages
from tests.graphql.asking import post, refusal_of

CORE = schema.as_str  # the schema's text is not needed; its types are, by `weight`

FAN = "{ ...F0 }" + "".join(
    f"fragment F{n} on Query {{ {f'...F{n + 1} ' * 4}}} " for n in range(15)
)
WIDE_FAN = FAN + "fragment F15 on Query { __typename }"  # a thousand million fields
CYCLE = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"
SELF = "fragment A on Query { ...A } { ...A }"
LOST_CYCLE = "{ __typename } fragment A on Query { ...A }"
CHAIN = "{ ...F0 }" + "".join(f"fragment F{n} on Query {{ ...F{n + 1} }} " for n in range(98))
INTROSPECTION_BOMB = "{ __schema { types {" + "fields { type {" * 6 + "name" + "}}" * 6 + "} } }"


def weight(document: str) -> Weight:
    return schema.read(document).weight


# -- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "limit"),
    [
        ("{" + "a {" * 900 + "b" + "}" * 901, "depth"),
        ("{" + "... {" * 100 + "__typename" + "}" * 101, "depth"),
        ("{ me(x: " + "[" * 900 + "]" * 900 + ") { username } }", "depth"),
        (CHAIN, "depth"),
        ("{" + " ".join(f"a{n}: __typename" for n in range(51)) + "}", "aliases"),
        ("{ me" + " @include(if: true)" * 51 + " { username } }", "directives"),
        ("query (" + " ".join(f"$v{n}: Int @a" for n in range(51)) + ") { me { username } }",
         "directives"),
        ("{" + " __typename" * 401 + "}", "fields"),
        (WIDE_FAN, "fields"),
        ("{" + " __typename" * 2_000 + "}", "tokens"),
        ("#\n" * 2_001 + "{ __typename }", "tokens"),
        (" ".join(f"query Q{n} {{ __typename }}" for n in range(101)), "definitions"),
        ("{ __typename }" + " " * 50_000, "characters"),
        ("{ " + "a" * 50_000 + " }", "characters"),
        ('{ me(a: """' + "\n " * 25_000 + '""") { username } }', "characters"),
        ("{" + " ".join(f"a{n}: seatMap(eventSlug: 1) {{ seats {{ id label status row price x y "
         f"category }} }}" for n in range(13)) + "}", "cost"),
        ("{ bookings(hotelSlug: 1, first: 100) { edges { node { "
         + "allowedActions { reasons { code message } } " * 4 + "} } } }", "cost"),
        ("mutation {" + " ".join(f"a{n}: reopen(id: 1) {{ code }}" for n in range(11)) + "}",
         "cost"),
        (INTROSPECTION_BOMB, "cost"),
    ],
)  # fmt: skip
def test_a_bomb_is_refused_by_the_name_of_its_limit(
    client: Client, settings: Any, document: str, limit: str
) -> None:
    settings.GRAPHQL_INTROSPECTION = True

    response = post(client, document)

    assert response.status_code == 400
    refusal = refusal_of(response)
    assert (refusal["code"], refusal["limit"]) == ("QUERY_TOO_COMPLEX", limit)


@pytest.mark.parametrize("document", [CYCLE, SELF, LOST_CYCLE])
def test_fragments_that_contain_themselves_are_refused(client: Client, document: str) -> None:
    response = post(client, document)

    assert response.status_code == 400
    assert refusal_of(response)["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    "document",
    [
        "fragment A on Query { a } fragment A on Query { b } { ...A }",
        "{ ...Unknown }",
        "fragment A on Nothing { a } { ...A }",
        "{ nothing { of { that } } }",
        "{ me(" + " ".join(f"a{n}: 1" for n in range(600)) + ") { username } }",
        "{ me { username " + "x" * 40_000 + " } }",
        "mutation { bulkCheckOut(input: {" + 'hotelSlug: "a" ' * 600 + "}) { __typename } }",
        "type Query { a: Int }",
        "subscription { a b }",
    ],
)
def test_a_document_that_is_wrong_in_itself_is_refused_as_such(
    client: Client, document: str
) -> None:
    response = post(client, document)

    assert response.status_code == 400
    codes = {error["extensions"]["code"] for error in response.json()["errors"]}
    assert codes == {"VALIDATION_ERROR"}


@pytest.mark.parametrize(
    ("variables", "limit"),
    [
        ({"a": [1] * 10_001}, "variables"),
        ({f"v{n}": n for n in range(10_001)}, "variables"),
        ({"a": {"b": [[1] * 5_000, [1] * 5_001]}}, "variables"),
    ],
)
def test_endless_variables_are_refused(
    client: Client, variables: dict[str, Any], limit: str
) -> None:
    response = post(client, "{ __typename }", variables)

    assert (response.status_code, refusal_of(response)["limit"]) == (400, limit)


def test_variables_that_are_nested_too_deep_are_refused(client: Client) -> None:
    nested: Any = 1
    for _ in range(bounds.DEEPEST_VARIABLE):
        nested = [nested]

    response = post(client, "{ __typename }", {"a": nested})

    assert (response.status_code, refusal_of(response)["limit"]) == (400, "variableDepth")


def test_few_of_many_wrong_variables_are_told(client: Client) -> None:
    document = "mutation ($i: BulkCheckOutInput!) { bulkCheckOut(input: $i) { __typename } }"

    response = post(client, document, {"i": {"hotelSlug": "a", "roomIds": ["x"] * 9_000}})

    assert response.status_code == 400
    assert len(response.content) < 100_000


def test_the_schema_is_told_only_where_that_is_switched_on(client: Client, settings: Any) -> None:
    question = "{ ...A } fragment A on Query { ... { __schema { queryType { name } } } }"
    settings.GRAPHQL_INTROSPECTION = False
    refused = post(client, question)
    settings.GRAPHQL_INTROSPECTION = True
    told = post(client, question)

    assert refused.status_code == 400
    assert refusal_of(refused)["code"] == "INTROSPECTION_DISABLED"
    assert told.json() == {"data": {"__schema": {"queryType": {"name": "Query"}}}}


def test_the_name_of_a_type_is_no_introspection(client: Client, settings: Any) -> None:
    settings.GRAPHQL_INTROSPECTION = False

    assert post(client, "{ __typename }").json() == {"data": {"__typename": "Query"}}


# -- what fits -----------------------------------------------------------------------------------


def test_the_question_of_schema_explorers_fits(client: Client, settings: Any) -> None:
    settings.GRAPHQL_INTROSPECTION = True
    question = get_introspection_query(
        descriptions=True,
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )

    response = post(client, question)

    assert response.status_code == 200
    assert len(response.json()["data"]["__schema"]["types"]) > 100


OWN = [
    *(document for page in list_pages() for document in list_graphql(page)),
    *(
        text
        for name, text in sorted(vars(documents).items())
        if isinstance(text, str) and text.lstrip().startswith(("query", "mutation", "subscription"))
    ),
]


@pytest.mark.parametrize("document", OWN)
def test_documents_of_the_pages_and_the_demo_use_little_of_the_limits(document: str) -> None:
    found = weight(document)

    assert found.depth * 2 <= bounds.DEEPEST
    assert found.fields * 4 <= bounds.MOST_FIELDS
    assert found.cost * 4 <= bounds.LARGEST_COST


# -- how it is counted ---------------------------------------------------------------------------


def test_a_fragment_counts_wherever_it_is_spread() -> None:
    once = weight("{ me { ...A } } fragment A on StaffMember { username displayName }")
    twice = weight(
        "{ me { ...A } ... @skip(if: false) { x: me { ...A } } } "
        "fragment A on StaffMember { username displayName }"
    )

    assert (once.fields, once.aliases, once.directives) == (3, 0, 0)
    assert (twice.fields, twice.aliases, twice.directives) == (6, 1, 1)
    assert twice.cost == 2 * once.cost


@pytest.mark.parametrize(
    ("first", "items"),
    [("", 50), ("first: 7,", 7), ("first: 100,", 100), ("first: 5000,", 100), ("first: -1,", 0),
     ("first: $n,", 100)],
)  # fmt: skip
def test_a_page_multiplies_what_is_asked_of_each_item(first: str, items: int) -> None:
    found = weight(
        f'query ($n: Int) {{ rooms({first} hotelSlug: "a") {{ edges {{ node {{ id }} }} }} }}'
    )

    assert found.cost == bounds.ROOT_FIELD_COST + items * 3  # the edge, its node, its id


def test_of_many_operations_the_dearest_counts() -> None:
    cheap, dear = "query A { __typename }", "query B { me { username } }"

    assert weight(f"{cheap} {dear}").cost == weight(dear).cost


def test_every_known_size_belongs_to_a_list_of_the_schema() -> None:
    core = schema._schema
    for name in bounds.LIST_SIZES:
        kind, _, field = name.partition(".")
        if kind != "Connection":
            assert field in core.get_type(kind).fields


def test_the_scales_work_without_a_request() -> None:
    core = schema._schema

    with pytest.raises(DocumentRefused) as refused:
        weigh(parse(CYCLE), core)

    assert refused.value.extensions["code"] == "VALIDATION_ERROR"
