"""What guests in house asked for: chats with the desk, and room service."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from apps.bookings.events import shown_number
from apps.concierge.models import Conversation, Message, OrderLine, RoomServiceOrder
from apps.concierge.states import OrderStatus as ServiceStatus
from apps.concierge.states import Side
from backend.volume.bookings import Booked
from backend.volume.hotel_log import HotelLog
from backend.volume.houses import House
from backend.volume.sheets import Sheets

TALKING: Final = 0.4  # the share of guests in house who have written
SAID: Final = (
    (Side.GUEST, "Is there a kettle in the room?"),
    (Side.STAFF, "In the cupboard beside the desk."),
    (Side.GUEST, "Found it, thank you."),
)


def add_services(sheets: Sheets, log: HotelLog, house: House, booked: Booked) -> None:
    """Add what some guests in house said and ordered; what others did was deleted behind them."""
    at = booked.arrived_at
    if at is None or house.random.random() > TALKING:
        return
    _talk(sheets, log, house, booked)
    placed_at = at + timedelta(minutes=30)
    order = sheets[RoomServiceOrder].add(
        booking_id=booked.pk,
        number=1,
        status=ServiceStatus.DELIVERED,
        currency="EUR",
        placed_at=placed_at,
        changed_at=placed_at,
        changed_by="staff:desk",
    )
    sheets[OrderLine].add(order_id=order, item_id=house.menu[0], name="Tea", price=6, quantity=2)
    log.tell("room-service-order-placed", placed_at, _known(booked) | {"order_id": order})


def _talk(sheets: Sheets, log: HotelLog, house: House, booked: Booked) -> None:
    assert booked.arrived_at is not None  # noqa: S101  # the caller saw to it
    first_at = booked.arrived_at + timedelta(minutes=10)
    last_at = first_at + timedelta(minutes=len(SAID) - 1)
    chat = sheets[Conversation].add(booking_id=booked.pk, last_message_at=last_at)
    for place, (side, body) in enumerate(SAID):
        at = first_at + timedelta(minutes=place)

        def write(number: int, side: Side = side, body: str = body, at: datetime = at) -> None:
            sheets[Message].add(
                hotel_id=house.hotel.pk,
                conversation_id=chat,
                sender=side,
                sender_name="" if side is Side.GUEST else "Front desk",
                body=body,
                sent_at=at,
                read_at=at,
                number=number,
                changed_number=number,
            )

        log.tell("message-received", at, _known(booked) | {"sender": side.value}, then=write)


def _known(booked: Booked) -> dict[str, object]:
    return {
        "booking_id": booked.booking_id,
        "room_number": shown_number(booked.door.number),
    }
