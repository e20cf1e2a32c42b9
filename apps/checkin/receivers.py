"""What this room hears from the rooms below."""

from __future__ import annotations

from typing import Any

from apps.checkin.services.pin_status import follow_grant
from apps.locks.models import AccessGrant
from apps.locks.signals import access_grant_changed


def connect() -> None:
    """Begin to listen."""
    access_grant_changed.connect(_grant_changed, dispatch_uid="checkin.follow_grant")


def _grant_changed(*, grant: AccessGrant, **_: Any) -> None:
    follow_grant(grant.pk)
