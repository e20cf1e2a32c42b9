"""What becomes of chat and orders after check-out: hidden, back as they were, or deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.bookings.models import Booking
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.stays import mint_stay_token
from apps.bookings.services.undo import undo_check_out
from apps.bookings.signals import guest_erased, stay_records_removed
from apps.concierge.errors import OrderNotFound
from apps.concierge.models import Conversation, DepartedStay, Message, OrderLine, RoomServiceOrder
from apps.concierge.selectors import list_conversations, list_messages, list_orders
from apps.concierge.services.messages import mark_read_by_guest
from apps.concierge.services.orders import set_order_status
from apps.concierge.states import OrderStatus
from apps.concierge.stay_page import open_stay_page
from apps.staff.selectors import identity_of
from tests.background import run_due_jobs
from tests.factories.bookings import BookingFactory
from tests.factories.concierge import RoomServiceOrderFactory, desk_writes, guest_writes
from tests.factories.staff import works_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("fresh_limits")]


@pytest.fixture
def booking() -> Booking:
    """A stay with a chat, half of it read, and an order under way."""
    made: Booking = BookingFactory(in_house=True)
    guest_writes(made)
    desk_writes(made)
    mark_read_by_guest(token=mint_stay_token(made))
    RoomServiceOrderFactory(booking=made, status=OrderStatus.ACCEPTED)
    return made


def check_out(booking: Booking) -> None:
    checkout_booking(booking=booking, performed_by="staff:desk", source="test")


def undo(booking: Booking) -> None:
    undo_check_out(booking=booking, performed_by="staff:desk", reason="The wrong room.")


def after_the_undo_window() -> Any:
    return time_machine.travel(timezone.now() + timedelta(minutes=31), tick=True)


def shown(booking: Booking) -> list[Any]:
    """Everything that either side can read."""
    hotel = booking.hotel
    fresh = Booking.objects.select_related("hotel__lock_account", "assigned_room").get(
        pk=booking.pk
    )
    page = open_stay_page(fresh)
    return [
        [(message.pk, message.body, message.read_at) for message in page.messages],
        [(order.pk, order.status, order.total) for order in page.orders],
        [message.pk for message in list_messages(hotel).order_by("number")],
        [order.pk for order in list_orders(hotel)],
        [chat.pk for chat in list_conversations(hotel)],
    ]


def test_a_check_out_hides_everything_at_once_from_both_sides(booking: Booking) -> None:
    check_out(booking)

    assert shown(booking) == [[], [], [], [], []]


def test_an_order_that_was_hidden_can_t_be_moved(booking: Booking) -> None:
    order = RoomServiceOrder.objects.get()
    check_out(booking)

    with pytest.raises(OrderNotFound):
        set_order_status(
            hotel=booking.hotel,
            order_id=str(order.pk),
            status=OrderStatus.DELIVERED,
            identity=identity_of(works_at(booking.hotel)),
        )


def test_an_undo_brings_everything_back_exactly_as_it_was(booking: Booking) -> None:
    before = shown(booking)
    check_out(booking)
    undo(booking)

    assert shown(booking) == before
    with after_the_undo_window():
        run_due_jobs()
    assert shown(booking) == before


def test_what_was_hidden_is_deleted_when_nobody_can_undo_it_any_more(booking: Booking) -> None:
    kept = guest_writes(BookingFactory(hotel=booking.hotel, in_house=True))
    check_out(booking)
    run_due_jobs()
    assert Message.objects.count() == 3
    with after_the_undo_window():
        run_due_jobs()

    assert list(Message.objects.all()) == [kept]
    for model in (RoomServiceOrder, OrderLine, DepartedStay):
        assert not model._default_manager.exists()


def test_a_hotel_that_gives_itself_more_time_keeps_them_as_long(booking: Booking) -> None:
    check_out(booking)
    booking.hotel.undo_check_out_minutes = 120
    booking.hotel.save()
    with after_the_undo_window():
        run_due_jobs()

    assert Message.objects.count() == 2
    with time_machine.travel(timezone.now() + timedelta(minutes=121), tick=True):
        run_due_jobs()
    assert not Message.objects.exists()


def test_a_second_check_out_after_an_undo_hides_and_deletes_again(booking: Booking) -> None:
    check_out(booking)
    undo(booking)
    check_out(booking)

    assert shown(booking) == [[], [], [], [], []]
    with after_the_undo_window():
        run_due_jobs()
    assert not Conversation.objects.exists()


def test_removing_a_stay_s_records_deletes_all_and_names_each(booking: Booking) -> None:
    messages = [str(pk) for pk in Message.objects.order_by("number").values_list("pk", flat=True)]
    orders = list(RoomServiceOrder.objects.values_list("pk", flat=True))
    check_out(booking)
    removed: dict[str, Any] = {}

    stay_records_removed.send(sender=Booking, booking=booking, removed=removed)

    assert removed == {"messages": messages, "room_service_orders": orders}
    for model in (Message, RoomServiceOrder, OrderLine, DepartedStay):
        assert not model._default_manager.exists()


def test_erasing_a_guest_empties_what_was_written_and_leaves_when(booking: Booking) -> None:
    RoomServiceOrder.objects.update(note="Call me at home.")
    guest_erased.send(sender=Booking, booking=booking)

    assert {message.body for message in Message.objects.all()} == {""}
    assert Message.objects.count() == 2
    assert RoomServiceOrder.objects.get().note == ""
