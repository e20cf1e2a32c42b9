"""Pages of what a hotel does for its guests during the stay."""

from __future__ import annotations

from django.contrib.admin import register

from apps.concierge.models import MenuItem
from apps.staff.roles import Permission
from back_office.exports import ExportingAdmin
from back_office.site import site


@register(MenuItem, site=site)
class MenuItemAdmin(ExportingAdmin):
    """What room service brings. Orders keep the name and the price that they were made at."""

    views = Permission.SERVE_ORDERS
    adds = changes = deletes = Permission.MANAGE_HOTEL
    list_display = ("name", "category", "price", "currency", "is_available", "hotel")
    list_filter = ("is_available",)
    list_select_related = ("hotel",)
    search_fields = ("name", "category")
    ordering = ("hotel", "category", "name")
    fields = ("hotel", "name", "category", "description", "price", "currency", "is_available")
    export_columns = (
        ("hotel", lambda item: item.hotel.slug),
        ("category", lambda item: item.category),
        ("name", lambda item: item.name),
        ("price", lambda item: item.price),
        ("currency", lambda item: item.currency),
        ("available", lambda item: item.is_available),
    )
