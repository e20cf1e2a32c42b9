"""What does not agree about seats, partners, services, notices, alerts and figures is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from apps.bookings.models import Booking
from apps.bookings.services.checkout import checkout_booking
from apps.checkin.models import CheckInAnalytics
from apps.checkin.states import FlowStatus
from apps.common.models import Alert, EventStream, Notice
from apps.common.notices.models import NoticeState
from apps.concierge.models import Conversation, DepartedStay, Message
from apps.partners.models import ApiKey, DeliveryState, KeptAnswer, WebhookDelivery, WebhookSource
from apps.seating.models import (
    PaymentProof,
    Seat,
    SeatAllocation,
    SeatingEvent,
    SeatOrder,
    WaitingListEntry,
)
from apps.seating.proof_storage import drop_file
from apps.seating.services.payments import submit_payment_proof
from apps.seating.states import AllocationStatus, OrderStatus
from backend.consistency import find_inconsistencies
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory
from tests.factories.checkin import CheckInAnalyticsFactory, CheckInFlowFactory
from tests.factories.seating import SeatingEventFactory, choose, picture
from tests.factories.webhooks import endpoint_at, happen

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path) -> None:
    settings.PROOF_DIR = tmp_path
    settings.WEBHOOK_ALLOW_PRIVATE = True


def told() -> list[str]:
    return [str(finding) for finding in find_inconsistencies()]


# -- seats ---------------------------------------------------------------------------------------


def sale() -> SeatOrder:
    """An order that was paid for, and one that is being chosen."""
    event = SeatingEventFactory(seats=6)
    choose(event, "A-3")
    opened = choose(event, "A-1", "A-2")
    submit_payment_proof(order_token=opened.token, file=picture())
    return SeatOrder.objects.get(pk=opened.order.pk)


def ended_with_seats(order: SeatOrder) -> None:
    SeatOrder.objects.filter(pk=order.pk).update(status=OrderStatus.REJECTED, ended_at=NOW)


def booked_without_seats(order: SeatOrder) -> None:
    order.allocations.update(status=AllocationStatus.RELEASED)


def booked_in_part(order: SeatOrder) -> None:
    row = order.allocations.order_by("pk")[0]
    SeatAllocation.objects.filter(pk=row.pk).update(status=AllocationStatus.SELECTED)


def unpaid_with_booked_seats(order: SeatOrder) -> None:
    SeatOrder.objects.filter(pk=order.pk).update(status=OrderStatus.PENDING, due_at=NOW)


def seat_of_another_event(order: SeatOrder) -> None:
    Seat.objects.filter(label="A-1").update(event=SeatingEventFactory())


def no_proof(order: SeatOrder) -> None:
    PaymentProof.objects.all().delete()


def no_file(order: SeatOrder) -> None:
    drop_file(PaymentProof.objects.get().file_name)


def never_ends(order: SeatOrder) -> None:
    SeatOrder.objects.filter(status=OrderStatus.PENDING).update(due_at=None)


def version_not_told(order: SeatOrder) -> None:
    SeatingEvent.objects.update(seq=F("seq") + 1)


def offer_of_another_event(order: SeatOrder) -> None:
    WaitingListEntry.objects.create(
        event=SeatingEventFactory(),
        token_digest="0",
        quantity=1,
        holder_name="Nora Quinn",
        created_at=NOW,
        order=order,
        offered_at=NOW,
    )


@pytest.mark.parametrize(
    "break_it",
    [
        *(ended_with_seats, booked_without_seats, booked_in_part, unpaid_with_booked_seats),
        *(seat_of_another_event, no_proof, no_file, never_ends, version_not_told),
        offer_of_another_event,
    ],
)
def test_a_sale_that_does_not_agree_is_told_once(break_it: Callable[[SeatOrder], None]) -> None:
    order = sale()
    assert told() == []

    break_it(order)

    assert len(told()) == 1


# -- partners ------------------------------------------------------------------------------------


def partner() -> WebhookDelivery:
    """A partner who follows a hotel's log, with two webhooks to be sent about the same thing."""
    hotel = HotelFactory()
    happen(hotel, "room-status-changed")
    endpoint = endpoint_at("http://127.0.0.1:9/hooks", hotel).endpoint
    columns = {"subject": "room 1", "created_at": NOW, "due_at": NOW, "body": "{}", "type": "t"}
    first = endpoint.deliveries.create(message_id="1", **columns)
    endpoint.deliveries.create(message_id="2", **columns)
    return first


def read_beyond_the_log(first: WebhookDelivery) -> None:
    WebhookSource.objects.update(position=9)


def log_counts_too_little(first: WebhookDelivery) -> None:
    WebhookSource.objects.update(position=0)
    EventStream.objects.update(last_number=0)


def follows_another_hotel(first: WebhookDelivery) -> None:
    WebhookSource.objects.update(hotel=HotelFactory())


def overtaken(first: WebhookDelivery) -> None:
    later = WebhookDelivery.objects.exclude(pk=first.pk)
    later.update(state=DeliveryState.DELIVERED, ended_at=NOW + timedelta(seconds=1))


def answer_before_the_work(first: WebhookDelivery) -> None:
    KeptAnswer.objects.create(
        partner=first.endpoint.partner, key_digest="0", request_digest="0", route="r", kept_at=NOW
    )


def revoked_by_nobody(first: WebhookDelivery) -> None:
    ApiKey.objects.update(revoked_at=NOW)


@pytest.mark.parametrize(
    "break_it",
    [
        *(read_beyond_the_log, log_counts_too_little, follows_another_hotel, overtaken),
        *(answer_before_the_work, revoked_by_nobody),
    ],
)
def test_what_partners_hear_and_does_not_agree_is_told_once(
    break_it: Callable[[WebhookDelivery], None],
) -> None:
    first = partner()
    assert told() == []

    break_it(first)

    assert len(told()) == 1


# -- services, notices, alerts, figures ----------------------------------------------------------


def stay() -> Booking:
    """A guest who left, with a chat and orders that are hidden, and who is told so; an alert; a
    check-in."""
    booking: Booking = BookingFactory(in_house=True)
    GuestFactory(booking=booking)
    happen(booking.hotel, "message-received")
    chat = Conversation.objects.create(booking=booking, last_message_at=NOW)
    columns = {"number": 1, "changed_number": 1, "sent_at": NOW, "sender": "GUEST"}
    Message.objects.create(hotel=booking.hotel, conversation=chat, **columns)
    left = checkout_booking(booking=booking, performed_by="staff:x", source="tests")
    scope = booking.hotel.alert_scope
    Alert.objects.create(scope=scope, kind="k", subject="s", message="m", opened_at=NOW)
    flow = CheckInFlowFactory(booking=BookingFactory(hotel=booking.hotel))
    CheckInAnalyticsFactory(flow=flow, hotel=booking.hotel)
    return left


def shown_after_departure(left: Booking) -> None:
    DepartedStay.objects.all().delete()


def hidden_in_house(left: Booking) -> None:
    DepartedStay.objects.create(booking=BookingFactory(hotel=left.hotel))


def another_last_message(left: Booking) -> None:
    Conversation.objects.update(last_message_at=NOW - timedelta(hours=1))


def message_beyond_the_log(left: Booking) -> None:
    Message.objects.update(changed_number=99)


def never_sent(left: Booking) -> None:
    Notice.objects.update(due_at=None)


def never_erased(left: Booking) -> None:
    Notice.objects.update(due_at=None, state=NoticeState.FAILED)


def alert_of_nobody(left: Booking) -> None:
    Alert.objects.update(scope="hotel:0")


def counted_otherwise(left: Booking) -> None:
    CheckInAnalytics.objects.update(status=FlowStatus.EXPIRED)


def counted_elsewhere(left: Booking) -> None:
    CheckInAnalytics.objects.update(hotel=HotelFactory())


@pytest.mark.parametrize(
    "break_it",
    [
        *(shown_after_departure, hidden_in_house, another_last_message, message_beyond_the_log),
        *(never_sent, never_erased, alert_of_nobody, counted_otherwise, counted_elsewhere),
    ],
)
def test_what_else_does_not_agree_is_told_once(break_it: Callable[[Booking], None]) -> None:
    left = stay()
    assert told() == []

    break_it(left)

    assert len(told()) == 1
