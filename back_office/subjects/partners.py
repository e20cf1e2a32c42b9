"""Pages of partners' keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.admin import register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from apps.partners.models import ApiKey
from apps.staff.roles import Permission
from back_office.deeds import DeedsAdmin, Panel
from back_office.site import site
from back_office.subjects.partner_deeds import KEY_DEEDS, records_of


@register(ApiKey, site=site)
class ApiKeyAdmin(DeedsAdmin):
    """Keys. Managers see those that open their hotels; the platform's own people change them, for
    a key may open other hotels too."""

    views = Permission.MANAGE_HOTEL
    list_display = ("prefix", "partner", "name", "is_alive_now", "expires_at", "last_used_at")
    list_select_related = ("partner",)
    search_fields = ("prefix", "partner__name", "name")
    ordering = ("partner__name", "-pk")
    fields = (
        "partner",
        "name",
        "prefix",
        "scopes",
        "created_at",
        "expires_at",
        "revoked_at",
        "last_used_at",
    )
    deeds = KEY_DEEDS

    def within(self, rows: QuerySet[Any], hotels: Collection[int]) -> QuerySet[Any]:
        """Return the keys that open one of ``hotels``."""
        opening = ApiKey.hotels.through.objects.filter(hotel__in=hotels)
        return rows.filter(pk__in=opening.values("apikey"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Answer whether keys may be seen; those that open no own hotel are not found."""
        return self.may(request, self.views)

    def panels(self, request: HttpRequest, row: Any) -> Iterable[Panel]:
        """Return what was done with the key."""
        return [records_of(row)]

    @display(description="works", boolean=True)
    def is_alive_now(self, key: ApiKey) -> bool:
        """Return whether the key opens anything."""
        return key.is_alive(timezone.now())
