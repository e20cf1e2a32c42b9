"""A stay with what its guest wants to see of it, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from apps.bookings.models import Booking
from apps.bookings.services.guest_stay import note_reveal
from apps.bookings.states import BookingStatus
from apps.bookings.stay_view import StayView, view_stay
from apps.concierge.models import MenuItem, Message, RoomServiceOrder
from apps.concierge.selectors import last_messages, last_orders, list_menu


class StayPart(Enum):
    """What there is beside the stay itself, by the name that the schema has for it."""

    MESSAGES = "messages"
    MENU = "menu"
    ORDERS = "orders"


EVERYTHING: Final = frozenset(StayPart)


@dataclass(frozen=True, slots=True, kw_only=True)
class StayPage:
    """The stay, its chat (oldest first), the menu and its orders (newest first).

    A part that nobody asked for is empty. After check-out there is nothing but the stay.
    """

    stay: StayView
    messages: Sequence[Message] = ()
    menu: Sequence[MenuItem] = ()
    orders: Sequence[RoomServiceOrder] = ()


def open_stay_page(booking: Booking, *, parts: Collection[StayPart] = EVERYTHING) -> StayPage:
    """Gather ``parts`` of the page for its guest: a showing of codes is written down.

    ``booking`` comes with its hotel and room.
    """
    page = read_stay_page(booking, parts=parts)
    note_reveal(page.stay)
    return page


def read_stay_page(booking: Booking, *, parts: Collection[StayPart]) -> StayPage:
    """Gather ``parts`` and write nothing: who shows the page calls ``note_reveal`` before."""
    stay = view_stay(booking)
    if booking.status == BookingStatus.COMPLETED:
        return StayPage(stay=stay)
    return StayPage(
        stay=stay,
        messages=last_messages(booking) if StayPart.MESSAGES in parts else (),
        menu=list_menu(booking.hotel) if StayPart.MENU in parts else (),
        orders=last_orders(booking) if StayPart.ORDERS in parts else (),
    )
