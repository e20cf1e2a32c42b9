"""Long lists of flat objects, answered column by column instead of leaf by leaf.

Completing every leaf of 10,000 seats on its own costs a quarter of a second; what it comes to is
the same few conversions for every row. ``FlatListExecution`` takes the ordinary path whenever a
selection is anything but plain leaves, and whenever a value could be an error: errors and nulls
then travel by the ordinary rules. ``settings.GRAPHQL_FLAT_LISTS = False`` takes that path always.

``complete_list_value`` is internal to graphql-core, whose version is locked; a test compares both
paths over any selection.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

from django.conf import settings
from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLField,
    GraphQLID,
    GraphQLObjectType,
    GraphQLString,
    get_nullable_type,
    is_leaf_type,
    is_non_null_type,
    is_object_type,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

T = TypeVar("T")

TYPENAME: Final = "__typename"
# What these scalars make of values of these types: the same values.
UNCHANGED: Final[Mapping[Any, type]] = {
    GraphQLString: str,
    GraphQLID: str,
    GraphQLBoolean: bool,
}
Column = Sequence[Any]


class FlatList(Collection[T], Generic[T]):
    """Objects of one Strawberry type, kept as columns of equal length by attribute name."""

    def __init__(self, kind: type[T], columns: Mapping[str, Column]) -> None:
        self.kind = kind
        self.columns = columns

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __iter__(self) -> Iterator[T]:
        names = tuple(self.columns)
        for values in zip(*self.columns.values(), strict=True):
            yield self.kind(**dict(zip(names, values, strict=True)))

    def __contains__(self, item: object) -> bool:
        return any(item == each for each in self)


class FlatListExecution(StrawberryGraphQLCoreExecutionContext):
    """Executes as ever, but for flat lists."""

    def complete_list_value(  # type: ignore[no-untyped-def]  # an internal signature, passed on
        self, return_type, field_details_list, info, path, result, position_context
    ) -> Any:
        """Return the list as it is answered."""
        if type(result) is FlatList and settings.GRAPHQL_FLAT_LISTS:
            rows = self._rows(return_type.of_type, field_details_list, result)
            if rows is not None:
                return rows
        return super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _rows(
        self, item_type: Any, field_details_list: Any, flat: FlatList[Any]
    ) -> list[dict[str, Any]] | None:
        """Return the rows, or None where only the ordinary path knows the answer."""
        item = get_nullable_type(item_type)
        if self.middleware_manager is not None and self.middleware_manager.middlewares:
            return None
        if not is_object_type(item) or field_details_list[0].node.directives:
            return None
        # Aliases, fragments, @skip and @include are dealt with here, by graphql-core itself.
        grouped, deferred, _ = self.collect_subfields(item, field_details_list)
        if deferred or not grouped:
            return None
        answered = []
        for field_details in grouped.values():
            column = _column(item, field_details[0].node.name.value, flat)
            if column is None:
                return None
            answered.append(column)
        keys = tuple(grouped)
        return [dict(zip(keys, row, strict=True)) for row in zip(*answered, strict=True)]


def _column(item: GraphQLObjectType, name: str, flat: FlatList[Any]) -> Column | None:
    """Return a field's values as they are answered, or None for the ordinary path."""
    if name == TYPENAME:
        return [item.name] * len(flat)
    field = item.fields.get(name)
    attribute = _attribute(field) if field else None
    values = flat.columns.get(attribute) if attribute else None
    return None if field is None or values is None else _answered(field.type, values)


def _attribute(field: GraphQLField) -> str | None:
    """Return the attribute that the field shows, or None if there is more to it."""
    made_of = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(made_of, StrawberryField):
        return None
    is_plain = not (made_of.base_resolver or made_of.permission_classes or made_of.extensions)
    return made_of.python_name if is_plain else None


def _answered(shown_as: Any, values: Column) -> Column | None:
    leaf = get_nullable_type(shown_as)
    if not is_leaf_type(leaf):
        return None
    if set(map(type, values)) == {UNCHANGED.get(leaf)}:
        return values
    try:
        answered = [None if value is None else leaf.coerce_output_value(value) for value in values]
    except (GraphQLError, TypeError, ValueError):
        return None
    # A null may be an error, and here or there it nulls more than itself.
    is_missing = any(value is None for value in answered)
    return None if is_missing and is_non_null_type(shown_as) else answered
