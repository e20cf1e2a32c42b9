"""Pages by key: the next page begins after the last row seen, the previous one ends before the
first, however many there are."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from apps.common.errors import Invalid

M = TypeVar("M", bound=Model)

DEFAULT_SIZE: Final = 50
LARGEST_SIZE: Final = 100
LONGEST_CURSOR: Final = 400


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Rows with their cursors, and whether there are more on either side."""

    rows: Sequence[tuple[M, str]]
    has_next: bool
    has_previous: bool = False


def page_of(
    rows: QuerySet[M],
    *,
    order_by: str,
    first: int | None,
    after: str | None,
    largest: int = LARGEST_SIZE,
) -> Page[M]:
    """Return the page after the cursor ``after``; ``order_by`` a column, "-" for newest first.

    Equal values are told apart by the primary key. ``first`` is clamped to ``largest``.
    Raises Invalid for a cursor that is none of ours.
    """
    shown, has_more = _walk(rows, order_by, _size(first, largest), after)
    return Page(shown, has_next=has_more, has_previous=after is not None)


def page_before(
    rows: QuerySet[M],
    *,
    order_by: str,
    last: int | None,
    before: str,
    largest: int = LARGEST_SIZE,
) -> Page[M]:
    """Return the page that ends before the cursor ``before``, in the order of ``page_of``.

    Raises Invalid.
    """
    backwards = order_by[1:] if order_by.startswith("-") else f"-{order_by}"
    shown, has_more = _walk(rows, backwards, _size(last, largest), before)
    return Page(shown[::-1], has_next=True, has_previous=has_more)


def _size(count: int | None, largest: int) -> int:
    return DEFAULT_SIZE if count is None else max(0, min(count, largest))


def _walk(
    rows: QuerySet[M], order_by: str, size: int, seen: str | None
) -> tuple[list[tuple[M, str]], bool]:
    """Return the rows beyond ``seen`` with their cursors, and whether more lie beyond them."""
    column, is_descending = order_by.lstrip("-"), order_by.startswith("-")
    sign = "-" if is_descending else ""
    try:
        if seen is not None:
            rows = rows.filter(_beyond(column, _decode(seen), is_descending=is_descending))
        found = list(rows.order_by(order_by, f"{sign}pk")[: size + 1])
    except (ValueError, TypeError, ValidationError, RecursionError):
        raise Invalid("That cursor is not one of this list's.", field="after") from None
    shown = [(row, _encode(getattr(row, column), row.pk)) for row in found[:size]]
    return shown, len(found) > size


def _beyond(column: str, seen: tuple[Any, Any], *, is_descending: bool) -> Q:
    comparison = "lt" if is_descending else "gt"
    value, pk = seen
    # The first condition follows from the rest, and is one that an index can begin at.
    return Q(**{f"{column}__{comparison}e": value}) & (
        Q(**{f"{column}__{comparison}": value}) | Q(**{column: value, f"pk__{comparison}": pk})
    )


def _encode(value: Any, pk: Any) -> str:
    plain = value.isoformat() if isinstance(value, date | datetime) else value
    text = json.dumps([plain, str(pk)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[Any, Any]:
    """Return the column's value and the key. Raises ValueError, TypeError, RecursionError."""
    padded = cursor[:LONGEST_CURSOR] + "=" * (-len(cursor) % 4)
    value, pk = json.loads(base64.urlsafe_b64decode(padded.encode()))
    return value, pk
