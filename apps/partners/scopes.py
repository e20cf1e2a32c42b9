"""What a key may be for. Pure, and the only list of it."""

from __future__ import annotations

from typing import Final

from django.db import models


class Scope(models.TextChoices):
    """One thing that a key's holder may do; every door asks for one of these."""

    READ_RESERVATIONS = "reservations:read", "read reservations"
    WRITE_RESERVATIONS = "reservations:write", "create, change and end reservations"
    READ_ROOMS = "rooms:read", "read rooms and their states"
    READ_CODES = "codes:read", "read the states of access codes"
    REVEAL_CODES = "codes:reveal", "read the digits of access codes"
    MANAGE_WEBHOOKS = "webhooks:manage", "manage webhooks and read the events"


READ_ONLY: Final = frozenset({Scope.READ_RESERVATIONS, Scope.READ_ROOMS, Scope.READ_CODES})
