"""A self check-in under way, the keys to it, and what is counted of it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from apps.bookings.models import Booking, Hotel
from apps.checkin.errors import FlowExpired
from apps.checkin.states import DeviceType, FlowStatus, PinFailure, PinStatus, Step, can_move
from apps.common.jobs import WorkRow
from apps.locks.models import AccessGrant


class CheckInFlow(WorkRow):
    """One guest's way through the four steps. As a ``WorkRow`` it owes its own end at expiry."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="checkin_flows")
    status = models.CharField(
        max_length=12, choices=FlowStatus.choices, default=FlowStatus.IN_PROGRESS
    )
    step = models.PositiveSmallIntegerField(choices=Step.choices, default=Step.FOUND)
    pin_status = models.CharField(
        max_length=12, choices=PinStatus.choices, default=PinStatus.NOT_STARTED
    )
    access_grant = models.ForeignKey(
        AccessGrant, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    full_name = models.CharField(max_length=200, blank=True)
    phone_number = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    has_car = models.BooleanField(null=True, blank=True)
    car_registration = models.CharField(max_length=20, blank=True)
    device_type = models.CharField(
        max_length=8, choices=DeviceType.choices, default=DeviceType.OTHER
    )
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    pin_asked_at = models.DateTimeField(null=True, blank=True)
    pin_ready_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(status=FlowStatus.IN_PROGRESS),
                name="checkin_one_live_flow_per_booking",
            ),
            models.CheckConstraint(
                condition=~Q(status=FlowStatus.COMPLETED)
                | Q(completed_at__isnull=False, step=Step.CONFIRMED),
                name="checkin_completed_flow_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(pin_status=PinStatus.NOT_STARTED) | Q(pin_ready_at__isnull=True),
                name="checkin_ready_pin_was_asked_for",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="checkin_flow_due"),
            models.Index(fields=["status", "updated_at"], name="checkin_flow_ended"),
        ]

    def __str__(self) -> str:
        return f"Check-in of {self.booking}, step {self.step}"

    @property
    def live_group(self) -> str:
        """The group that hears of this flow's changes."""
        return f"checkin.flow.{self.pk.hex}"

    def move_to(self, target: FlowStatus) -> None:
        """Change ``status`` in memory; the caller holds the row and saves. Raises FlowExpired."""
        if not can_move(FlowStatus(self.status), target):
            raise FlowExpired
        self.status = target


class CheckInToken(models.Model):
    """A key to a flow. Only its digest is kept; a start on another device mints another one."""

    flow = models.ForeignKey(CheckInFlow, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Key {self.pk} to {self.flow}"


class VerificationFailure(models.Model):
    """A wrong answer to the question who somebody is. Only a keyed digest tells from where."""

    booking = models.ForeignKey(
        Booking, on_delete=models.CASCADE, related_name="verification_failures"
    )
    address_digest = models.CharField(max_length=64)
    failed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["booking", "failed_at"], name="checkin_failures_of_booking"),
            models.Index(fields=["failed_at"], name="checkin_failures_by_age"),
        ]

    def __str__(self) -> str:
        return f"Wrong answer for {self.booking}"


class CheckInAnalytics(models.Model):
    """What is counted of one flow. It names nobody, and outlives the flow and the guest's erasure.

    ``started_on`` is the day in the hotel's zone; ``seconds_to_pin`` runs from the first time that
    the PIN was asked for until it was first on the locks. ``furthest_step`` is the guest's own: it
    stays where they stopped when the desk finishes for them.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="checkin_analytics")
    flow = models.OneToOneField(
        CheckInFlow, on_delete=models.SET_NULL, null=True, related_name="analytics"
    )
    started_on = models.DateField()
    started_at = models.DateTimeField()
    device_type = models.CharField(max_length=8, choices=DeviceType.choices)
    furthest_step = models.PositiveSmallIntegerField(choices=Step.choices, default=Step.FOUND)
    status = models.CharField(
        max_length=12, choices=FlowStatus.choices, default=FlowStatus.IN_PROGRESS
    )
    is_completed = models.BooleanField(default=False)
    is_finished_by_staff = models.BooleanField(default=False)
    completed_at = models.DateTimeField(null=True)
    pin_asked_at = models.DateTimeField(null=True)
    pin_ready_at = models.DateTimeField(null=True)
    seconds_to_pin = models.FloatField(null=True)
    had_pin_failure = models.BooleanField(default=False)
    pin_failure = models.CharField(
        max_length=12, choices=PinFailure.choices, blank=True, help_text="The last one, if any."
    )
    resubmissions = models.PositiveIntegerField(
        default=0, help_text="How often the details were given again."
    )
    takeovers = models.PositiveIntegerField(
        default=0, help_text="How often another device went on with it."
    )

    class Meta:
        verbose_name_plural = "check-in analytics"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    is_completed=True, status=FlowStatus.COMPLETED, completed_at__isnull=False
                )
                | (
                    Q(is_completed=False, completed_at__isnull=True)
                    & ~Q(status=FlowStatus.COMPLETED)
                ),
                name="checkin_analytics_completed_or_not",
            ),
            models.CheckConstraint(
                condition=Q(
                    is_completed=True, is_finished_by_staff=False, furthest_step=Step.CONFIRMED
                )
                | Q(is_completed=True, is_finished_by_staff=True, furthest_step__lt=Step.CONFIRMED)
                | Q(
                    is_completed=False, is_finished_by_staff=False, furthest_step__lt=Step.CONFIRMED
                ),
                name="checkin_analytics_confirmed_by_one",
            ),
            models.CheckConstraint(
                condition=Q(pin_ready_at__isnull=True, seconds_to_pin__isnull=True)
                | Q(
                    pin_asked_at__isnull=False,
                    pin_ready_at__isnull=False,
                    seconds_to_pin__isnull=False,
                    pin_ready_at__gte=F("pin_asked_at"),
                    seconds_to_pin__gte=0,
                ),
                name="checkin_analytics_pin_asked_then_ready",
            ),
            models.CheckConstraint(
                condition=Q(had_pin_failure=False, pin_failure="")
                | (Q(had_pin_failure=True) & ~Q(pin_failure="")),
                name="checkin_analytics_failure_has_code",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["hotel", "started_on"], name="checkin_analytics_day"),
            models.Index(fields=["pin_asked_at"], name="checkin_analytics_asked"),
        ]

    def __str__(self) -> str:
        return f"Check-in of {self.started_on}, step {self.furthest_step}"
