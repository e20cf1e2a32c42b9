"""Pages of what can only be read: who was forgotten, and what was removed."""

from __future__ import annotations

from django.contrib.admin import register

from apps.bookings.models import GuestErasure, RemovalRecord
from apps.staff.roles import Permission
from back_office.exports import ExportingAdmin
from back_office.site import site


@register(GuestErasure, site=site)
class GuestErasureAdmin(ExportingAdmin):
    """Erasures; they name nobody."""

    views = Permission.ERASE_GUESTS
    list_display = (
        "performed_at",
        "performed_by",
        "booking_id",
        "departed_before",
        "bookings",
        "guests",
    )
    search_fields = ("booking_id", "performed_by")
    list_select_related = ("hotel",)
    ordering = ("-performed_at", "-pk")
    fields = ("hotel", *list_display)
    export_columns = (
        ("hotel", lambda row: row.hotel.slug if row.hotel else None),
        ("performed_at", lambda row: row.performed_at),
        ("performed_by", lambda row: row.performed_by),
        ("booking_id", lambda row: row.booking_id),
        ("guests", lambda row: row.guests),
    )


@register(RemovalRecord, site=site)
class RemovalRecordAdmin(ExportingAdmin):
    """What destructive check-outs deleted: kinds and keys, never names."""

    views = Permission.MANAGE_HOTEL
    list_display = ("happened_at", "performed_by", "booking_id", "room", "removed")
    search_fields = ("booking_id", "performed_by")
    list_select_related = ("hotel", "room")
    ordering = ("-happened_at", "-pk")
    fields = ("hotel", *list_display)
    export_columns = (
        ("hotel", lambda row: row.hotel.slug),
        ("happened_at", lambda row: row.happened_at),
        ("performed_by", lambda row: row.performed_by),
        ("booking_id", lambda row: row.booking_id),
    )
