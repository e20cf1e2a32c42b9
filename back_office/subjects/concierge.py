"""Pages of what a hotel does for its guests during the stay."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import register
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from apps.concierge.models import MenuItem, RoomServiceOrder
from apps.concierge.states import OrderStatus
from apps.staff.roles import Permission
from back_office.cells import NOTHING, colours
from back_office.deeds import DeedsAdmin
from back_office.exports import ExportingAdmin
from back_office.site import site
from back_office.subjects.order_deeds import ORDER_DEEDS

STATE_COLOURS = colours(
    good=[OrderStatus.DELIVERED],
    busy=[OrderStatus.ACCEPTED],
    bad=[OrderStatus.PLACED],
    plain=[OrderStatus.CANCELLED],
)


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


@register(RoomServiceOrder, site=site)
class RoomServiceOrderAdmin(DeedsAdmin):
    """What guests asked for; a check-out hides it."""

    hotel_path = "booking__hotel"
    views = Permission.SERVE_ORDERS
    list_display = ("reference", "room", "state", "what", "sum", "placed_at")
    list_filter = ("status",)
    search_fields = ("booking__booking_id", "booking__assigned_room__number")
    ordering = ("-placed_at", "-pk")
    fields = ("reference", "room", "standing", "what", "sum", "note", "placed_at", "changed_by")
    readonly_fields = ("reference", "room", "standing", "what", "sum")
    deeds = ORDER_DEEDS
    export_columns = (
        ("hotel", lambda order: order.booking.hotel.slug),
        ("booking_id", lambda order: order.booking.booking_id),
        ("number", lambda order: order.number),
        ("status", lambda order: order.status),
        ("total", lambda order: order.total),
        ("currency", lambda order: order.currency),
        ("placed_at", lambda order: order.placed_at),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return what is not hidden, with its lines."""
        rows = super().get_queryset(request).filter(booking__departed_stay__isnull=True)
        rows = rows.select_related("booking__hotel", "booking__assigned_room")
        return rows.prefetch_related("lines")

    @display(description="order")
    def reference(self, order: RoomServiceOrder) -> str:
        """Return how people name it."""
        return f"{order.booking.booking_id}, {order.number}"

    @display(description="room")
    def room(self, order: RoomServiceOrder) -> str:
        """Return where it goes."""
        room = order.booking.assigned_room
        return room.number if room else NOTHING

    @display(description="state", label=STATE_COLOURS)
    def state(self, order: RoomServiceOrder) -> tuple[str, str]:
        """Return where it stands."""
        return order.status, order.get_status_display()

    @display(description="state")
    def standing(self, order: RoomServiceOrder) -> str:
        """Return where it stands, in words."""
        return order.get_status_display()

    @display(description="what")
    def what(self, order: RoomServiceOrder) -> str:
        """Return the lines."""
        return ", ".join(str(line) for line in order.lines.all())

    @display(description="sum")
    def sum(self, order: RoomServiceOrder) -> str:
        """Return what it costs."""
        return f"{order.total} {order.currency}"
