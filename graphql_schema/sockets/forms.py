"""What the results of a subscription look like: the same form, the same text."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
)


def form_of(
    text: str,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> Hashable:
    """Return what is equal where results look alike. Pure."""
    used = variables_of_results(document, operation, variables)
    name = operation.name.value if operation.name else None
    return text, name, orjson.dumps(used, option=orjson.OPT_SORT_KEYS)


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
