"""Pages of bookings and their guests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import register
from django.db.models import CharField, OuterRef, Prefetch, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from apps.bookings.desk_lists import matching_search
from apps.bookings.desk_view import DeskBooking, view_desk_booking
from apps.bookings.models import HOLDER_PREFIX, Booking, Guest, RoomStatusChange
from apps.bookings.rules import allowed_actions
from apps.bookings.selectors import is_askable
from apps.bookings.states import BookingStatus
from apps.common.errors import DomainError
from apps.concierge.selectors import last_messages
from apps.concierge.states import Side
from apps.locks.models import AccessGrant, AccessHistory
from apps.locks.states import GrantState
from apps.staff.roles import Permission
from back_office.access import hotels_where, staff_of
from back_office.cells import NOTHING, colours, moment
from back_office.deeds import LONGEST_TRAIL, DeedsAdmin, Panel
from back_office.site import site
from back_office.subjects.booking_filters import CodesFilter, DayFilter
from back_office.subjects.guest_deeds import GUEST_DEEDS
from back_office.subjects.stay_deeds import RULE_OF_DEED, STAY_DEEDS

IN_HOUSE = "IN_HOUSE"
STATE_COLOURS = colours(
    good=[IN_HOUSE],
    busy=[BookingStatus.PENDING],
    bad=[BookingStatus.NO_SHOW, BookingStatus.CANCELLED],
    plain=[BookingStatus.CONFIRMED, BookingStatus.COMPLETED],
)
CODE_COLOURS = colours(good=[GrantState.READY], busy=[GrantState.WAITING], bad=[GrantState.FAILED])
CODES_SAY = {
    GrantState.READY: "on the locks",
    GrantState.WAITING: "on their way",
    GrantState.FAILED: "a door has none",
}


@register(Booking, site=site)
class BookingAdmin(DeedsAdmin):
    """Bookings. Everything about them changes by deeds."""

    views = Permission.VIEW_BOOKINGS
    list_display = (
        "booking_id",
        "guest_name",
        "room",
        "check_in_date",
        "check_out_date",
        "state",
        "codes",
    )
    list_filter = (DayFilter, CodesFilter, "status")
    search_fields = ("booking_id",)  # what is searched stands in ``get_search_results``
    search_help_text = "Booking, reference, name, room or car registration"
    date_hierarchy = None
    ordering = ("-check_in_date", "-pk")
    deeds = STAY_DEEDS
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("booking_id", "booking_reference"),
                    ("standing", "room"),
                    ("arrival", "departure"),
                    ("checked_in_at", "checked_out_at"),
                )
            },
        ),
        (
            "On file",
            {"fields": (("contact_name", "contact_phone"), ("contact_email", "language"), "hotel")},
        ),
    )
    export_columns = (
        ("hotel", lambda row: row.hotel.slug),
        ("booking_id", lambda row: row.booking_id),
        ("booking_reference", lambda row: row.booking_reference),
        ("guest", lambda row: name_of(row)),
        ("room", lambda row: row.assigned_room.number if row.assigned_room else None),
        ("check_in_date", lambda row: row.check_in_date.isoformat()),
        ("check_out_date", lambda row: row.check_out_date.isoformat()),
        ("status", lambda row: row.status),
        ("checked_in_at", lambda row: row.checked_in_at),
        ("checked_out_at", lambda row: row.checked_out_at),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return bookings with all that the list shows of them."""
        grants = AccessGrant.objects.exclude(state=GrantState.ENDED).filter(
            holder=Concat(Value(HOLDER_PREFIX), Cast(OuterRef("pk"), CharField()))
        )
        primary = Prefetch(
            "guests", Guest.objects.filter(is_primary=True), to_attr="primary_guests"
        )
        rows: QuerySet[Any] = super().get_queryset(request)
        rows = rows.select_related("hotel", "assigned_room")
        rows = rows.prefetch_related("check_outs", primary)
        shown: QuerySet[Any] = rows.annotate(codes_state=Subquery(grants.values("state")[:1]))
        return shown

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search as the desk's own lists do."""
        term = search_term.strip()
        if not is_askable(term):
            return queryset.none(), False
        if not term:
            return queryset, False
        hotels = None
        if not staff_of(request).is_superuser:
            hotels = hotels_where(request, self.views)
        return queryset.filter(matching_search(term, hotels=hotels)), False

    def refusals(self, row: Any) -> dict[str, DomainError]:
        """Return what stands against each deed, by the answers that the services give."""
        answers = {
            answer.action: answer.reasons for answer in allowed_actions(row, now=timezone.now())
        }
        by_rule = {deed: answers[rule][0] for deed, rule in RULE_OF_DEED.items() if answers[rule]}
        return super().refusals(row) | by_rule

    @display(description="guest", ordering="contact_name")
    def guest_name(self, row: Any) -> str:
        """Return who stays."""
        return name_of(row) or NOTHING

    @display(description="room", ordering="assigned_room__number")
    def room(self, row: Booking) -> str:
        """Return the room's number."""
        return row.assigned_room.number if row.assigned_room else NOTHING

    @display(description="state", label=STATE_COLOURS)
    def state(self, row: Booking) -> tuple[str, str]:
        """Return where the stay stands."""
        if row.status == BookingStatus.CONFIRMED and row.checked_in_at is not None:
            return IN_HOUSE, "in house"
        return row.status, row.get_status_display()

    @display(description="state")
    def standing(self, row: Booking) -> str:
        """Return where the stay stands, in words."""
        _, words = self.state(row)
        return str(words)

    @display(description="codes", label=CODE_COLOURS)
    def codes(self, row: Any) -> tuple[str, str] | None:
        """Return how far the codes are."""
        state = row.codes_state
        return (state, CODES_SAY[state]) if state else None

    @display(description="arrival")
    def arrival(self, row: Booking) -> str:
        """Return day and hour."""
        hour = row.early_check_in_time or row.hotel.check_in_time
        return f"{row.check_in_date:%a %d %b %Y}, {hour:%H:%M}"

    @display(description="departure")
    def departure(self, row: Booking) -> str:
        """Return day and hour."""
        hour = row.late_check_out_time or row.hotel.check_out_time
        return f"{row.check_out_date:%a %d %b %Y}, {hour:%H:%M}"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return what is computed."""
        return ("standing", "room", "arrival", "departure")

    def trail(self, request: HttpRequest, row: Any) -> Iterable[Panel]:
        """Return what became of the stay, its rooms and its codes."""
        yield _check_out_trail(row)
        yield _room_trail(row)
        yield _access_trail(row)

    def panels(self, request: HttpRequest, row: Any) -> Iterable[Panel]:
        """Return the people of the stay and its codes; digits are shown by a deed alone."""
        desk: DeskBooking = view_desk_booking(row)
        yield Panel(
            title="Guests",
            headers=("Name", "Phone", "E-mail", "Car"),
            rows=[
                (guest.full_name, guest.phone_number, guest.email, guest.car_registration)
                for guest in desk.guests
            ],
        )
        yield Panel(
            title="Codes",
            headers=("Door", "Code", "Kind", "State", "From", "Until", "First used"),
            rows=[
                (
                    code.lock.name,
                    "•" * 4,
                    code.kind.lower(),
                    code.get_state_display(),
                    moment(code.starts_at),
                    moment(code.ends_at),
                    moment(code.first_used_at),
                )
                for code in desk.access_codes
            ],
        )
        if self.may(request, Permission.TALK_TO_GUESTS, row):
            yield _messages(row)


def _access_trail(booking: Booking) -> Panel:
    lines = AccessHistory.objects.filter(grant__holder=booking.lock_holder)
    lines = lines.select_related("code__lock").order_by("-pk")
    return Panel(
        title="Codes",
        headers=("When", "What", "Door", "By", "Why"),
        rows=[
            (
                moment(line.happened_at),
                line.event,
                line.code.lock.name if line.code else "all",
                line.actor,
                line.reason,
            )
            for line in lines[:LONGEST_TRAIL]
        ],
    )


def _room_trail(booking: Booking) -> Panel:
    changes = RoomStatusChange.objects.filter(booking=booking).select_related("room")
    return Panel(
        title="Rooms",
        headers=("When", "Room", "To", "By", "Note"),
        rows=[
            (
                moment(change.happened_at),
                change.room.number,
                change.get_new_status_display(),
                change.performed_by,
                change.note,
            )
            for change in changes.order_by("-pk")[:LONGEST_TRAIL]
        ],
    )


def _check_out_trail(booking: Booking) -> Panel:
    return Panel(
        title="Check-outs",
        headers=("When", "By", "From", "Undone", "By", "Why"),
        rows=[
            (
                moment(row.happened_at),
                row.performed_by,
                row.source,
                moment(row.undone_at),
                row.undone_by,
                row.undo_reason,
            )
            for row in booking.check_outs.all()
        ],
    )


def _messages(booking: Booking) -> Panel:
    return Panel(
        title="Messages",
        headers=("When", "By", "Message", "Read"),
        rows=[
            (
                moment(message.sent_at),
                message.sender_name or Side(message.sender).label,
                message.body,
                moment(message.read_at),
            )
            for message in last_messages(booking)
        ],
    )


def name_of(row: Any) -> str:
    """Return who stays: as checked in, or as on file before that."""
    name: str = row.name_of(next(iter(row.primary_guests), None))
    return name


@register(Guest, site=site)
class GuestAdmin(DeedsAdmin):
    """People of bookings, as they checked in."""

    hotel_path = "booking__hotel"
    views = Permission.VIEW_BOOKINGS
    list_display = ("full_name", "booking", "room", "car_registration", "created_at")
    list_select_related = ("booking__hotel", "room")
    search_fields = ("full_name", "car_registration", "booking__booking_id", "room__number")
    ordering = ("-pk",)
    fields = (
        "full_name",
        "phone_number",
        "email",
        "car_registration",
        "booking",
        "room",
        "created_at",
    )
    deeds = GUEST_DEEDS
    export_columns = (
        ("hotel", lambda guest: guest.booking.hotel.slug),
        ("booking_id", lambda guest: guest.booking.booking_id),
        ("full_name", lambda guest: guest.full_name),
        ("phone_number", lambda guest: guest.phone_number),
        ("email", lambda guest: guest.email),
        ("car_registration", lambda guest: guest.car_registration),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return people with their bookings."""
        return super().get_queryset(request).select_related("booking__hotel", "room")
