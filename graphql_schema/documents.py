"""Documents as they are read: parsed, weighed and validated once, and remembered by their text.

Clients send the same few documents all the time. What is refused is not remembered, and what is
remembered is bounded by its length in all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    specified_rules,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from graphql_schema.limits import DocumentRefused, TooComplex, Weight, bounds, weigh
from graphql_schema.memory import Memory
from graphql_schema.persisted.allowed import check_allowed

# Characters of documents. One takes up to 200 times its length as a tree, so strangers who send
# ever other documents fill 40 MB; the apps of a house send some dozens of 500 characters each.
REMEMBERED: Final = 200_000
LONGEST_NAME: Final = 80  # characters of an operation, in a log line
SMALLEST: Final = 200  # characters that any document counts as
# What the parser says when it gives up on a document that may be right but is too much.
TOO_MANY_TOKENS: Final = "Document contains more than"
TOO_DEEP: Final = "Document is nested too deeply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that keeps within the limits, with what validation says of it."""

    ast: DocumentNode
    weight: Weight
    errors: list[GraphQLError] = field(repr=False)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Return the operation that a request means. Raises DocumentRefused."""
        operations = [
            part for part in self.ast.definitions if isinstance(part, OperationDefinitionNode)
        ]
        if name is not None:
            operations = [part for part in operations if part.name and part.name.value == name]
        if not operations:
            raise DocumentRefused("The document has no operation of that name.")
        if len(operations) > 1:
            raise DocumentRefused("Say by `operationName` which operation is meant.")
        return operations[0]


_memory: Final[Memory[tuple[GraphQLSchema, str], Document]] = Memory(room=REMEMBERED)


def named(operation: OperationDefinitionNode) -> str:
    """Return kind and name of an operation, for the log; without a name, its first field's."""
    fields = (
        part.name for part in operation.selection_set.selections if isinstance(part, FieldNode)
    )
    name = operation.name or next(fields, None)
    return f"{operation.operation.value} {name.value if name else ''}"[:LONGEST_NAME]


def read_document(text: str, schema: GraphQLSchema) -> Document:
    """Return the document, valid or not, if it may be asked at all. Raises DocumentRefused.

    Every way to the schema leads through here, over HTTP and over sockets.
    """
    check_allowed(text)
    document = _recalled(text, schema)
    if document.weight.introspects and not settings.GRAPHQL_INTROSPECTION:
        raise DocumentRefused(
            "This server does not describe its schema.", code="INTROSPECTION_DISABLED"
        )
    return document


def _recalled(text: str, schema: GraphQLSchema) -> Document:
    document = _memory.get((schema, text))
    if document is None:
        document = _read(text, schema)
        _memory.keep((schema, text), document, size=max(SMALLEST, len(text)))
    return document


def _read(text: str, schema: GraphQLSchema) -> Document:
    if len(text) > bounds.LONGEST_TEXT:
        raise TooComplex(limit="characters", most=bounds.LONGEST_TEXT, unit="characters")
    ast = _parse(text)
    # Weighed first: validation compares every field with every other of its name.
    weight = weigh(ast, schema)
    return Document(
        ast=ast, weight=weight, errors=validate_document(schema, ast, tuple(specified_rules))
    )


def _parse(text: str) -> DocumentNode:
    try:
        return parse(text, max_tokens=bounds.MOST_TOKENS)
    except GraphQLSyntaxError as error:
        if TOO_MANY_TOKENS in error.message:
            raise TooComplex(limit="tokens", most=bounds.MOST_TOKENS, unit="tokens") from None
        if TOO_DEEP in error.message:
            raise TooComplex(
                limit="depth", most=bounds.DEEPEST, unit="levels of selections"
            ) from None
        raise DocumentRefused(error.message) from None


class ReadOnce(SchemaExtension):
    """Hands the library documents that are read already."""

    _errors: list[GraphQLError]

    def on_parse(self) -> Iterator[None]:
        """Read the document in place of the library's parser."""
        context = self.execution_context
        if context.query:
            schema: Any = context.schema
            document: Document = schema.read(context.query)
            context.graphql_document = document.ast
            self._errors = document.errors
        yield

    def on_validate(self) -> Iterator[None]:
        """Say what validation said when the document was read."""
        self.execution_context.pre_execution_errors = self._errors
        yield
