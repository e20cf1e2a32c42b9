"""Chats, menus and orders."""

from __future__ import annotations

from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.bookings.models import Booking
from apps.bookings.services.stays import mint_stay_token
from apps.concierge.models import MenuItem, Message, OrderLine, RoomServiceOrder
from apps.concierge.services.messages import send_guest_message, send_staff_message
from apps.concierge.states import OrderStatus
from apps.staff.selectors import identity_of
from tests.factories.bookings import BookingFactory, HotelFactory
from tests.factories.staff import works_at


class MenuItemFactory(DjangoModelFactory):
    """A soup that can be ordered now."""

    class Meta:
        model = MenuItem

    hotel = factory.SubFactory(HotelFactory)
    name = factory.Sequence(lambda n: f"Soup {n}")
    description = "With brown bread."
    category = "Kitchen"
    price = Decimal("7.50")
    currency = "EUR"


class RoomServiceOrderFactory(DjangoModelFactory):
    """An order of two soups that a guest in house has just placed."""

    class Meta:
        model = RoomServiceOrder
        skip_postgeneration_save = True

    booking = factory.SubFactory(BookingFactory, in_house=True)
    number = factory.LazyAttribute(lambda order: order.booking.room_service_orders.count() + 1)
    status = OrderStatus.PLACED
    currency = "EUR"
    placed_at = factory.LazyFunction(timezone.now)
    changed_at = factory.SelfAttribute("placed_at")
    changed_by = "guest"

    @factory.post_generation
    def lines(self, create: bool, extracted: object, **_: object) -> None:
        if create:
            OrderLine.objects.create(
                order=self, item=None, name="Soup", price=Decimal("7.50"), quantity=2
            )


def guest_writes(booking: Booking, body: str = "Is there a kettle?") -> Message:
    """Let the guest write, by a new key to the stay."""
    return send_guest_message(token=mint_stay_token(booking), body=body)


def desk_writes(booking: Booking, body: str = "On its way.") -> Message:
    """Let somebody at the front desk write."""
    identity = identity_of(works_at(booking.hotel))
    return send_staff_message(
        hotel=booking.hotel, booking_id=booking.booking_id, body=body, identity=identity
    )
