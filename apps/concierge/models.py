"""What a hotel does for a guest during the stay: talk, and bring things to the room."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import ClassVar, Final

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from apps.bookings.models import Booking, Hotel
from apps.common.idempotency import LONGEST_KEY
from apps.common.jobs import WorkRow
from apps.concierge.errors import OrderClosed, OrderMoveNotAllowed
from apps.concierge.states import ALLOWED, OrderStatus, Side

LARGEST_QUANTITY: Final = 20
currency_code = RegexValidator(r"\A[A-Z]{3}\Z", "Use three capital letters, such as EUR.")


class Conversation(models.Model):
    """The chat of one stay with the front desk. A check-out hides it, an undo shows it again."""

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="conversation")
    last_message_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Conversation of {self.booking}"

    @property
    def guest_name(self) -> str:
        """Who stays, as checked in or as on file; the booking's guests come with it."""
        guests = self.booking.guests.all()
        return self.booking.name_of(next((guest for guest in guests if guest.is_primary), None))


class Message(models.Model):
    """One message, and whether the other side has read it.

    Numbers are those of events in the hotel's log, so nobody who reads on from one can have
    passed one that commits later: ``number`` is the place among the messages, ``changed_number``
    the event that changed the row last. An empty body is that of a guest who was erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages"
    )
    sender = models.CharField(max_length=5, choices=Side.choices)
    sender_name = models.CharField(max_length=150, blank=True, help_text="Of staff.")
    body = models.TextField(blank=True)
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    number = models.PositiveBigIntegerField(editable=False)
    changed_number = models.PositiveBigIntegerField(editable=False)
    request_key = models.CharField(
        max_length=LONGEST_KEY, null=True, editable=False, help_text="Named by its sender."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hotel", "number"], name="concierge_message_number"),
            models.UniqueConstraint(
                fields=["conversation", "sender", "request_key"],
                name="concierge_message_sent_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["hotel", "changed_number"], name="concierge_message_changed"),
            models.Index(fields=["conversation", "number"], name="concierge_message_order"),
        ]

    def __str__(self) -> str:
        return f"Message {self.number} of {self.conversation_id}"


class MenuItem(models.Model):
    """Something that room service brings."""

    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="menu_items")
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=500, blank=True)
    category = models.CharField(max_length=60)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    currency = models.CharField(max_length=3, default="EUR", validators=[currency_code])
    is_available = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hotel", "name"], name="concierge_item_name_unique"),
            models.CheckConstraint(condition=Q(price__gte=0), name="concierge_item_price"),
        ]

    def __str__(self) -> str:
        return self.name


class RoomServiceOrder(models.Model):
    """What a guest in house asked for. Hidden from check-out on, in whatever state it was."""

    booking = models.ForeignKey(
        Booking, on_delete=models.CASCADE, related_name="room_service_orders"
    )
    number = models.PositiveIntegerField(help_text="Counts the orders of the stay.")
    status = models.CharField(max_length=9, choices=OrderStatus.choices, default=OrderStatus.PLACED)
    currency = models.CharField(max_length=3, validators=[currency_code])
    note = models.CharField(max_length=500, blank=True)
    placed_at = models.DateTimeField()
    changed_at = models.DateTimeField(help_text="When the status was last changed.")
    changed_by = models.CharField(max_length=160, help_text="Who changed it.")
    request_key = models.CharField(
        max_length=LONGEST_KEY, null=True, editable=False, help_text="Named by the guest's app."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["booking", "number"], name="concierge_order_number_unique"
            ),
            models.UniqueConstraint(
                fields=["booking", "request_key"], name="concierge_order_placed_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["placed_at"], name="concierge_order_placed")]

    def __str__(self) -> str:
        return f"Order {self.number} of {self.booking_id}"

    @property
    def total(self) -> Decimal:
        """What the order costs; its lines come with it."""
        return sum((line.price * line.quantity for line in self.lines.all()), Decimal("0.00"))

    def move_to(self, target: OrderStatus) -> None:
        """Change ``status`` in memory; the caller holds the row lock and saves.

        Raises OrderClosed, OrderMoveNotAllowed.
        """
        current = OrderStatus(self.status)
        if not ALLOWED[current]:
            raise OrderClosed(current=current.label)
        if target not in ALLOWED[current]:
            raise OrderMoveNotAllowed(current=current.label, target=target.label)
        self.status = target


class OrderLine(models.Model):
    """One item of an order, with its name and price at that time."""

    order = models.ForeignKey(RoomServiceOrder, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(
        MenuItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=120)
    price = models.DecimalField(max_digits=8, decimal_places=2, help_text="Of one.")
    quantity = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quantity__range=(1, LARGEST_QUANTITY)), name="concierge_line_quantity"
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"


class DepartedStay(WorkRow):
    """A stay that was checked out: while the row is there, its chat and orders are hidden.

    An undo deletes the row. As a ``WorkRow`` it owes their deletion when the check-out can't be
    undone any more.
    """

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="departed_stay")

    def __str__(self) -> str:
        return f"After the stay of {self.booking}"
