"""A self check-in under way, and the keys to it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.bookings.models import Booking
from apps.checkin.errors import FlowExpired
from apps.checkin.states import DeviceType, FlowStatus, PinStatus, Step, can_move
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
        indexes: ClassVar = [models.Index(fields=["due_at"], name="checkin_flow_due")]

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
