"""Documents made ready: parsed and validated once, however often clients send them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    Node,
    OperationDefinitionNode,
    VariableNode,
    get_operation_ast,
    parse,
    specified_rules,
)
from strawberry.schema.schema import validate_document

from graphql_schema.schema import LONGEST_DOCUMENT, core_schema

KEPT: Final = 256
LONGEST_KEPT: Final = 16_000  # characters


class Unusable(Exception):
    """A document that can't be carried out, for these reasons."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__()
        self.errors = list(errors)


def prepare(text: str) -> DocumentNode:
    """Return the document that ``text`` is. Raises Unusable."""
    found = _kept(text) if len(text) <= LONGEST_KEPT else _prepare(text)
    if isinstance(found, DocumentNode):
        return found
    raise Unusable(found)


def _prepare(text: str) -> DocumentNode | Sequence[GraphQLError]:
    try:
        document = parse(text, max_tokens=LONGEST_DOCUMENT)
    except GraphQLError as error:
        return [error]
    return validate_document(core_schema, document, specified_rules) or document


_kept = lru_cache(KEPT)(_prepare)


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """Return the operation that is meant. Raises Unusable."""
    operation = get_operation_ast(document, name)
    if operation is None:
        raise Unusable([GraphQLError("Name one operation of the document.")])
    return operation


def variables_of_results(
    document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the variables that a subscription's results depend on.

    The root field's own arguments say what is followed and from where; they have no part in how
    one event is shown. Pure.
    """
    root = operation.selection_set.selections[0]
    fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    parts: list[Node | None] = [*(operation.directives or ()), *fragments]
    if isinstance(root, FieldNode):
        parts += [root.selection_set, *(root.directives or ())]
    else:
        parts.append(root)
    named = {name for part in parts if part is not None for name in _variables_in(part)}
    return {name: value for name, value in variables.items() if name in named}


def _variables_in(node: Node) -> Iterator[str]:
    if isinstance(node, VariableNode):
        yield node.name.value
    for key in node.keys:
        child = getattr(node, key)
        for each in child if isinstance(child, list | tuple) else (child,):
            if isinstance(each, Node):
                yield from _variables_in(each)
