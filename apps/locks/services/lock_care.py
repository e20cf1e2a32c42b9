"""What a lock owes: a look at the codes it lists, at its records, and its pool of backup codes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from apps.common.jobs import Lease
from apps.locks.models import AccessCode, Lock
from apps.locks.services.backups import top_up
from apps.locks.services.budget import may_call, may_sweep, note_limit
from apps.locks.services.reconcile import SOON_AFTER_SETTING, inspect_lock, mend
from apps.locks.services.usage import read_records
from apps.locks.states import LIVE, CodeState
from apps.locks.ttlock.errors import LockCloudError

LOOK_EVERY: Final = timedelta(hours=6)
LEEWAY: Final = timedelta(minutes=1)  # a look that is due is made, though the last one took a while
AFTER_FAILURE: Final = timedelta(minutes=2)


def look_after_lock(lease: Lease[Lock]) -> None:
    """Do what the lock owes, and say when it is owed again."""
    lock = Lock.objects.select_related("account").get(pk=lease.row.pk)
    now = timezone.now()
    try:
        if may_call(lock.account):
            read_records(lock)
        if is_look_due(lock, now) and may_sweep(lock.account):
            lease.renew()
            mend(lock, inspect_lock(lock))
    except LockCloudError as error:
        note_limit(lock.account, error)
        lease.settle(due_at=now + AFTER_FAILURE)
        return
    top_up(lock)
    has_codes = AccessCode.objects.filter(lock=lock, state__in=LIVE).exists()
    lease.settle(due_at=now + LOOK_EVERY if has_codes else None)


def is_look_due(lock: Lock, now: datetime) -> bool:
    """Answer whether the list is worth a call: a look long past, or news since the last one."""
    if lock.looked_at is None or now - lock.looked_at >= LOOK_EVERY - LEEWAY:
        return True
    a_while_ago = now - SOON_AFTER_SETTING / 2
    unseen = Q(state__in=LIVE, verified_at__isnull=True, accepted_at__lte=a_while_ago)
    # An answer proves no removal: only the list shows that a code is gone from the door.
    gone = Q(removed_at__gte=lock.looked_at, removed_at__lte=a_while_ago, ends_at__gt=now)
    was_written = Q(vendor_code_id__isnull=False) | Q(sent_at__isnull=False)
    news = unseen | (gone & was_written & Q(state=CodeState.REMOVED))
    return AccessCode.objects.filter(news, lock=lock).exists()
