"""A small pool of codes on each lock, preset while all is well, for the guest whose code fails."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.common.jobs import wake
from apps.locks.errors import NoFreePin
from apps.locks.models import AccessCode, AccessGrant, Lock, LockAccount
from apps.locks.services.grants import AccessRequest, end_grant, grant_access
from apps.locks.services.history import record
from apps.locks.states import WANTED, CodeKind, CodeState

POOL: Final = "pool:"
POOL_LABEL: Final = "backup"
POOL_ACTOR: Final = "worker"
LIFETIME: Final = timedelta(days=180)
RENEWED_BEFORE: Final = timedelta(days=60)  # a code that is handed out must outlast any stay


def top_up(lock: Lock) -> None:
    """Bring the lock's pool to the size that is set; codes near their end are replaced."""
    now = timezone.now()
    pool = AccessCode.objects.filter(
        lock=lock, kind=CodeKind.BACKUP, state__in=WANTED, grant__holder__startswith=POOL
    ).order_by("-ends_at")
    stale = [code for code in pool if code.ends_at - now < RENEWED_BEFORE]
    fresh = [code for code in pool if code.ends_at - now >= RENEWED_BEFORE]
    surplus = fresh[settings.BACKUP_CODES_PER_LOCK :]
    for code in [*stale, *surplus]:
        _retire(code)
    for _ in range(settings.BACKUP_CODES_PER_LOCK - len(fresh)):
        _preset(lock)


def _preset(lock: Lock) -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    request = AccessRequest(
        account=lock.account,
        locks=[lock],
        holder=f"{POOL}{uuid4().hex}",
        label=POOL_LABEL,
        starts_at=now,
        ends_at=now + LIFETIME,
        pin_length=settings.PIN_LENGTH,
        kind=CodeKind.BACKUP,
    )
    try:
        grant_access(request, actor=POOL_ACTOR, reason="The lock's pool of backup codes.")
    except NoFreePin:
        return  # a full lock has no room for a pool; guests come first


@transaction.atomic
def _retire(code: AccessCode) -> None:
    grant = AccessGrant.objects.select_for_update().get(pk=code.grant_id)
    end_grant(grant, actor=POOL_ACTOR, reason="Rotated out of the pool.")


def hand_out(grant: AccessGrant, lock: Lock, *, actor: str, reason: str) -> AccessCode | None:
    """Give the grant a preset code of ``lock``; None when the pool is empty.

    Asking again gives the one that was handed out. The caller holds the lock on ``grant``, and
    aligns it afterwards: the code takes over the grant's window.
    """
    code = _handed_out(grant, lock)
    if code is not None:
        return code
    code = _take_from_pool(grant, lock)
    if code is not None:
        record("backup handed out", grant=grant, code=code, actor=actor, reason=reason)
        Lock.objects.filter(pk=lock.pk).update(due_at=timezone.now())  # the pool refills
        wake(lock)
    return code


def _handed_out(grant: AccessGrant, lock: Lock) -> AccessCode | None:
    codes = AccessCode.objects.filter(grant=grant, lock=lock, kind=CodeKind.BACKUP)
    return codes.filter(state=CodeState.SET).first()


def _take_from_pool(grant: AccessGrant, lock: Lock) -> AccessCode | None:
    preset = AccessCode.objects.filter(
        lock=lock,
        kind=CodeKind.BACKUP,
        state=CodeState.SET,
        grant__holder__startswith=POOL,
        ends_at__gt=timezone.now(),
    ).order_by("ends_at")
    for seen in preset:
        # The parent first, as every writer does; whoever comes second finds the code gone.
        pool_grant = AccessGrant.objects.select_for_update().get(pk=seen.grant_id)
        code = preset.filter(pk=seen.pk, grant=pool_grant).select_for_update().first()
        if code is not None:
            code.grant = grant
            code.save(update_fields=["grant"])
            end_grant(pool_grant, actor=POOL_ACTOR, reason="Its code was handed out.")
            return code
    return None


def owe_first_pools() -> None:
    """Make the locks that nothing is owed by owe their pool; the worker's start sees to it."""
    if settings.BACKUP_CODES_PER_LOCK:
        now = timezone.now()
        Lock.objects.filter(due_at__isnull=True).update(due_at=now)
        LockAccount.objects.filter(due_at__isnull=True, locks__isnull=False).update(due_at=now)
