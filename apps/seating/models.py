"""Events with their seats, orders of seats, and the proofs that orders were paid."""

from __future__ import annotations

from typing import ClassVar, Final

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from apps.bookings.models import Hotel
from apps.common.jobs import WorkRow
from apps.seating.states import (
    GIVEN_UP,
    LIVE,
    AllocationStatus,
    HoldPolicy,
    OrderStatus,
    PaymentMark,
    Verdict,
)
from apps.seating.waiting_models import WaitingListEntry

__all__ = [
    "PaymentProof",
    "Seat",
    "SeatAllocation",
    "SeatChange",
    "SeatOrder",
    "SeatingEvent",
    "Section",
    "WaitingListEntry",
]

LIVE_GROUPS: Final = "seating.event."  # how the live groups of events begin
CURRENCY = RegexValidator(r"^[A-Z]{3}$", "Use a currency's three letters, such as EUR.")


class SeatingEvent(models.Model):
    """Something that people have seats for.

    ``seq`` is the version of its seats' states, ``chart_version`` that of the seats themselves:
    whoever adds, moves, prices or removes seats raises it.

    The hold policy is decided before sales begin: selections made under one are not holds under
    the other.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="seating_events")
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    venue = models.CharField(max_length=120, blank=True)
    starts_at = models.DateTimeField()
    sales_open_at = models.DateTimeField(null=True, blank=True, help_text="Empty: at once.")
    sales_close_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty: when the event starts."
    )
    currency = models.CharField(max_length=3, default="EUR", validators=[CURRENCY])
    hold_policy = models.CharField(
        max_length=9, choices=HoldPolicy.choices, default=HoldPolicy.OPEN
    )
    order_minutes = models.PositiveIntegerField(
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(60 * 24 * 30)],
        help_text="How long an order waits for its payment proof; of an exclusive hold, its life.",
    )
    offer_minutes = models.PositiveIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(60 * 24 * 7)],
        help_text="How long seats are held for somebody from the waiting list.",
    )
    most_seats_per_order = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    review_hours = models.PositiveIntegerField(
        default=48,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 30)],
        help_text="How long a payment proof may wait before the hotel's people are reminded.",
    )
    refuses_single_gaps = models.BooleanField(
        default=False,
        help_text="Choices that leave one seat alone are refused while there are others.",
    )
    focal_x = models.FloatField(
        null=True,
        blank=True,
        help_text="Where on the map the best seats are; empty: in front, in the middle.",
    )
    focal_y = models.FloatField(null=True, blank=True)
    seq = models.PositiveBigIntegerField(default=0, editable=False)
    chart_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["hotel", "starts_at"], name="seating_event_of_hotel")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(focal_x__isnull=True, focal_y__isnull=True)
                | Q(focal_x__isnull=False, focal_y__isnull=False),
                name="seating_focal_point_whole",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def live_group(self) -> str:
        """The group that hears of changes of the event's seats."""
        return f"{LIVE_GROUPS}{self.pk}"


class Section(models.Model):
    """A part of the house, such as the stalls."""

    event = models.ForeignKey(SeatingEvent, on_delete=models.CASCADE, related_name="sections")
    name = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "name"], name="seating_section_name")
        ]

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """A seat of one event. ``x`` and ``y`` are its place on the map, the stage at ``y`` = 0."""

    event = models.ForeignKey(SeatingEvent, on_delete=models.CASCADE, related_name="seats")
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="seats")
    label = models.CharField(max_length=40)
    row = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    x = models.FloatField(default=0)
    y = models.FloatField(default=0)
    category = models.CharField(max_length=40, default="Standard")
    price = models.DecimalField(max_digits=10, decimal_places=2)
    is_accessible = models.BooleanField(default=False, help_text="A place for a wheelchair.")
    is_companion = models.BooleanField(
        default=False, help_text="Sold only together with an accessible place."
    )
    is_blocked = models.BooleanField(default=False)
    blocked_reason = models.CharField(max_length=200, blank=True)
    is_retired = models.BooleanField(
        default=False, editable=False, help_text="Off the map; kept for the orders that had it."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "label"], name="seating_seat_label"),
            models.CheckConstraint(condition=Q(price__gte=0), name="seating_price_not_negative"),
            models.CheckConstraint(
                condition=Q(is_blocked=False, blocked_reason="")
                | (Q(is_blocked=True) & ~Q(blocked_reason="")),
                name="seating_blocked_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(is_retired=False) | Q(is_blocked=True),
                name="seating_retired_is_blocked",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class SeatOrder(WorkRow):
    """Somebody's order of seats. As a ``WorkRow`` it owes its own end while PENDING, and while it
    awaits its review an alert when that is overdue.

    ``version`` counts the order's changes: reviewers say which one they saw.
    """

    event = models.ForeignKey(SeatingEvent, on_delete=models.CASCADE, related_name="orders")
    number = models.CharField(max_length=12, unique=True, help_text="For people to name it by.")
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    status = models.CharField(
        max_length=15, choices=OrderStatus.choices, default=OrderStatus.PENDING
    )
    version = models.PositiveIntegerField(default=1)
    is_gap_waived = models.BooleanField(default=False, editable=False)
    holder_name = models.CharField(max_length=200, blank=True)
    holder_email = models.EmailField(blank=True)
    holder_phone = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Confirmed or given up.")
    reviewed_by = models.CharField(max_length=160, blank=True)
    rejection_reason = models.CharField(max_length=300, blank=True)
    mark = models.CharField(
        max_length=10, choices=PaymentMark.choices, blank=True, help_text="Empty: nothing is odd."
    )
    received_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=(OrderStatus.PENDING, OrderStatus.RELEASED))
                | Q(status=OrderStatus.EXPIRED)
                | Q(submitted_at__isnull=False),
                name="seating_booked_order_has_proof",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=(OrderStatus.PENDING, OrderStatus.AWAITING_REVIEW),
                    ended_at__isnull=True,
                )
                | (
                    ~Q(status__in=(OrderStatus.PENDING, OrderStatus.AWAITING_REVIEW))
                    & Q(ended_at__isnull=False)
                ),
                name="seating_ended_order_has_instant",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="seating_order_due"),
            models.Index(fields=["event", "status", "created_at"], name="seating_order_queue"),
            models.Index(
                fields=["ended_at"],
                condition=Q(status__in=sorted(GIVEN_UP)),
                name="seating_orders_given_up",
            ),
            models.Index(
                fields=["event", "mark"], condition=~Q(mark=""), name="seating_order_marked"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class SeatAllocation(models.Model):
    """What an order has of a seat, at the price of its selection.

    The first constraint is why no seat is ever sold twice, whatever the code above it believes.
    """

    order = models.ForeignKey(SeatOrder, on_delete=models.CASCADE, related_name="allocations")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="allocations")
    status = models.CharField(max_length=8, choices=AllocationStatus.choices)
    held_until = models.DateTimeField(null=True, blank=True)
    price = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["seat"],
                condition=Q(status__in=LIVE),
                name="seating_one_live_allocation_per_seat",
            ),
            models.UniqueConstraint(fields=["order", "seat"], name="seating_seat_once_per_order"),
            models.CheckConstraint(
                condition=~Q(status=AllocationStatus.HELD) | Q(held_until__isnull=False),
                name="seating_hold_has_end",
            ),
        ]

    def __str__(self) -> str:
        return f"Seat {self.seat_id} of order {self.order_id}"


class PaymentProof(models.Model):
    """A file that shows a payment, never deleted. The file itself lies encrypted in storage."""

    order = models.ForeignKey(SeatOrder, on_delete=models.CASCADE, related_name="proofs")
    content_hash = models.CharField(max_length=64, db_index=True, help_text="Of what was sent.")
    file_name = models.CharField(max_length=80, unique=True, editable=False)
    media_type = models.CharField(max_length=20)
    size_bytes = models.PositiveIntegerField()
    submitted_at = models.DateTimeField()
    verdict = models.CharField(
        max_length=8, choices=Verdict.choices, default=Verdict.PENDING, editable=False
    )
    reviewed_by = models.CharField(max_length=160, blank=True, editable=False)
    reviewed_at = models.DateTimeField(null=True, blank=True, editable=False)
    reason = models.CharField(max_length=300, blank=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "content_hash"], name="seating_proof_once_per_order"
            )
        ]

    def __str__(self) -> str:
        return f"Proof {self.pk} of order {self.order_id}"


class SeatChange(models.Model):
    """What one transaction changed: ``seats`` is a list of (seat's key, label, status).

    ``is_new_map``: the seats themselves are others now, and no list of states can tell that.

    ``version`` is taken under the event's row lock, which is held until the commit: a reader who
    has seen a version has seen every smaller one.
    """

    event = models.ForeignKey(SeatingEvent, on_delete=models.CASCADE, related_name="changes")
    version = models.PositiveBigIntegerField()
    seats = models.JSONField()
    is_new_map = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "version"], name="seating_change_version")
        ]
        indexes: ClassVar = [models.Index(fields=["changed_at"], name="seating_change_age")]

    def __str__(self) -> str:
        return f"Version {self.version} of event {self.event_id}"
