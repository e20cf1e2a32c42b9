"""Refusals of a document as a whole: nothing of it was executed."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError


class DocumentRefused(GraphQLError):
    """A refusal with a stable ``code``; ``told`` goes into the error's extensions beside it."""

    def __init__(self, message: str, *, code: str = "VALIDATION_ERROR", **told: Any) -> None:
        super().__init__(message, extensions={"code": code, **told})


class TooComplex(DocumentRefused):
    """More than a limit allows; ``limit`` is its name for programs."""

    def __init__(self, *, limit: str, most: int, unit: str) -> None:
        super().__init__(
            f"This document asks for too much: at most {most} {unit} are allowed.",
            code="QUERY_TOO_COMPLEX",
            limit=limit,
            most=most,
        )
