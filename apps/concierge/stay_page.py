"""A stay with everything that its guest finds there, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.bookings.models import Booking
from apps.bookings.services.guest_stay import reveal_stay
from apps.bookings.states import BookingStatus
from apps.bookings.stay_view import StayView
from apps.concierge.models import MenuItem, Message, RoomServiceOrder
from apps.concierge.selectors import last_messages, last_orders, list_menu


@dataclass(frozen=True, slots=True, kw_only=True)
class StayPage:
    """The stay, its chat (oldest first), the menu and its orders (newest first).

    After check-out there is nothing but the stay.
    """

    stay: StayView
    messages: Sequence[Message] = ()
    menu: Sequence[MenuItem] = ()
    orders: Sequence[RoomServiceOrder] = ()


def open_stay_page(booking: Booking) -> StayPage:
    """Gather the page for its guest: a showing of codes is written down.

    ``booking`` comes with its hotel and room.
    """
    stay = reveal_stay(booking)
    if booking.status == BookingStatus.COMPLETED:
        return StayPage(stay=stay)
    return StayPage(
        stay=stay,
        messages=last_messages(booking),
        menu=list_menu(booking.hotel),
        orders=last_orders(booking),
    )
