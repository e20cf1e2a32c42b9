"""Take one code off its lock: a debt that is kept until it is paid."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.common.alerts import clear_alert
from apps.common.jobs import Lease
from apps.locks import alert_kinds
from apps.locks.models import AccessCode
from apps.locks.services.alignment import align
from apps.locks.services.code_rows import (
    doubt_of,
    is_young,
    lock_grant,
    named_like,
    next_visit,
    ours_among,
    same_digits,
)
from apps.locks.services.failures import after_failure
from apps.locks.services.gateways import GatewayHold, has_turn
from apps.locks.services.history import record
from apps.locks.services.reconcile import first_look_after
from apps.locks.states import UNWANTED, CodeKind, CodeState
from apps.locks.ttlock.client import TTLockClient
from apps.locks.ttlock.errors import LockCloudError, NeverUsedYet, PasscodeGone

LOOK_AGAIN: Final = timedelta(seconds=10)  # while a call in doubt may still land


def remove_code(
    lease: Lease[AccessCode], code: AccessCode, client: TTLockClient, hold: GatewayHold
) -> bool:
    """Delete the code, or find that it is not there. Returns whether the gateway got through.

    After a call in doubt, the id that the row knows may be an earlier one. The cloud says "gone"
    and "never used" by itself: neither tells anything of a gateway.
    """
    doubt = doubt_of(code)
    got_through = False
    try:
        listed_id = _find(code, client) if doubt or not code.vendor_code_id else None
        vendor_id = listed_id or code.vendor_code_id
        if vendor_id is not None:
            if not has_turn(lease, hold):
                return False
            got_through = _delete(code, client, vendor_id)
    except NeverUsedYet:
        _leave_to_its_hours(lease)
        return False
    except LockCloudError as error:
        after_failure(lease, error, doubt=doubt)
        return False
    if doubt and listed_id is None and is_young(doubt, timezone.now()):
        lease.settle(due_at=timezone.now() + LOOK_AGAIN)
        return False
    _store_removed(lease, "")
    return got_through


def _find(code: AccessCode, client: TTLockClient) -> int | None:
    """Look the code up where no answer told its id, or even its digits."""
    listed = same_digits(code, client) if code.digits else list(named_like(code, client))
    found = ours_among(listed, code)
    return found.passcode_id if found else None


def _delete(code: AccessCode, client: TTLockClient, vendor_id: int) -> bool:
    """Answer whether the lock did it; else the cloud had no such code, which is as good."""
    try:
        client.delete_passcode(lock_id=code.lock.vendor_lock_id, passcode_id=vendor_id)
    except PasscodeGone:
        return False  # the reconciler reads the list later
    return True


def _leave_to_its_hours(lease: Lease[AccessCode]) -> None:
    """An offline code can't be recalled before its first use: it counts as live until its end."""
    with transaction.atomic():
        grant = lock_grant(lease)
        code = lease.lock()
        if code is None:
            return
        if code.kind != CodeKind.OFFLINE:
            lease.settle(due_at=timezone.now() + LOOK_AGAIN)
            return
        if code.state not in UNWANTED:  # the holder's next grant took it over meanwhile
            lease.settle(due_at=next_visit(code))
            return
        if code.state == CodeState.REMOVING:
            code.move_to(CodeState.REMOVAL_FAILED)
        code.is_unrecallable = True
        code.save(update_fields=["state", "is_unrecallable"])
        record("can't be recalled before its first use", grant=grant, code=code)
        lease.settle(due_at=code.ends_at)
        align(grant)


def finish_by_time(lease: Lease[AccessCode]) -> None:
    """An unrecallable code's hours are over: the lock's own clock has shut it out."""
    _store_removed(lease, "Its hours are over.")


def _store_removed(lease: Lease[AccessCode], reason: str) -> None:
    with transaction.atomic():
        grant = lock_grant(lease)
        code = lease.lock()
        if code is None:
            return
        code.move_to(CodeState.REMOVED)
        code.removed_at = timezone.now()
        code.is_outcome_unknown = code.is_unrecallable = code.is_spared = False
        code.save(
            update_fields=[
                *("state", "removed_at"),
                *("is_outcome_unknown", "is_unrecallable", "is_spared"),
            ]
        )
        record("removed", grant=grant, code=code, reason=reason)
        lease.settle()
        align(grant)
        if code.vendor_code_id is not None or code.sent_at is not None:
            first_look_after(code.removed_at, lease.row.lock)
        scope = grant.account.alert_scope
        for kind in (alert_kinds.OVERDUE, alert_kinds.UNSET, alert_kinds.CHANGED_ELSEWHERE):
            clear_alert(scope=scope, kind=kind, subject=str(code.pk))
