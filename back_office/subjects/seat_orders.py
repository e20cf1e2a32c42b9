"""The review queue: orders of seats, with what shows that they were paid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.admin import register
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from unfold.decorators import display

from apps.common.security_headers import POLICY
from apps.seating.models import PaymentProof, SeatOrder
from apps.seating.proof_storage import read_file
from apps.seating.selectors import review_due_at, shown_status, shown_to_staff, total_of
from apps.seating.states import OrderStatus, PaymentMark, Verdict
from apps.staff.roles import Permission
from back_office.cells import NOTHING, colours, moment
from back_office.deeds import DeedsAdmin, Panel
from back_office.filters import ChoiceFilter
from back_office.site import site
from back_office.subjects.review_deeds import REVIEW_DEEDS
from back_office.subjects.seats import EventFilter

STATE_COLOURS = colours(
    good=[OrderStatus.CONFIRMED],
    busy=[OrderStatus.AWAITING_REVIEW],
    bad=[OrderStatus.REJECTED, OrderStatus.EXPIRED],
    plain=[OrderStatus.PENDING, OrderStatus.RELEASED],
)
MARK_COLOURS = colours(bad=PaymentMark.values)


class ReviewFilter(ChoiceFilter):
    """What somebody has to look at."""

    title = "review"
    parameter_name = "review"
    choices_offered = (
        ("waiting", "proofs waiting"),
        ("overdue", "waiting for too long"),
        ("marked", "something is odd"),
    )

    def matching(self, request: HttpRequest, rows: QuerySet[Any], choice: str) -> QuerySet[Any]:
        """Return the orders of the choice."""
        if choice == "marked":
            return rows.exclude(mark="")
        waiting = rows.filter(status=OrderStatus.AWAITING_REVIEW)
        return waiting if choice == "waiting" else waiting.filter(_overdue(waiting))


def _overdue(waiting: QuerySet[Any]) -> Q:
    """Return which of the orders wait for longer than their events allow."""
    now, found = timezone.now(), Q(pk__in=())
    patience = waiting.order_by().values_list("event__review_hours", flat=True).distinct()
    for hours in patience:
        found |= Q(event__review_hours=hours, submitted_at__lte=now - timedelta(hours=hours))
    return found


@register(SeatOrder, site=site)
class SeatOrderAdmin(DeedsAdmin):
    """Orders of seats. Reviews name the version that was seen."""

    hotel_path = "event__hotel"
    views = Permission.REVIEW_PAYMENTS
    list_display = (
        "number",
        "event",
        "holder_name",
        "seats",
        "total",
        "state",
        "odd",
        "submitted_at",
    )
    list_filter = (ReviewFilter, EventFilter, "status")
    search_fields = ("number", "holder_name", "holder_email")
    search_help_text = "Order, name or e-mail"
    ordering = ("-created_at", "-pk")
    deeds = REVIEW_DEEDS
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "event"),
                    ("standing", "oddity"),
                    ("seats", "total"),
                    ("received_amount", "review_due"),
                    ("created_at", "submitted_at"),
                )
            },
        ),
        ("Holder", {"fields": ("holder_name", ("holder_email", "holder_phone"))}),
        ("Review", {"fields": (("reviewed_by", "version"), "rejection_reason")}),
    )
    export_columns = (
        ("event", lambda order: order.event.slug),
        ("number", lambda order: order.number),
        ("status", lambda order: shown_status(order).value),
        ("holder_name", lambda order: order.holder_name),
        ("holder_email", lambda order: order.holder_email),
        ("seats", lambda order: labels_of(order)),
        ("total", total_of),
        ("currency", lambda order: order.event.currency),
        ("received_amount", lambda order: order.received_amount),
        ("mark", lambda order: order.mark),
        ("submitted_at", lambda order: order.submitted_at),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return orders with their seats and proofs."""
        rows: QuerySet[Any] = shown_to_staff(super().get_queryset(request))
        return rows.select_related("event__hotel")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return what is computed."""
        return ("standing", "oddity", "seats", "total", "review_due")

    def get_urls(self) -> list[URLPattern]:
        """Return the address of a proof before those of the order."""
        own = path(
            "<path:object_id>/proof/<int:proof>/",
            self.admin_site.admin_view(self.proof_view),
            name="seating_seatorder_proof",
        )
        return [own, *super().get_urls()]

    def proof_view(self, request: HttpRequest, object_id: str, proof: int) -> HttpResponse:
        """Show a proof to people who review payments at its hotel."""
        order = self.get_object(request, unquote(object_id))
        found = (
            None if order is None else PaymentProof.objects.filter(order=order, pk=proof).first()
        )
        if found is None:
            raise Http404
        if not self.may(request, Permission.REVIEW_PAYMENTS, order):
            raise PermissionDenied
        return _shown(request, found)

    @display(description="seats")
    def seats(self, order: SeatOrder) -> str:
        """Return the labels."""
        return labels_of(order) or NOTHING

    @display(description="total")
    def total(self, order: SeatOrder) -> str:
        """Return what is due."""
        return f"{total_of(order)} {order.event.currency}"

    @display(description="state", label=STATE_COLOURS)
    def state(self, order: SeatOrder) -> tuple[str, str]:
        """Return where the order stands."""
        status = shown_status(order)
        return status.value, status.label

    @display(description="odd", label=MARK_COLOURS)
    def odd(self, order: SeatOrder) -> tuple[str, str] | None:
        """Return what is odd about the payment, in a word."""
        return (order.mark, order.mark.lower().replace("_", " ")) if order.mark else None

    @display(description="state")
    def standing(self, order: SeatOrder) -> str:
        """Return where the order stands, for its own page."""
        return str(shown_status(order).label)

    @display(description="odd")
    def oddity(self, order: SeatOrder) -> str:
        """Return what is odd about the payment, as a sentence."""
        return order.get_mark_display() or NOTHING

    @display(description="review due")
    def review_due(self, order: SeatOrder) -> str:
        """Return until when somebody should have looked at it."""
        return moment(review_due_at(order))

    def trail(self, request: HttpRequest, row: Any) -> Iterable[Panel]:
        """Return what was sent in, and what was made of it."""
        yield from self.panels(request, row)

    def panels(self, request: HttpRequest, row: Any) -> Iterable[Panel]:
        """Return what was sent in."""
        yield Panel(
            title="Proofs",
            headers=("Sent", "Kind", "Verdict", "By", "When", "Seen before"),
            rows=[
                (
                    moment(proof.submitted_at),
                    proof.media_type,
                    Verdict(proof.verdict).label,
                    proof.reviewed_by,
                    moment(proof.reviewed_at),
                    "with another order" if proof.is_reused else NOTHING,
                )
                for proof in row.proofs.all()
            ],
        )


def labels_of(order: SeatOrder) -> str:
    """Return the labels of an order's seats; they come with it."""
    return ", ".join(row.seat.label for row in order.allocations.all())


@xframe_options_sameorigin
def _shown(_request: HttpRequest, proof: PaymentProof) -> HttpResponse:
    try:
        content = read_file(proof.file_name)
    except FileNotFoundError:
        raise Http404 from None
    response = HttpResponse(content, content_type=proof.media_type)
    response["Content-Disposition"] = "inline"
    # What somebody uploaded runs nothing here, and is framed by these pages alone.
    response[POLICY] = "script-src 'none'; frame-ancestors 'self'"
    return response
