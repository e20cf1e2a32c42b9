"""Tell the rooms above that a grant changed, until they have heard."""

from __future__ import annotations

from django.db import transaction

from apps.common.jobs import Lease
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.services.alignment import align
from apps.locks.signals import access_grant_changed
from apps.locks.states import WANTED, GrantState


def announce(lease: Lease[AccessGrant]) -> None:
    """Send the signal; a listener that fails leaves the news owed and is told again.

    The codes of a grant that was ended in haste begin to leave their locks first.
    """
    if lease.row.state == GrantState.ENDED:
        _retire_codes(lease)
    access_grant_changed.send(sender=AccessGrant, grant=lease.row)
    lease.settle()


def _retire_codes(lease: Lease[AccessGrant]) -> None:
    if not AccessCode.objects.filter(grant=lease.row, state__in=WANTED).exists():
        return
    with transaction.atomic():
        grant = lease.lock()
        if grant is not None:  # else another worker does this, or the stay goes on again
            align(grant)
