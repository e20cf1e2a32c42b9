"""One pass over a document that tells how much it asks for, before anything else reads it.

A fragment is weighed once and its weight added wherever it is spread: documents whose fragments
fan out to millions of fields cost no more to refuse than to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionNode,
    SelectionSetNode,
    TypeMetaFieldDef,
    get_named_type,
)

from graphql_schema.limits import bounds
from graphql_schema.limits.refusals import DocumentRefused, TooComplex
from graphql_schema.limits.sizes import Sizes

META_FIELDS: Final = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}


@dataclass(frozen=True, slots=True)
class Weight:
    """What a part of a document amounts to, fragments included."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    cost: float = 0
    introspects: bool = False

    def beside(self, other: Weight) -> Weight:
        """Return the weight of both together, side by side. Raises TooComplex."""
        both = Weight(
            depth=max(self.depth, other.depth),
            fields=self.fields + other.fields,
            aliases=self.aliases + other.aliases,
            directives=self.directives + other.directives,
            cost=self.cost + other.cost,
            introspects=self.introspects or other.introspects,
        )
        both.check()
        return both

    def check(self) -> None:
        """Raises TooComplex; done at every step, so that no number grows far beyond its limit."""
        for name, found, most in (
            ("depth", self.depth, bounds.DEEPEST),
            ("fields", self.fields, bounds.MOST_FIELDS),
            ("aliases", self.aliases, bounds.MOST_ALIASES),
            ("directives", self.directives, bounds.MOST_DIRECTIVES),
            ("cost", self.cost, bounds.LARGEST_COST),
        ):
            if found > most:
                raise TooComplex(limit=name, most=most, unit=UNITS[name])


UNITS: Final[Mapping[str, str]] = {
    "depth": "levels of selections",
    "fields": "fields, those of fragments included",
    "aliases": "aliases",
    "directives": "directives",
    "cost": "values in the answer, lists at their longest",
}


def weigh(document: DocumentNode, schema: GraphQLSchema) -> Weight:
    """Return what the document amounts to; its cost is that of its dearest operation.

    It need not be valid: what the schema does not know counts as one value. Raises TooComplex,
    and DocumentRefused for fragments that contain themselves.
    """
    if len(document.definitions) > bounds.MOST_DEFINITIONS:
        raise TooComplex(
            limit="definitions", most=bounds.MOST_DEFINITIONS, unit="operations and fragments"
        )
    scales = _Scales(document, schema)
    for name in scales.fragment_names:
        scales.fragment(name, 0)  # a cycle may lie where no operation leads
    operations = [
        scales.operation(definition)
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
    ]
    together = Weight()
    for found in operations:
        together = together.beside(replace(found, cost=0))
    return replace(together, cost=max((found.cost for found in operations), default=0))


class _Scales:
    def __init__(self, document: DocumentNode, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._sizes = Sizes(schema)
        self._definitions: dict[str, FragmentDefinitionNode] = {}
        for definition in document.definitions:
            if isinstance(definition, FragmentDefinitionNode):
                self._define(definition)
        self._weighed: dict[str, Weight] = {}
        self._open: set[str] = set()
        self._cost_within = {
            root.name: bounds.MUTATION_COST
            if root is schema.mutation_type
            else bounds.ROOT_FIELD_COST
            for root in (schema.query_type, schema.mutation_type, schema.subscription_type)
            if root is not None
        }

    def _define(self, definition: FragmentDefinitionNode) -> None:
        name = definition.name.value
        if name in self._definitions:
            raise DocumentRefused(f"There can be only one fragment named '{name[:100]}'.")
        self._definitions[name] = definition

    @property
    def fragment_names(self) -> Iterable[str]:
        """The fragments that the document defines."""
        return self._definitions

    def operation(self, node: OperationDefinitionNode) -> Weight:
        """Return the weight of an operation, its directives included."""
        root = self._schema.get_root_type(node.operation)
        selected = self._selections(node.selection_set, root, 1)
        directives = len(node.directives or ()) + sum(
            len(variable.directives or ()) for variable in node.variable_definitions or ()
        )
        return selected.beside(Weight(directives=directives))

    def fragment(self, name: str, level: int) -> Weight:
        """Return the weight of a fragment's content, which is the same wherever it is spread."""
        definition = self._definitions.get(name)
        if definition is None:
            return Weight()  # validation names it
        if name in self._open:
            raise DocumentRefused(f"The fragment '{name[:100]}' contains itself.")
        if name not in self._weighed:
            self._open.add(name)
            kind = self._schema.get_type(definition.type_condition.name.value)
            found = self._selections(definition.selection_set, kind, level + 1)
            self._weighed[name] = found.beside(Weight(directives=len(definition.directives or ())))
            self._open.remove(name)
        return self._weighed[name]

    def _selections(
        self, selections: SelectionSetNode, parent: GraphQLNamedType | None, level: int
    ) -> Weight:
        Weight(depth=level).check()  # on the way down, so that recursion is bounded as well
        total = Weight()
        for node in selections.selections:
            total = total.beside(self._selection(node, parent, level))
        return replace(total, depth=total.depth + 1)

    def _selection(
        self, node: SelectionNode, parent: GraphQLNamedType | None, level: int
    ) -> Weight:
        own = Weight(directives=len(node.directives or ()))
        if isinstance(node, FragmentSpreadNode):
            return own.beside(self.fragment(node.name.value, level))
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            kind = self._schema.get_type(condition.name.value) if condition else parent
            return own.beside(self._selections(node.selection_set, kind, level + 1))
        field = cast(FieldNode, node)  # the grammar knows no other
        return own.beside(self._field(field, parent, level))

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, level: int) -> Weight:
        name = node.name.value
        is_meta = name.startswith("__")
        own = Weight(
            fields=1,
            aliases=int(node.alias is not None),
            cost=self._cost_within.get(parent.name, 1) if parent and not is_meta else 1,
            introspects=name in META_FIELDS,
        )
        if node.selection_set is None:
            return own
        field = META_FIELDS.get(name) or getattr(parent, "fields", {}).get(name)
        kind = get_named_type(field.type) if field else None
        inside = self._selections(node.selection_set, kind, level + 1)
        size = self._sizes.of(parent.name, field, node) if parent and field else 1
        return own.beside(replace(inside, cost=inside.cost * size))
