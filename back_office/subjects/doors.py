"""Pages of the locks, their gateways and the accounts that they belong to."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import register
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from apps.locks.models import Gateway, Lock, LockAccount
from apps.staff.roles import Permission
from back_office.access import staff_of
from back_office.cells import NOTHING
from back_office.deeds import DeedsAdmin
from back_office.exports import ExportingAdmin
from back_office.site import site
from back_office.subjects.door_deeds import ACCOUNT_DEEDS

LOW_BATTERY = 20


@register(Lock, site=site)
class LockAdmin(ExportingAdmin):
    """Locks, as the account at the lock cloud lists them."""

    hotel_path = "account__hotel"
    views = Permission.VIEW_ROOMS
    list_display = ("name", "is_front_door", "of_rooms", "battery", "reached_by", "looked_at")
    list_filter = ("is_front_door",)
    search_fields = ("name",)
    ordering = ("name", "pk")
    fields = (
        "name",
        "vendor_lock_id",
        "is_front_door",
        "of_rooms",
        "battery",
        "reached_by",
        "looked_at",
    )
    readonly_fields = ("of_rooms", "battery", "reached_by", "looked_at")
    export_columns = (
        ("name", lambda lock: lock.name),
        ("hotel", lambda lock: lock.account.hotel.slug if hasattr(lock.account, "hotel") else None),
        ("front_door", lambda lock: lock.is_front_door),
        ("battery_percent", lambda lock: lock.battery_percent),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return locks with all that is shown of them; of an account, nothing secret."""
        rows = super().get_queryset(request).select_related("account__hotel")
        return rows.prefetch_related(
            "rooms", Prefetch("gateways", Gateway.objects.order_by("name"))
        )

    @display(description="rooms")
    def of_rooms(self, lock: Lock) -> str:
        """Return which rooms it is the door of."""
        if lock.is_front_door:
            return "all"
        return ", ".join(room.number for room in lock.rooms.all()) or NOTHING

    @display(description="battery", ordering="battery_percent")
    def battery(self, lock: Lock) -> str:
        """Return the charge, and a word where it is low."""
        percent = lock.battery_percent
        if percent is None:
            return NOTHING
        return f"{percent} %, low" if percent < LOW_BATTERY else f"{percent} %"

    @display(description="reached by")
    def reached_by(self, lock: Lock) -> str:
        """Return the gateways and whether they answer."""
        now = timezone.now()
        return (
            ", ".join(f"{gateway}: {_answers(gateway, now)}" for gateway in lock.gateways.all())
            or NOTHING
        )


def _answers(gateway: Gateway, now: Any) -> str:
    if gateway.shut_until is not None and now < gateway.shut_until:
        return "left alone for a while"
    return "online" if gateway.is_online else "offline"


@register(LockAccount, site=site)
class LockAccountAdmin(DeedsAdmin):
    """Accounts at the lock cloud. The platform's own people open them and give them to hotels;
    their secrets are written and never shown."""

    hotel_path = "hotel"
    views = Permission.MANAGE_HOTEL
    list_display = ("name", "timezone", "standing", "calls_this_month")
    search_fields = ("name",)
    ordering = ("name", "pk")
    fields = ("name", "timezone", "client_id", "username", "monthly_call_limit", "standing")
    readonly_fields = ("standing",)
    deeds = ACCOUNT_DEEDS

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return what nobody types; the hotel is named at the hotel."""
        return ("standing",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Answer whether this is one of the platform's own people."""
        return staff_of(request).is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Answer likewise."""
        return staff_of(request).is_superuser

    @display(description="state")
    def standing(self, account: LockAccount) -> str:
        """Return whether it is used, and why not."""
        blocked = account.blocked_until
        if blocked is not None and timezone.now() < blocked:
            return account.blocked_because or "left alone for a while"
        return "in use"
