"""Requests that never become an operation, each with its HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from apps.common.api.exceptions import status_of
from apps.common.errors import DomainError
from graphql_schema.limits import DocumentRefused


class RequestRefused(DocumentRefused):
    """A refusal with another status than 400, or headers of its own."""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        status: HTTPStatus,
        headers: Mapping[str, str] | None = None,
        **told: Any,
    ) -> None:
        super().__init__(message, code=code, **told)
        self.status = status
        self.headers = headers or {}


def method_not_allowed(message: str, *, allow: str) -> RequestRefused:
    """Return the refusal of a method; ``allow`` names the right ones."""
    return RequestRefused(
        message,
        code="METHOD_NOT_ALLOWED",
        status=HTTPStatus.METHOD_NOT_ALLOWED,
        headers={"Allow": allow},
    )


def body_refused(refusal: DomainError) -> RequestRefused:
    """Return the refusal of a body that is not read: over its limit, or without a place."""
    return RequestRefused(
        refusal.message, code=refusal.code, status=HTTPStatus(status_of(type(refusal)))
    )
