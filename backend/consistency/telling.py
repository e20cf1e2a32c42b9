"""What must agree about chats and orders of guests, notices, alerts and what is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from django.db.models import Exists, F, Max, OuterRef, Q, Subquery

from apps.bookings.models import Booking, Hotel
from apps.bookings.states import BookingStatus
from apps.checkin.models import CheckInAnalytics
from apps.common.models import Alert, EventStream, Notice
from apps.common.notices.models import NoticeState
from apps.concierge.models import Conversation, DepartedStay, Message, RoomServiceOrder
from apps.locks.models import LockAccount
from backend.consistency.finding import Finding


def _services_after_departure() -> Iterator[Finding]:
    chats = Conversation.objects.filter(booking=OuterRef("pk"))
    orders = RoomServiceOrder.objects.filter(booking=OuterRef("pk"))
    left = Booking.objects.filter(
        Exists(chats) | Exists(orders), status=BookingStatus.COMPLETED, departed_stay__isnull=True
    )
    for booking in left.select_related("hotel").iterator():
        yield Finding(
            subject=f"{booking.hotel.slug}, booking {booking.booking_id}",
            problem="is checked out, and its chat or orders are still shown.",
            advice="Delete them: a check-out hides them and then does so by itself.",
        )


def _hidden_while_in_house() -> Iterator[Finding]:
    departed = DepartedStay.objects.exclude(booking__status=BookingStatus.COMPLETED)
    for stay in departed.select_related("booking__hotel").iterator():
        yield Finding(
            subject=f"{stay.booking.hotel.slug}, booking {stay.booking.booking_id}",
            problem="has its chat and orders hidden, and was not checked out.",
            advice="Delete its departed stay.",
        )


def _messages() -> Iterator[Finding]:
    # By number, for a clock may be put back between two messages.
    newest = Message.objects.filter(conversation=OuterRef("pk")).order_by("-number")
    chats = Conversation.objects.annotate(newest=Subquery(newest.values("sent_at")[:1]))
    for chat in chats.exclude(newest=F("last_message_at")).filter(newest__isnull=False).iterator():
        yield Finding(
            subject=f"Conversation {chat.pk}",
            problem="has another last message than it says.",
            advice="Set its instant to that of the newest message.",
        )
    highest = Message.objects.values("hotel").annotate(number=Max("changed_number")).order_by()
    for hotel, number in highest.values_list("hotel", "number"):
        stream = EventStream.objects.filter(name=f"hotel:{hotel}", last_number__gte=number)
        if not stream.exists():
            yield Finding(
                subject=f"Hotel {hotel}",
                problem=f"has a message of number {number}, beyond its log.",
                advice="Set the log's last number to that.",
            )


def _notices() -> Iterator[Finding]:
    for notice in Notice.objects.filter(state=NoticeState.PENDING, due_at__isnull=True).iterator():
        yield Finding(
            subject=f"Notice {notice.pk}",
            problem="is to be sent, and nothing will do it.",
            advice="Set when it is due.",
        )
    done = Notice.objects.exclude(state=NoticeState.PENDING).filter(due_at__isnull=True)
    for notice in done.filter(~Q(recipient="") | ~Q(context="")).iterator():
        yield Finding(
            subject=f"Notice {notice.pk}",
            problem="is done with, and what it said would be kept for ever.",
            advice="Set when it is due: then it is erased.",
        )


def _alerts() -> Iterator[Finding]:
    scopes = Alert.objects.filter(closed_at__isnull=True).order_by("scope")
    known = {hotel.alert_scope for hotel in Hotel.objects.only("pk")}
    known |= {account.alert_scope for account in LockAccount.objects.only("pk")}
    for scope in scopes.values_list("scope", flat=True).distinct():
        if scope not in known:
            yield Finding(
                subject=f"Alerts of {scope}",
                problem="are open, and nobody is there to read them.",
                advice="Close them.",
            )


def _counted() -> Iterator[Finding]:
    counted = CheckInAnalytics.objects.filter(flow__isnull=False)
    wrong = counted.filter(~Q(status=F("flow__status")) | ~Q(hotel=F("flow__booking__hotel")))
    for row in wrong.select_related("flow").iterator():
        yield Finding(
            subject=f"Check-in {row.flow_id}",
            problem="is counted with another state or at another hotel.",
            advice="Delete what is counted of it, or set it right.",
        )


SEARCHES: Final[Sequence[Callable[[], Iterator[Finding]]]] = (
    _services_after_departure,
    _hidden_while_in_house,
    _messages,
    _notices,
    _alerts,
    _counted,
)
