"""What a lock owes: a look at the codes it lists, at its records, and its pool of backup codes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.common.jobs import Lease
from apps.locks.models import AccessCode, Lock
from apps.locks.services.backups import top_up
from apps.locks.services.budget import may_call, may_sweep, note_limit, note_open
from apps.locks.services.capacity import judge_capacity
from apps.locks.services.reconcile import LOOK_EVERY, SOON_AFTER_SETTING, inspect_lock, mend
from apps.locks.services.usage import look_for_missed_uses, read_records
from apps.locks.states import LIVE, CodeKind, CodeState
from apps.locks.ttlock.errors import LockCloudError

LONGEST_LISTING: Final = timedelta(minutes=1)  # what changes meanwhile is not in the list
AFTER_FAILURE: Final = timedelta(minutes=2)


def look_after_lock(lease: Lease[Lock]) -> None:
    """Do what the lock owes, and say when it is owed again."""
    lock = Lock.objects.select_related("account").get(pk=lease.row.pk)
    now = timezone.now()
    if not may_call(lock.account, now):
        lease.settle(due_at=lock.account.blocked_until)
        return
    try:
        read_records(lock)
        _look(lease, lock, now)
    except LockCloudError as error:
        note_limit(lock.account, error)
        lease.settle(due_at=now + AFTER_FAILURE)
        return
    note_open(lock.account)
    top_up(lock)
    lock.refresh_from_db()
    lease.settle(due_at=_next_visit(lock, now))


def _look(lease: Lease[Lock], lock: Lock, now: datetime) -> None:
    due_at = next_look_at(lock)
    if due_at is None or due_at > now or not may_sweep(lock.account, now):
        return
    lease.renew()
    findings = inspect_lock(lock)
    mend(lock, findings)
    judge_capacity(lock, findings)
    look_for_missed_uses(lock)


def next_look_at(lock: Lock) -> datetime | None:
    """Return when the list is worth a call: soon after news, and every few hours."""
    news = [
        *_since(lock, _unseen_codes(lock), "accepted_at"),
        *_since(lock, _codes_said_to_be_gone(lock), "removed_at"),
    ]
    wanted = [instant + SOON_AFTER_SETTING for instant in news]
    if lock.looked_at is not None and _has_live_codes(lock):
        wanted.append(lock.looked_at + LOOK_EVERY)
    return min(wanted, default=None)


def _unseen_codes(lock: Lock) -> QuerySet[AccessCode]:
    codes = AccessCode.objects.filter(lock=lock, state=CodeState.SET, verified_at__isnull=True)
    return codes.exclude(kind=CodeKind.OFFLINE)


def _codes_said_to_be_gone(lock: Lock) -> QuerySet[AccessCode]:
    """An answer proves no removal: only the list shows that a code is gone from the door."""
    was_written = Q(vendor_code_id__isnull=False) | Q(sent_at__isnull=False)
    codes = AccessCode.objects.filter(was_written, lock=lock, state=CodeState.REMOVED)
    return codes.filter(ends_at__gt=timezone.now())


def _since(lock: Lock, codes: QuerySet[AccessCode], field: str) -> list[datetime]:
    """Return the first instant of ``field`` since the last look, if there is one."""
    if lock.looked_at is not None:
        codes = codes.filter(**{f"{field}__gt": lock.looked_at - LONGEST_LISTING})
    first = codes.order_by(field).values_list(field, flat=True).first()
    return [first] if first else []


def _has_live_codes(lock: Lock) -> bool:
    return AccessCode.objects.filter(lock=lock, state__in=LIVE).exists()


def _next_visit(lock: Lock, now: datetime) -> datetime | None:
    """Return the next look's time; later where calls were spared. Idle locks owe nothing."""
    due_at = next_look_at(lock)
    if due_at is not None and due_at > now:
        return due_at
    return now + LOOK_EVERY if due_at or _has_live_codes(lock) else None
