"""The states of a self check-in and the table of allowed moves. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import models

from apps.locks.states import GrantState


class FlowStatus(models.TextChoices):
    """Where a check-in stands as a whole."""

    IN_PROGRESS = "IN_PROGRESS", "in progress"
    COMPLETED = "COMPLETED", "completed"
    EXPIRED = "EXPIRED", "expired"
    CANCELLED = "CANCELLED", "cancelled"


F = FlowStatus

ALLOWED: Final[Mapping[FlowStatus, frozenset[FlowStatus]]] = {
    F.IN_PROGRESS: frozenset({F.COMPLETED, F.EXPIRED, F.CANCELLED}),
    F.COMPLETED: frozenset(),
    F.EXPIRED: frozenset(),
    F.CANCELLED: frozenset(),
}


def can_move(current: FlowStatus, target: FlowStatus) -> bool:
    """Answer whether a flow may go from ``current`` to ``target``."""
    return target in ALLOWED[current]


class Step(models.IntegerChoices):
    """The last step completed. Steps may be repeated, never skipped."""

    FOUND = 1, "booking found"
    DETAILS = 2, "details given"
    PARKING = 3, "parking answered"
    CONFIRMED = 4, "confirmed"


class PinStatus(models.TextChoices):
    """What the guest's app shows of the PIN."""

    NOT_STARTED = "NOT_STARTED", "not asked for yet"
    GENERATING = "GENERATING", "on its way"
    READY = "READY", "on the locks"
    FAILED = "FAILED", "could not be set"


PIN_STATUS_OF_GRANT: Final[Mapping[GrantState, PinStatus]] = {
    GrantState.WAITING: PinStatus.GENERATING,
    GrantState.READY: PinStatus.READY,
    GrantState.FAILED: PinStatus.FAILED,
    GrantState.ENDED: PinStatus.NOT_STARTED,
}


class DeviceType(models.TextChoices):
    """What the guest holds in their hands."""

    MOBILE = "MOBILE", "mobile"
    TABLET = "TABLET", "tablet"
    DESKTOP = "DESKTOP", "desktop"
    OTHER = "OTHER", "other"


class PinFailure(models.TextChoices):
    """Why a PIN could not be set: stable codes for statistics, not for the guest."""

    NO_ROOM = "NO_ROOM", "no room was assigned yet"
    NO_FREE_PIN = "NO_FREE_PIN", "no digits were free"
    GIVEN_UP = "GIVEN_UP", "a lock refused, and a person has to act"
    UNREACHABLE = "UNREACHABLE", "a lock did not answer in time"
