"""What this room hears from the locks."""

from __future__ import annotations

from typing import Any

from apps.bookings.models import HOLDER_PREFIX
from apps.bookings.services.arrivals import bring_arrival_forward, has_used_a_code
from apps.locks.models import AccessGrant
from apps.locks.signals import access_grant_changed


def connect() -> None:
    """Begin to listen."""
    access_grant_changed.connect(_grant_changed, dispatch_uid="bookings.first_use")


def _grant_changed(*, grant: AccessGrant, **_: Any) -> None:
    """The first use of a code is an arrival."""
    key = grant.holder.removeprefix(HOLDER_PREFIX)
    if key != grant.holder and key.isdigit() and has_used_a_code(grant):
        bring_arrival_forward(int(key))
