"""Many reservations at once: each in a transaction of its own, each with its result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import models

from apps.common.api.exceptions import render_error
from apps.common.errors import NotFound
from apps.partners.services.reservations import Sent, put_reservation

MOST_AT_ONCE: Final = 500


class BulkOutcome(models.TextChoices):
    """What became of one of many reservations."""

    CREATED = "CREATED", "made"
    UPDATED = "UPDATED", "changed"
    UNCHANGED = "UNCHANGED", "already as it was sent"
    NOT_FOUND = "NOT_FOUND", "what it names is not there"
    REFUSED = "REFUSED", "refused, for the reason given"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkItem:
    """One item's result; ``code``, ``message`` and ``fields`` say why where it was not done."""

    index: int
    booking_reference: str | None
    outcome: BulkOutcome
    code: str | None = None
    message: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


def put_reservations(
    items: Sequence[Mapping[str, Any]], read: Callable[[Mapping[str, Any]], Sent]
) -> Iterator[BulkItem]:
    """Make or change every reservation, in the order asked; one that is refused stops no other.

    ``read`` makes of an item what is to be stored, and may refuse it.
    """
    for index, item in enumerate(items):
        reference = item.get("booking_reference")
        named = reference if isinstance(reference, str) else None
        try:
            stored = put_reservation(read(item))
        except Exception as error:  # whatever it is, the others have their results
            yield _refused(index, named, error)
        else:
            outcome = BulkOutcome(stored.outcome)
            yield BulkItem(index=index, booking_reference=named, outcome=outcome)


def _refused(index: int, reference: str | None, error: Exception) -> BulkItem:
    """Return the result in the words that the error has when it stands alone."""
    told = render_error(error, {}).data["error"]
    is_missing = isinstance(error, NotFound)
    return BulkItem(
        index=index,
        booking_reference=reference,
        outcome=BulkOutcome.NOT_FOUND if is_missing else BulkOutcome.REFUSED,
        code=told["code"],
        message=told["message"],
        fields=told.get("fields", {}),
    )
