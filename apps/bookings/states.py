"""The states of a booking and of a room. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import models


class BookingStatus(models.TextChoices):
    """Where a booking stands. In house is CONFIRMED with an instant of check-in."""

    PENDING = "PENDING", "not confirmed yet"
    CONFIRMED = "CONFIRMED", "confirmed"
    COMPLETED = "COMPLETED", "checked out"
    CANCELLED = "CANCELLED", "cancelled"
    NO_SHOW = "NO_SHOW", "never arrived"


B = BookingStatus

ALLOWED: Final[Mapping[BookingStatus, frozenset[BookingStatus]]] = {
    B.PENDING: frozenset({B.CONFIRMED, B.CANCELLED}),
    B.CONFIRMED: frozenset({B.COMPLETED, B.CANCELLED, B.NO_SHOW}),
    B.COMPLETED: frozenset({B.CONFIRMED}),  # a check-out that is undone
    B.CANCELLED: frozenset({B.CONFIRMED}),  # reinstated by the desk or a partner
    B.NO_SHOW: frozenset({B.CONFIRMED}),
}

CLOSED: Final = frozenset({B.CANCELLED, B.NO_SHOW})
# References in these states answer like unknown ones.
HIDDEN_FROM_GUESTS: Final = CLOSED


class RoomCondition(models.TextChoices):
    """How clean a room is, apart from whether anybody is in it."""

    DIRTY = "DIRTY", "to be cleaned"
    CLEANING = "CLEANING", "being cleaned"
    CLEAN_UNINSPECTED = "CLEAN_UNINSPECTED", "cleaned, to be inspected"
    CLEAN = "CLEAN", "ready for a guest"


class RoomStatus(models.TextChoices):
    """The one word that front ends show for a room, drawn from its separate axes."""

    OCCUPIED = "OCCUPIED", "occupied"
    CHECKOUT_DIRTY = "CHECKOUT_DIRTY", "vacant, to be cleaned"
    CLEANING_IN_PROGRESS = "CLEANING_IN_PROGRESS", "being cleaned"
    CLEANED_UNINSPECTED = "CLEANED_UNINSPECTED", "cleaned, to be inspected"
    READY_FOR_GUEST = "READY_FOR_GUEST", "ready for a guest"
    OUT_OF_SERVICE = "OUT_OF_SERVICE", "out of service"


class TaskStatus(models.TextChoices):
    """Where the making-ready of a room stands."""

    OPEN = "OPEN", "to be done"
    IN_PROGRESS = "IN_PROGRESS", "being done"
    DONE = "DONE", "done"
    CANCELLED = "CANCELLED", "not needed any more"


OPEN_TASKS: Final = frozenset({TaskStatus.OPEN, TaskStatus.IN_PROGRESS})

STATUS_OF_CONDITION: Final[Mapping[RoomCondition, RoomStatus]] = {
    RoomCondition.DIRTY: RoomStatus.CHECKOUT_DIRTY,
    RoomCondition.CLEANING: RoomStatus.CLEANING_IN_PROGRESS,
    RoomCondition.CLEAN_UNINSPECTED: RoomStatus.CLEANED_UNINSPECTED,
    RoomCondition.CLEAN: RoomStatus.READY_FOR_GUEST,
}


def room_status(
    *, is_occupied: bool, condition: RoomCondition, is_out_of_service: bool
) -> RoomStatus:
    """Return the one word for a room; who is in it counts more than its condition."""
    if is_occupied:
        return RoomStatus.OCCUPIED
    if is_out_of_service:
        return RoomStatus.OUT_OF_SERVICE
    return STATUS_OF_CONDITION[condition]


R = RoomStatus

# What people may set by hand. Occupied rooms change by check-in and check-out alone.
ROOM_MOVES: Final[Mapping[RoomStatus, frozenset[RoomStatus]]] = {
    R.OCCUPIED: frozenset(),
    R.CHECKOUT_DIRTY: frozenset({R.CLEANING_IN_PROGRESS, R.OUT_OF_SERVICE}),
    R.CLEANING_IN_PROGRESS: frozenset({R.CLEANED_UNINSPECTED, R.OUT_OF_SERVICE}),
    R.CLEANED_UNINSPECTED: frozenset({R.READY_FOR_GUEST, R.CLEANING_IN_PROGRESS, R.OUT_OF_SERVICE}),
    R.READY_FOR_GUEST: frozenset({R.OUT_OF_SERVICE}),
    R.OUT_OF_SERVICE: frozenset(
        {R.CHECKOUT_DIRTY, R.CLEANING_IN_PROGRESS, R.CLEANED_UNINSPECTED, R.READY_FOR_GUEST}
    ),
}
CONDITION_OF_STATUS: Final[Mapping[RoomStatus, RoomCondition]] = {
    status: condition for condition, status in STATUS_OF_CONDITION.items()
}


def can_turn(current: RoomStatus, target: RoomStatus, *, inspects: bool) -> bool:
    """Answer whether staff may set ``target``; without inspections, clean is ready."""
    if not inspects and (current, target) == (R.CLEANING_IN_PROGRESS, R.READY_FOR_GUEST):
        return True
    return target in ROOM_MOVES[current]
