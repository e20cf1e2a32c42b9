"""What this room throws away by itself: access that ended long ago, with its codes and all that
was written down of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.locks.models import AccessCode, AccessGrant, AccessHistory, LockUse
from apps.locks.states import LIVE, GrantState

PORTION: Final = 100  # each comes with a dozen other rows


def purge_access(now: datetime) -> bool:
    """Delete some grants that ended long ago; return whether any may be left.

    One with a code that may still open a door is kept, however old: it is a debt.
    """
    before = now - timedelta(days=settings.ACCESS_RETENTION_DAYS)
    in_debt = AccessCode.objects.filter(grant=OuterRef("pk"), state__in=LIVE)
    ended = AccessGrant.objects.filter(
        ~Exists(in_debt), state=GrantState.ENDED, ended_at__lt=before, due_at__isnull=True
    )
    with transaction.atomic():
        oldest = ended.order_by("ended_at").select_for_update(of=("self",))[:PORTION]
        keys = [grant.pk for grant in oldest.only("pk")]
        AccessHistory.objects.filter(grant__in=keys).delete()
        LockUse.objects.filter(code__grant__in=keys).delete()
        AccessCode.objects.filter(grant__in=keys).delete()
        AccessGrant.objects.filter(pk__in=keys).delete()
    return len(keys) == PORTION
