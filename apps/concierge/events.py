"""What happens in this room, told to the hotel's log and to the guest's open app.

Ids and states only: the log never holds what somebody wrote.
"""

from __future__ import annotations

from apps.bookings.events import booking_event
from apps.bookings.models import Booking
from apps.common.live import publish_on_commit
from apps.common.models import Event
from apps.concierge.models import Message, RoomServiceOrder
from apps.concierge.states import OrderStatus, Side


def stay_group(booking_pk: int) -> str:
    """Return the live group of those who watch the stay."""
    return f"stay.{booking_pk}"


def stay_changed(booking: Booking) -> None:
    """Tell the stay's watchers to look again, once the transaction commits."""
    look_again(booking.pk)


def look_again(booking_pk: int) -> None:
    """Like ``stay_changed``, for callers who know the booking's key alone."""
    publish_on_commit(stay_group(booking_pk), {"booking": booking_pk})


def message_received(booking: Booking, message: Message) -> Event:
    """Tell that somebody wrote."""
    stay_changed(booking)
    return booking_event(
        booking, "message-received", message_id=str(message.pk), sender=message.sender
    )


def messages_read(booking: Booking, *, reader: Side) -> Event:
    """Tell that one side has read what the other wrote."""
    stay_changed(booking)
    return booking_event(booking, "messages-read", reader=reader.value)


def order_placed(order: RoomServiceOrder) -> None:
    """Tell that a guest asks for something."""
    stay_changed(order.booking)
    booking_event(order.booking, "room-service-order-placed", order_id=order.pk)


def order_changed(order: RoomServiceOrder, *, old: OrderStatus) -> None:
    """Tell that an order moved on."""
    stay_changed(order.booking)
    booking_event(
        order.booking,
        "room-service-order-changed",
        order_id=order.pk,
        old_status=old.value,
        new_status=order.status,
    )
