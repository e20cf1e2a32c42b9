"""The tree of refusals: a stable code, one sentence for the person, and a family.

A room's refusal is a child of a family here; the family alone decides the HTTP status and the
GraphQL problem type, at the doors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How a guest reaches the hotel when the machine can't help."""

    phone: str | None = None
    email: str | None = None
    whatsapp_url: str | None = None


class DomainError(Exception):
    """An expected refusal. ``field`` is the snake_case name of the input at fault, if one is."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    sentence: ClassVar[str] = "Something went wrong."

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        self.message = message or self.sentence
        self.field = field
        super().__init__(self.message)


class NotFound(DomainError):
    code = "NOT_FOUND"
    sentence = "There is nothing here; check the address or the reference."


class Invalid(DomainError):
    code = "VALIDATION_ERROR"
    sentence = "Some of what was sent can't be used."


class NotAuthenticated(DomainError):
    code = "NOT_AUTHENTICATED"
    sentence = "Sign in first; the login is missing, wrong or has ended."


class Forbidden(DomainError):
    code = "PERMISSION_DENIED"
    sentence = "This login may not do that."


class Conflict(DomainError):
    code = "CONFLICT"
    sentence = "The present state does not allow that."


class PreconditionFailed(DomainError):
    code = "PRECONDITION_FAILED"
    sentence = "It has changed since it was read; read it again and decide anew."


class Pending(DomainError):
    """Accepted and under way: ask again in ``retry_after_seconds``."""

    code = "PENDING"
    sentence = "Almost ready; try again in a moment."
    retry_after_seconds: ClassVar[int] = 1


class TooLarge(DomainError):
    code = "PAYLOAD_TOO_LARGE"
    sentence = "That is too large; send less."


class RateLimited(DomainError):
    """Too many tries. ``retry_after_seconds`` tells when the next one counts again."""

    code = "RATE_LIMITED"
    sentence = "Too many tries; wait a little, then try again."

    def __init__(
        self,
        message: str | None = None,
        *,
        retry_after_seconds: int,
        contact: Contact | None = None,
    ) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
        self.contact = contact

    @property
    def rest_fields(self) -> Mapping[str, Any]:
        """What REST shows beside the sentence."""
        return {"contact": asdict(self.contact)} if self.contact else {}


class Unavailable(DomainError):
    code = "UNAVAILABLE"
    sentence = "This can't be done right now; try again in a moment."
