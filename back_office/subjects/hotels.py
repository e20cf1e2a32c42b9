"""Pages of hotels and their rooms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import register
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from apps.bookings.desk_lists import OF_STATUS
from apps.bookings.models import Hotel, Room, RoomStatusChange
from apps.bookings.services.hours import follow_hours
from apps.bookings.states import RoomStatus
from apps.staff.roles import Permission
from back_office.access import staff_of
from back_office.cells import NOTHING, colours, moment
from back_office.deeds import LONGEST_TRAIL, DeedsAdmin, Panel
from back_office.filters import ChoiceFilter
from back_office.site import site
from back_office.subjects.partner_deeds import HOTEL_DEEDS
from back_office.subjects.room_deeds import ROOM_DEEDS

ROOM_COLOURS = colours(
    good=[RoomStatus.READY_FOR_GUEST],
    busy=[RoomStatus.CLEANING_IN_PROGRESS, RoomStatus.CLEANED_UNINSPECTED],
    bad=[RoomStatus.CHECKOUT_DIRTY, RoomStatus.OUT_OF_SERVICE],
    plain=[RoomStatus.OCCUPIED],
)
LATELY = 10
HOURS = {"check_in_time", "check_out_time", "timezone"}


@register(Hotel, site=site)
class HotelAdmin(DeedsAdmin):
    """A hotel's settings. Hotels are opened by the platform's own people, and never deleted."""

    deeds = HOTEL_DEEDS
    hotel_path = "pk"
    views = Permission.VIEW_ROOMS
    changes = Permission.MANAGE_HOTEL
    list_display = ("name", "slug", "timezone", "check_in_time", "check_out_time")
    search_fields = ("name", "slug")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "language", "timezone")}),
        (
            "The day",
            {
                "fields": (
                    ("check_in_time", "check_out_time"),
                    ("morning_time", "undo_check_out_minutes"),
                    "inspects_rooms",
                )
            },
        ),
        ("How guests reach it", {"fields": ("phone", "email", "whatsapp_number", "phone_region")}),
        (
            "Online check-in",
            {
                "fields": (
                    "checkin_verification",
                    "online_checkin_opens_days",
                    "pin_length",
                    "guest_app_url",
                    "lock_account",
                )
            },
        ),
        ("For guests", {"fields": ("parking_info", "wifi_name", "wifi_password", "house_notes")}),
    )

    def hotel_of(self, row: Any) -> Hotel | None:
        """Return the row itself."""
        return row if isinstance(row, Hotel) else None

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store the settings; codes of stays follow hours that changed."""
        super().save_model(request, obj, form, change)
        if change and HOURS & set(form.changed_data):
            actor = staff_of(request).actor
            # The settings are stored by then: what fails is logged, and done by saving them again.
            transaction.on_commit(lambda: follow_hours(hotel=obj, performed_by=actor), robust=True)

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        """Return none: hotels are the filter elsewhere."""
        return ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Answer whether this is one of the platform's own people."""
        return staff_of(request).is_superuser

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return what belongs to the platform: the name in addresses, and whose locks these are."""
        return () if staff_of(request).is_superuser else ("slug", "lock_account")


class StatusFilter(ChoiceFilter):
    """Rooms of one status, drawn from their separate facts."""

    title = "status"
    parameter_name = "status"
    choices_offered = tuple(RoomStatus.choices)

    def matching(self, request: HttpRequest, rows: QuerySet[Any], choice: str) -> QuerySet[Any]:
        """Return the rooms of the status."""
        return rows.filter(OF_STATUS[RoomStatus(choice)])


@register(Room, site=site)
class RoomAdmin(DeedsAdmin):
    """Rooms. Their state changes by deeds."""

    views = Permission.VIEW_ROOMS
    adds = changes = Permission.MANAGE_HOTEL
    list_display = ("number", "shown_status", "hotel")
    list_filter = (StatusFilter,)
    list_select_related = ("hotel",)
    search_fields = ("number",)
    ordering = ("hotel", "number")
    readonly_fields = ("standing", "doors")
    deeds = ROOM_DEEDS
    export_columns = (
        ("hotel", lambda room: room.hotel.slug),
        ("number", lambda room: room.number),
        ("status", lambda room: room.status.value),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return rooms with their hotels."""
        return super().get_queryset(request).select_related("hotel")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        """Return what is written of a room, and what is seen of one that is there."""
        return ("hotel", "number", "notes", *(("standing", "doors") if obj else ()))

    @display(description="status", label=ROOM_COLOURS)
    def shown_status(self, room: Room) -> tuple[str, str]:
        """Return the one word for the room."""
        return room.status.value, room.status.label

    @display(description="status")
    def standing(self, room: Room) -> str:
        """Return the one word, for the room's own page."""
        return str(room.status.label)

    @display(description="doors that its guests open")
    def doors(self, room: Room) -> str:
        """Return the names of the room's own locks."""
        return ", ".join(room.locks.values_list("name", flat=True)) or NOTHING

    def panels(self, request: HttpRequest, row: Any) -> Iterable[Panel]:
        """Return what became of the room lately."""
        yield self._changes(row, LATELY)

    def trail(self, request: HttpRequest, row: Any) -> Iterable[Panel]:
        """Return what became of the room."""
        yield self._changes(row, LONGEST_TRAIL)

    def _changes(self, room: Room, most: int) -> Panel:
        changes = RoomStatusChange.objects.filter(room=room).order_by("-happened_at", "-pk")
        return Panel(
            title="What became of it",
            headers=("When", "From", "To", "By", "Note"),
            rows=[
                (
                    moment(change.happened_at),
                    change.get_old_status_display(),
                    change.get_new_status_display(),
                    change.performed_by,
                    change.note,
                )
                for change in changes[:most]
            ],
        )
