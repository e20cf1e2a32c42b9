"""Rows of offline codes: reuse one that is left over, or reserve the hours for a new one.

An offline code can't be recalled before its first use. One that its guest never used goes on
opening the door until its end, so the same holder gets it again rather than a second one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.common.jobs import wake
from apps.locks.models import AccessCode, AccessGrant, Lock
from apps.locks.offline_slots import LONGEST_HEAD_START, candidate_slots
from apps.locks.services.history import record
from apps.locks.states import UNWANTED, WANTED, CodeKind, CodeState

FIRST_USE_WITHIN: Final = timedelta(hours=24)  # of its start, or the lock suspends the code


def is_current_offline(code: AccessCode) -> bool:
    """Answer whether ``code`` is an offline code that its guest counts on, or will."""
    return code.kind == CodeKind.OFFLINE and code.state in WANTED


def covers(code: AccessCode, grant: AccessGrant) -> bool:
    """Answer whether an offline code still opens for the rest of the grant's window."""
    now = timezone.now()
    is_fresh = code.first_used_at is not None or code.starts_at + FIRST_USE_WITHIN > now
    return (
        is_fresh and code.starts_at <= max(grant.starts_at, now) and code.ends_at >= grant.ends_at
    )


def suits(code: AccessCode, grant: AccessGrant) -> bool:
    """Answer whether an offline code opens in no hours that another one for ``grant`` would not."""
    return code.starts_at >= grant.starts_at - LONGEST_HEAD_START


def offline_code_for(grant: AccessGrant, lock: Lock) -> AccessCode | None:
    """Return the holder's left-over offline code of ``lock``, or a new one asked for.

    None: every hour near the stay is gone; the grant then goes on waiting for its gateway.
    The caller holds the lock on ``grant``.
    """
    return _adopt_leftover(grant, lock) or _reserve(grant, lock)


def _adopt_leftover(grant: AccessGrant, lock: Lock) -> AccessCode | None:
    leftovers = AccessCode.objects.select_for_update(of=("self",)).filter(
        lock=lock,
        kind=CodeKind.OFFLINE,
        state__in=UNWANTED,
        grant__holder=grant.holder,
        digits_digest__isnull=False,
    )
    for code in leftovers.select_related("lock", "grant"):
        if covers(code, grant):
            if code.state == CodeState.REMOVING:
                code.move_to(CodeState.REMOVAL_FAILED)
            code.move_to(CodeState.SET)
            code.is_unrecallable = code.is_spared = False
            code.grant, code.due_at = grant, grant.ends_at
            code.save(update_fields=["state", "grant", "is_unrecallable", "is_spared", "due_at"])
            record("offline code reused", grant=grant, code=code)
            return code
    return None


def _reserve(grant: AccessGrant, lock: Lock) -> AccessCode | None:
    """Create the row with hours that no code of this lock has had."""
    now = timezone.now()
    taken = set(
        AccessCode.objects.filter(
            lock=lock, kind=CodeKind.OFFLINE, ends_at__gte=grant.ends_at
        ).values_list("starts_at", "ends_at")
    )
    slots = candidate_slots(
        starts_at=grant.starts_at,
        ends_at=grant.ends_at,
        now=now,
        zone=ZoneInfo(grant.account.timezone),
    )
    for starts_at, ends_at in slots:
        if (starts_at, ends_at) in taken:
            continue
        try:
            with transaction.atomic():  # another guest may reserve the same hours at this moment
                code = AccessCode.objects.create(
                    grant=grant,
                    lock=lock,
                    kind=CodeKind.OFFLINE,
                    digits_digest=None,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    asked_at=now,
                    due_at=now,
                )
        except IntegrityError:
            continue
        record("offline code asked", grant=grant, code=code)
        wake(code)
        return code
    return None
