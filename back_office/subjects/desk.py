"""Pages of what a front desk keeps an eye on: alerts, check-ins under way, what was sent."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.admin import register
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from apps.bookings.models import Hotel
from apps.checkin.models import CheckInFlow
from apps.checkin.states import PinStatus
from apps.common.models import Alert, Notice
from apps.staff.roles import Permission
from back_office.cells import colours
from back_office.exports import ExportingAdmin
from back_office.filters import ChoiceFilter
from back_office.site import site
from back_office.tenancy import TenantAdmin

OF_HOTEL, OF_LOCKS = "hotel:", "locks:"


class ScopedAdmin(TenantAdmin):
    """Rows that know whose they are by the words of their ``scope`` alone."""

    def within(self, rows: QuerySet[Any], hotels: Collection[int]) -> QuerySet[Any]:
        """Return the rows of these hotels and of their locks."""
        accounts = Hotel.objects.filter(pk__in=hotels, lock_account__isnull=False)
        scopes = [f"{OF_HOTEL}{key}" for key in hotels]
        scopes += [f"{OF_LOCKS}{key}" for key in accounts.values_list("lock_account_id", flat=True)]
        return rows.filter(scope__in=scopes)

    def hotel_of(self, row: Any) -> Hotel | None:
        """Return the hotel that the row's words mean."""
        kind, _, key = row.scope.partition(":")
        column = {"hotel": "pk", "locks": "lock_account"}.get(kind)
        if column is None or not key.isdigit():
            return None
        return Hotel.objects.filter(**{column: int(key)}).first()


class OpenFilter(ChoiceFilter):
    """Alerts that are open, or over."""

    title = "alerts"
    parameter_name = "alerts"
    choices_offered = (("open", "open"), ("closed", "over"))

    def matching(self, request: HttpRequest, rows: QuerySet[Any], choice: str) -> QuerySet[Any]:
        """Return the alerts of the choice."""
        return rows.filter(closed_at__isnull=choice == "open")


@register(Alert, site=site)
class AlertAdmin(ScopedAdmin):
    """What somebody should look at. Alerts close by themselves once it is right again."""

    views = Permission.VIEW_ROOMS
    list_display = ("message", "kind", "opened_at", "closed_at")
    list_filter = (OpenFilter,)
    search_fields = ("message", "subject")
    ordering = ("-opened_at", "-pk")
    fields = ("message", "kind", "subject", "opened_at", "closed_at")


@register(Notice, site=site)
class NoticeAdmin(ScopedAdmin):
    """What was sent to guests, and what could not be: to whom is not shown."""

    views = Permission.VIEW_BOOKINGS
    list_display = ("subject", "template", "channel", "state", "asked_at", "sent_at", "last_error")
    list_filter = ("state", "channel")
    search_fields = ("subject", "template")
    ordering = ("-asked_at", "-pk")
    fields = (
        "subject",
        "template",
        "channel",
        "language",
        "state",
        "asked_at",
        "sent_at",
        "last_error",
    )
    readonly_fields = ("state", "sent_at", "last_error")


PIN_COLOURS = colours(
    good=[PinStatus.READY],
    busy=[PinStatus.GENERATING],
    bad=[PinStatus.FAILED],
    plain=[PinStatus.NOT_STARTED],
)


@register(CheckInFlow, site=site)
class CheckInFlowAdmin(ExportingAdmin):
    """Online check-ins; the desk finishes one by checking the booking in."""

    hotel_path = "booking__hotel"
    views = Permission.VIEW_BOOKINGS
    list_display = ("booking", "status", "step", "pin", "device_type", "started_at", "expires_at")
    list_filter = ("status", "pin_status", "device_type")
    list_select_related = ("booking__hotel",)
    search_fields = ("booking__booking_id", "booking__booking_reference", "full_name")
    ordering = ("-started_at", "-pk")
    fields = (
        "booking",
        ("status", "step"),
        ("pin_status", "device_type"),
        "full_name",
        ("phone_number", "email"),
        ("has_car", "car_registration"),
        ("started_at", "expires_at"),
        ("pin_asked_at", "pin_ready_at"),
        "completed_at",
    )
    export_columns = (
        ("hotel", lambda flow: flow.booking.hotel.slug),
        ("booking_id", lambda flow: flow.booking.booking_id),
        ("status", lambda flow: flow.status),
        ("step", lambda flow: flow.step),
        ("pin_status", lambda flow: flow.pin_status),
        ("device_type", lambda flow: flow.device_type),
        ("started_at", lambda flow: flow.started_at),
        ("completed_at", lambda flow: flow.completed_at),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return check-ins with their bookings."""
        return super().get_queryset(request).select_related("booking__hotel")

    @display(description="PIN", label=PIN_COLOURS)
    def pin(self, flow: CheckInFlow) -> tuple[str, str]:
        """Return how far the PIN is."""
        return flow.pin_status, flow.get_pin_status_display()
