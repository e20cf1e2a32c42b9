"""How many values to expect of a field: what its ``first`` says, or what lists of its kind hold."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
)

from apps.common.pagination import DEFAULT_SIZE, LARGEST_SIZE
from graphql_schema.limits import bounds

FIRST: Final = "first"
SHARE_OF_WRAPPED_TYPES: Final = 0.7  # most types are named or `T!`; hardly one has four levels


class Sizes:
    """The expected sizes of one schema's lists."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    def of(self, parent: str, field: GraphQLField, node: FieldNode) -> float:
        """Return how many objects or values the field is expected to hold at most."""
        name = node.name.value
        if parent.startswith("__"):
            return self._introspection.get(f"{parent}.{name}", 1)
        if FIRST in field.args:
            return _page_size(node)
        if not _is_list(field):
            return 1
        if name == "edges" and parent.endswith("Connection"):
            return bounds.LIST_SIZES["Connection.edges"]
        return bounds.LIST_SIZES.get(f"{parent}.{name}", bounds.LIST_SIZE)

    @cached_property
    def _introspection(self) -> Mapping[str, float]:
        """Introspection answers from the schema itself, so its lists are counted there."""
        types = list(self._schema.type_map.values())
        composite = [t for t in types if isinstance(t, GraphQLObjectType | GraphQLInterfaceType)]
        fields = [field for kind in composite for field in kind.fields.values()]
        arguments = sum(len(field.args) for field in fields)
        per_type = 1 + len(fields) / len(types)
        return {
            "__Schema.types": len(types),
            "__Schema.directives": len(self._schema.directives),
            "__Type.fields": per_type,
            "__Type.inputFields": per_type,
            "__Type.interfaces": 1,
            "__Type.possibleTypes": 2,
            "__Type.enumValues": 2,
            "__Type.ofType": SHARE_OF_WRAPPED_TYPES,
            "__Field.args": 1 + arguments / max(1, len(fields)),
            "__Directive.args": 2,
        }


def _page_size(node: FieldNode) -> float:
    """Return ``first`` as the resolvers clamp it; a variable may hold the largest."""
    for argument in node.arguments or ():
        if argument.name.value == FIRST:
            if isinstance(argument.value, IntValueNode):
                return max(0, min(int(argument.value.value[:9]), LARGEST_SIZE))
            return LARGEST_SIZE
    return DEFAULT_SIZE


def _is_list(field: GraphQLField) -> bool:
    kind: Any = field.type
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    return isinstance(kind, GraphQLList)
