"""Lists as REST shows them: a page of results and the addresses of its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param

from apps.common.errors import Invalid
from apps.common.pagination import DEFAULT_SIZE, LARGEST_SIZE, Page, page_before, page_of

M = TypeVar("M", bound=Model)

CURSOR: Final = "cursor"
LIMIT: Final = "limit"
BACKWARDS: Final = "~"  # marks a cursor that a page ends before; safe in an address as it is
MOST_DIGITS: Final = 9

PAGE_PARAMETERS: Final = (
    OpenApiParameter(
        name=CURSOR, description="A place in the list, as `next` and `previous` name it."
    ),
    OpenApiParameter(
        name=LIMIT,
        type={"type": "integer", "minimum": 1, "maximum": 10**MOST_DIGITS - 1},
        description=f"Results a page: {DEFAULT_SIZE} by default, {LARGEST_SIZE} at most.",
    ),
)


class PageSerializer(serializers.Serializer[Any]):
    """What every page of a list says beside its ``results``."""

    next = serializers.URLField(allow_null=True, help_text="The page that follows, if one does.")
    previous = serializers.URLField(allow_null=True, help_text="The page before, if there is one.")


def page_body(
    request: Request,
    rows: QuerySet[M],
    *,
    order_by: str,
    show: Callable[[Sequence[M]], Sequence[Any]],
    largest: int = LARGEST_SIZE,
) -> dict[str, Any]:
    """Return the page of ``rows`` that the request asks for; ``order_by`` as in ``page_of``.

    Raises Invalid for a cursor or a limit that is none.
    """
    page = _page(request, rows, order_by, largest)
    results = show([row for row, _ in page.rows])
    return {"results": results, "next": _next(request, page), "previous": _previous(request, page)}


def _page(request: Request, rows: QuerySet[M], order_by: str, largest: int) -> Page[M]:
    limit, cursor = _limit(request), request.query_params.get(CURSOR) or None
    try:
        if cursor is not None and cursor.startswith(BACKWARDS):
            before = cursor.removeprefix(BACKWARDS)
            return page_before(rows, order_by=order_by, last=limit, before=before, largest=largest)
        return page_of(rows, order_by=order_by, first=limit, after=cursor, largest=largest)
    except Invalid as refusal:
        raise Invalid(refusal.message, field=CURSOR) from None


def _limit(request: Request) -> int | None:
    text = request.query_params.get(LIMIT)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS or int(text) == 0:
        raise Invalid("The limit is a number from 1 on.", field=LIMIT)
    return int(text)


def _next(request: Request, page: Page[M]) -> str | None:
    if not page.has_next:
        return None
    here = request.build_absolute_uri()
    # A page without rows lies before all others: the list begins anew.
    if not page.rows:
        return str(remove_query_param(here, CURSOR))
    return str(replace_query_param(here, CURSOR, page.rows[-1][1]))


def _previous(request: Request, page: Page[M]) -> str | None:
    if not page.has_previous or not page.rows:
        return None
    return str(
        replace_query_param(request.build_absolute_uri(), CURSOR, BACKWARDS + page.rows[0][1])
    )
