"""The allow-list: where it is set, only the documents of a hotel's own apps are executed."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from graphql_schema.limits.refusals import DocumentRefused
from graphql_schema.persisted.listed import digest_of


def listed_documents() -> Mapping[str, str] | None:
    """Return the documents by digest, or None where any may be sent."""
    listed: Mapping[str, str] | None = settings.GRAPHQL_ALLOWED_DOCUMENTS
    return listed


def check_allowed(text: str) -> None:
    """Let a listed document pass, or any where there is no list. Raises DocumentRefused."""
    listed = listed_documents()
    if listed is not None and digest_of(text) not in listed:
        raise not_allowed()


def not_allowed() -> DocumentRefused:
    """Return the refusal of what is not on the list."""
    return DocumentRefused(
        "This server executes listed documents only, and this is none of them.",
        code="PERSISTED_QUERY_NOT_IN_LIST",
    )
