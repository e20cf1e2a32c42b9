"""Who writes, and the states of a room-service order. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import models


class Side(models.TextChoices):
    """One of the two who talk to each other."""

    GUEST = "GUEST", "the guest"
    STAFF = "STAFF", "the hotel's people"

    @property
    def other(self) -> Side:
        """Whom this side talks to."""
        return Side.STAFF if self is Side.GUEST else Side.GUEST


class OrderStatus(models.TextChoices):
    """Where an order stands."""

    PLACED = "PLACED", "placed by the guest"
    ACCEPTED = "ACCEPTED", "being prepared"
    DELIVERED = "DELIVERED", "delivered"
    CANCELLED = "CANCELLED", "cancelled"


S = OrderStatus

ALLOWED: Final[Mapping[OrderStatus, frozenset[OrderStatus]]] = {
    S.PLACED: frozenset({S.ACCEPTED, S.CANCELLED}),
    S.ACCEPTED: frozenset({S.DELIVERED, S.CANCELLED}),
    S.DELIVERED: frozenset(),
    S.CANCELLED: frozenset(),
}
