"""Pages of events and their seats."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin import action, register
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.seating.models import Seat, SeatAllocation, SeatingEvent, WaitingListEntry
from apps.seating.states import LIVE, AllocationStatus
from apps.seating.waiting_selectors import status_of_entry
from apps.staff.roles import Permission
from back_office.cells import NOTHING
from back_office.deeds import DeedsAdmin, Panel
from back_office.exports import ExportingAdmin
from back_office.filters import ChoiceFilter, OwnRowsFilter
from back_office.site import site
from back_office.subjects.seat_deeds import EVENT_DEEDS

DECIDED_BY_SALES = ("hold_policy", "currency")
MOST_SEATS_AT_ONCE = 200  # their labels travel in an address


@register(SeatingEvent, site=site)
class SeatingEventAdmin(DeedsAdmin):
    """Events. The seats are drawn by ``import_seat_map``; their states change by deeds."""

    views = Permission.REVIEW_PAYMENTS
    adds = changes = Permission.DRAW_SEATS
    list_display = ("name", "starts_at", "venue", "hotel", "hold_policy")
    list_select_related = ("hotel",)
    search_fields = ("name", "slug", "venue")
    ordering = ("-starts_at", "-pk")
    readonly_fields = ("map",)
    deeds = EVENT_DEEDS
    export_columns = (
        ("hotel", lambda event: event.hotel.slug),
        ("slug", lambda event: event.slug),
        ("name", lambda event: event.name),
        ("starts_at", lambda event: event.starts_at),
    )
    fieldsets = (
        (None, {"fields": ("hotel", "name", "slug", "venue", "starts_at")}),
        (
            "Sales",
            {
                "fields": (
                    "sales_open_at",
                    "sales_close_at",
                    ("hold_policy", "currency"),
                    ("order_minutes", "offer_minutes"),
                    ("most_seats_per_order", "review_hours"),
                    "refuses_single_gaps",
                )
            },
        ),
        ("Seats", {"fields": ("map",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return events with their hotels."""
        return super().get_queryset(request).select_related("hotel")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return also what can't change once somebody has chosen seats under it."""
        fixed = super().get_readonly_fields(request, obj)
        if obj is None:
            return fixed
        sold = obj.orders.exists()
        return (*fixed, "slug", *(DECIDED_BY_SALES if sold else ()))

    @display(description="map")
    def map(self, event: SeatingEvent) -> SafeString | str:
        """Return the picture of the seats as they are now."""
        if event.pk is None:
            return NOTHING
        address = reverse("seats-picture", args=(event.slug,))
        return format_html('<img src="{}" alt="The seats now" style="max-width: 100%">', address)

    def panels(self, request: HttpRequest, row: Any) -> Iterable[Panel]:
        """Return what is sold of each category."""
        live = Q(allocations__status__in=LIVE)
        sold = Q(allocations__status=AllocationStatus.BOOKED)
        counted = (
            Seat.objects.filter(event=row, is_retired=False)
            .order_by("category")
            .values_list("category")
            .annotate(
                seats=Count("pk", distinct=True),
                blocked=Count("pk", filter=Q(is_blocked=True), distinct=True),
                held=Count("pk", filter=live & ~sold, distinct=True),
                booked=Count("pk", filter=sold, distinct=True),
            )
        )
        yield Panel(
            title="Seats by category",
            headers=("Category", "Seats", "Blocked", "Held", "Booked"),
            rows=[tuple(row) for row in counted],
        )


class EventFilter(OwnRowsFilter):
    """The rows of one event."""

    title = "event"
    parameter_name = "event"
    model = SeatingEvent
    newest_first = "-starts_at"


class BlockedFilter(ChoiceFilter):
    """Seats on sale, or not."""

    title = "sale"
    parameter_name = "sale"
    choices_offered = (("blocked", "blocked"), ("open", "on sale"))

    def matching(self, request: HttpRequest, rows: QuerySet[Any], choice: str) -> QuerySet[Any]:
        """Return the seats of the choice."""
        return rows.filter(is_blocked=choice == "blocked")


@register(Seat, site=site)
class SeatAdmin(ExportingAdmin):
    """Seats of events: chosen here in order to be blocked or put back on sale."""

    hotel_path = "event__hotel"
    views = Permission.REVIEW_PAYMENTS
    list_display = ("label", "event", "category", "price", "is_blocked", "blocked_reason", "sold")
    list_filter = (EventFilter, BlockedFilter, "category")
    list_select_related = ("event__hotel",)
    search_fields = ("label", "category")
    ordering = ("event", "pk")
    actions = ("block_chosen", "unblock_chosen")
    fields = (
        "event",
        "label",
        "row",
        "number",
        "category",
        "price",
        "is_blocked",
        "blocked_reason",
    )
    export_columns = (
        ("event", lambda seat: seat.event.slug),
        ("label", lambda seat: seat.label),
        ("category", lambda seat: seat.category),
        ("price", lambda seat: seat.price),
        ("blocked", lambda seat: seat.is_blocked),
        ("sold", lambda seat: bool(seat.is_sold)),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return seats that are on a map, and whether somebody has them."""
        rows: QuerySet[Any] = super().get_queryset(request).filter(is_retired=False)
        booked = SeatAllocation.objects.filter(seat=OuterRef("pk"), status=AllocationStatus.BOOKED)
        shown: QuerySet[Any] = rows.select_related("event__hotel").annotate(is_sold=Exists(booked))
        return shown

    @display(description="sold", boolean=True)
    def sold(self, seat: Any) -> bool:
        """Return whether somebody has booked it."""
        return bool(seat.is_sold)

    def has_block_permission(self, request: HttpRequest) -> bool:
        """Answer whether this person may block seats somewhere; the deed asks where."""
        return self.may(request, Permission.BLOCK_SEATS)

    @action(description="Block the chosen seats", permissions=["block"])
    def block_chosen(self, request: HttpRequest, seats: QuerySet[Any]) -> HttpResponse | None:
        """Go to the page that says what will happen."""
        return self._ask(request, seats, "block-seats")

    @action(description="Put the chosen seats back on sale", permissions=["block"])
    def unblock_chosen(self, request: HttpRequest, seats: QuerySet[Any]) -> HttpResponse | None:
        """Go to the page that says what will happen."""
        return self._ask(request, seats, "unblock-seats")

    def _ask(
        self, request: HttpRequest, seats: QuerySet[Any], deed: str
    ) -> HttpResponseRedirect | None:
        labels: dict[int, list[str]] = defaultdict(list)
        for event_id, label in seats.values_list("event_id", "label")[: MOST_SEATS_AT_ONCE + 1]:
            labels[event_id].append(label)
        if len(labels) != 1:
            messages.error(request, "Choose seats of one event.")
            return None
        ((event_id, chosen),) = labels.items()
        if len(chosen) > MOST_SEATS_AT_ONCE:
            messages.error(request, f"Choose at most {MOST_SEATS_AT_ONCE} seats at once.")
            return None
        address = reverse("admin:seating_seatingevent_deed", args=(event_id, deed))
        return HttpResponseRedirect(f"{address}?{urlencode({'labels': ', '.join(chosen)})}")


@register(WaitingListEntry, site=site)
class WaitingListEntryAdmin(ExportingAdmin):
    """Who waits for seats; the line moves by itself."""

    hotel_path = "event__hotel"
    views = Permission.REVIEW_PAYMENTS
    list_display = ("holder_name", "event", "quantity", "category", "standing", "created_at")
    list_filter = (EventFilter,)
    list_select_related = ("event__hotel", "order")
    search_fields = ("holder_name",)
    ordering = ("-pk",)
    fields = (
        "event",
        "holder_name",
        "holder_email",
        "holder_phone",
        "quantity",
        "category",
        "standing",
        "created_at",
        "offered_at",
    )
    readonly_fields = ("standing", "offered_at")
    export_columns = (
        ("event", lambda entry: entry.event.slug),
        ("holder_name", lambda entry: entry.holder_name),
        ("quantity", lambda entry: entry.quantity),
        ("category", lambda entry: entry.category),
        ("created_at", lambda entry: entry.created_at),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return entries with their events and offers."""
        return super().get_queryset(request).select_related("event__hotel", "order")

    @display(description="state")
    def standing(self, entry: WaitingListEntry) -> str:
        """Return what became of it."""
        return str(status_of_entry(entry).label)
