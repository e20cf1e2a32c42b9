"""Refusals as data: every mutation answers its result or one of the problems it names."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import strawberry
from strawberry.utils.str_converters import to_camel_case

from apps.checkin.errors import PinFailed
from apps.common import errors
from apps.seating.errors import SeatsTaken

P = ParamSpec("P")
R = TypeVar("R")


@strawberry.interface(description="An expected refusal: a stable code and one sentence.")
class Problem:
    code: str = strawberry.field(description="Stable, for programs; never translated.")
    message: str = strawberry.field(description="One sentence for the person.")
    field: str | None = strawberry.field(
        default=None, description="The input at fault, in camelCase, if one is."
    )


@strawberry.type(description="What was asked for is not there, or not for this caller.")
class NotFoundProblem(Problem):
    pass


@strawberry.type(description="Some input can't be used; `field` says which.")
class InvalidProblem(Problem):
    pass


@strawberry.type(description="The caller has to prove something first, or may not do this.")
class ForbiddenProblem(Problem):
    pass


@strawberry.type(description="The present state does not allow this.")
class ConflictProblem(Problem):
    pass


@strawberry.type(description="Accepted and still under way: ask again soon, or subscribe.")
class PendingProblem(Problem):
    retry_after_seconds: int = strawberry.field(default=1, description="When to ask again.")


@strawberry.type(description="This can't be done right now.")
class UnavailableProblem(Problem):
    pass


@strawberry.type(description="How to reach the hotel's people.")
class Contact:
    phone: str | None = strawberry.field(default=None, description="Telephone.")
    email: str | None = strawberry.field(default=None, description="E-mail address.")
    whatsapp_url: str | None = strawberry.field(default=None, description="WhatsApp link.")

    @classmethod
    def of(cls, contact: errors.Contact | None) -> Contact | None:
        """Translate, keeping None."""
        if contact is None:
            return None
        return cls(phone=contact.phone, email=contact.email, whatsapp_url=contact.whatsapp_url)


@strawberry.type(description="Too many tries.")
class RateLimitedProblem(Problem):
    retry_after_seconds: int = strawberry.field(
        default=1, description="Seconds until the next try."
    )
    contact: Contact | None = strawberry.field(
        default=None, description="The hotel, where waiting may not help."
    )


@strawberry.type(description="The PIN could not be set on the locks; the hotel helps.")
class PinFailedProblem(Problem):
    contact: Contact | None = strawberry.field(default=None, description="The hotel.")
    booking_reference: str = strawberry.field(default="", description="To mention when calling.")


@strawberry.type(description="Some of the seats can't be had any more; the order stays as it was.")
class SeatsTakenProblem(Problem):
    labels: list[str] = strawberry.field(
        default_factory=list, description="The seats that are gone."
    )


def problem_of(error: errors.DomainError) -> Problem:
    """Return the problem type of an error's family."""
    common: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "field": to_camel_case(error.field) if error.field else None,
    }
    if isinstance(error, PinFailed):
        return PinFailedProblem(
            **common,
            contact=Contact.of(error.contact),
            booking_reference=error.booking_reference,
        )
    if isinstance(error, SeatsTaken):
        return SeatsTakenProblem(**common, labels=error.labels)
    if isinstance(error, errors.RateLimited):
        return RateLimitedProblem(
            **common,
            retry_after_seconds=error.retry_after_seconds,
            contact=Contact.of(error.contact),
        )
    if isinstance(error, errors.Pending):
        return PendingProblem(**common, retry_after_seconds=error.retry_after_seconds)
    for family, problem in _PROBLEM_OF_FAMILY:
        if isinstance(error, family):
            return problem(**common)
    raise error


_PROBLEM_OF_FAMILY: tuple[tuple[type[errors.DomainError], type[Problem]], ...] = (
    (errors.NotFound, NotFoundProblem),
    (errors.Invalid, InvalidProblem),
    (errors.TooLarge, InvalidProblem),
    (errors.Forbidden, ForbiddenProblem),
    (errors.Conflict, ConflictProblem),
    (errors.Unavailable, UnavailableProblem),
)


def problems_as_results(
    *families: type[errors.DomainError],
) -> Callable[[Callable[P, R]], Callable[P, R | Problem]]:
    """Let refusals of these families be answers; others become top-level errors."""

    def decorate(resolve: Callable[P, R]) -> Callable[P, R | Problem]:
        @functools.wraps(resolve)
        def resolve_or_refuse(*args: P.args, **kwargs: P.kwargs) -> R | Problem:
            try:
                return resolve(*args, **kwargs)
            except families as refusal:
                return problem_of(refusal)

        return resolve_or_refuse

    return decorate
