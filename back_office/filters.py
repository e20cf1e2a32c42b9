"""Filters that lists have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib.admin import SimpleListFilter
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from back_office.access import hotels_of

MOST_OFFERED: Final = 50
LONGEST_KEY: Final = 18


class HotelFilter(SimpleListFilter):
    """The rows of one hotel, for people who see several."""

    title = "hotel"
    parameter_name = "at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """Return one's hotels; a filter with one choice is not shown."""
        hotels = hotels_of(request)
        return [(hotel.slug, hotel.name) for hotel in hotels] if len(hotels) > 1 else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the chosen hotel's rows; an unknown one has none."""
        slug = self.value()
        if slug is None:
            return queryset
        keys = [hotel.pk for hotel in hotels_of(request) if hotel.slug == slug]
        rows: QuerySet[Any] = self._page.within(queryset, keys)
        return rows

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self._page = model_admin
        super().__init__(request, params, model, model_admin)


class ChoiceFilter(SimpleListFilter):
    """A few choices that people name; each is a condition of its own."""

    choices_offered: Sequence[tuple[str, str]] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """Return the choices."""
        return self.choices_offered

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return what fits the choice; what was never offered changes nothing."""
        choice = self.value()
        if choice not in dict(self.choices_offered):
            return queryset
        return self.matching(request, queryset, str(choice))

    def matching(self, request: HttpRequest, rows: QuerySet[Any], choice: str) -> QuerySet[Any]:
        """Return those of ``rows`` that fit."""
        raise NotImplementedError


class OwnRowsFilter(SimpleListFilter):
    """The rows that belong to one row of another subject, offered from one's own hotels alone.

    ``parameter_name`` is the foreign key's name too.
    """

    model: type[Model]
    newest_first: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """Return the newest ones that this person may see."""
        page = model_admin.admin_site.get_model_admin(self.model)
        rows = page.get_queryset(request).order_by(self.newest_first)[:MOST_OFFERED]
        return [(str(row.pk), str(row)) for row in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the chosen one's rows."""
        chosen = self.value()
        if chosen is None:
            return queryset
        if not (chosen.isascii() and chosen.isdigit()) or len(chosen) > LONGEST_KEY:
            return queryset.none()
        return queryset.filter(**{str(self.parameter_name): int(chosen)})
