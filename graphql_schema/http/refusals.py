"""Requests that never become an operation, each with its HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from apps.common.errors import TooLarge
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


def body_too_large() -> RequestRefused:
    """Return the refusal of a body over its limit."""
    return RequestRefused(
        TooLarge.sentence, code=TooLarge.code, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    )
