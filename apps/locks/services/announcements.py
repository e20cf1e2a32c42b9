"""Tell the rooms above that a grant changed, until they have heard."""

from __future__ import annotations

from apps.common.jobs import Lease
from apps.locks.models import AccessGrant
from apps.locks.signals import access_grant_changed


def announce(lease: Lease[AccessGrant]) -> None:
    """Send the signal; a listener that fails leaves the news owed and is told again."""
    access_grant_changed.send(sender=AccessGrant, grant=lease.row)
    lease.settle()
