"""Whoever reads the schema finds a sentence for everything in it."""

from __future__ import annotations

import re

from graphql import GraphQLInputObjectType, GraphQLObjectType

from graphql_schema import wording
from graphql_schema.schema import schema
from graphql_schema.wording import undescribed


def test_everything_in_the_schema_is_described() -> None:
    assert schema.undescribed() == [], (
        "describe it where it is defined, or in graphql_schema/wording.py"
    )


def test_what_has_no_description_is_found() -> None:
    core = schema._schema.to_kwargs()
    bare = GraphQLObjectType("Bare", {})
    kinds = type(schema._schema)(**{**core, "types": [*core["types"], bare]})

    assert set(undescribed(kinds)) - set(undescribed(schema._schema)) == {"Bare"}


def test_common_words_are_in_use() -> None:
    """A word for something that is gone would mislead whoever describes the next one."""
    kinds = schema._schema.type_map.values()
    inputs = {
        name for kind in kinds if isinstance(kind, GraphQLInputObjectType) for name in kind.fields
    }
    arguments = {
        name
        for kind in kinds
        if isinstance(kind, GraphQLObjectType)
        for field in kind.fields.values()
        for name in field.args
    }

    assert set(wording.COMMON) <= inputs | arguments


def test_particular_words_belong_to_a_place_in_the_schema() -> None:
    places = {
        place for kind in schema._schema.type_map.values() for place, _ in wording._parts(kind)
    }

    assert set(wording.PARTICULAR) <= places
    assert all(re.fullmatch(r".+[.]", text) for text in wording.PARTICULAR.values())
