"""Change the window of a code that is on its lock: the same digits, other hours."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from apps.common.jobs import Lease
from apps.locks.models import AccessCode
from apps.locks.services.alignment import align
from apps.locks.services.code_rows import doubt_of, lock_grant, next_visit
from apps.locks.services.failures import after_failure
from apps.locks.services.gateways import GatewayHold
from apps.locks.services.history import record
from apps.locks.services.reconcile import first_look_after
from apps.locks.states import CodeState
from apps.locks.ttlock.client import TTLockClient
from apps.locks.ttlock.errors import LockCloudError, PasscodeGone


def change_window(
    lease: Lease[AccessCode], code: AccessCode, client: TTLockClient, _hold: GatewayHold
) -> bool:
    """Write the grant's window; asking twice is the same. Returns whether it got through."""
    doubt = doubt_of(code)
    window = _begin(lease)
    if window is None:
        lease.settle(due_at=timezone.now())
        return False
    assert code.vendor_code_id is not None  # noqa: S101  # a constraint says so of SET codes
    try:
        client.change_passcode(
            lock_id=code.lock.vendor_lock_id,
            passcode_id=code.vendor_code_id,
            starts_at=window[0],
            ends_at=window[1],
        )
    except PasscodeGone:
        _set_again(lease)
        return False  # the cloud answers so without asking a gateway
    except LockCloudError as error:
        after_failure(lease, error, doubt=doubt)
        return False
    with transaction.atomic():
        grant = lock_grant(lease)
        fresh = lease.lock()
        if fresh is None:
            return True
        fresh.starts_at, fresh.ends_at = window
        fresh.last_problem = ""
        fresh.is_outcome_unknown = False
        if doubt:
            fresh.verified_at = None  # an earlier change may land late: see what the list says
            first_look_after(timezone.now(), lease.row.lock)
        fresh.save(
            update_fields=[
                *("starts_at", "ends_at", "last_problem"),
                *("is_outcome_unknown", "verified_at"),
            ]
        )
        record("window changed", grant=grant, code=fresh)
        lease.settle(due_at=next_visit(fresh))
        align(grant)
    return True


def _begin(lease: Lease[AccessCode]) -> tuple[datetime, datetime] | None:
    """Write down that a change is about to be sent; its outcome is unknown until it is stored.

    Returns the window to send, or None where the code is not to be changed any more.
    """
    with transaction.atomic():
        grant = lock_grant(lease)
        code = lease.lock()
        if code is None or code.state != CodeState.SET:
            return None
        code.is_outcome_unknown = True
        code.sent_at = timezone.now()
        code.save(update_fields=["is_outcome_unknown", "sent_at"])
    return grant.starts_at, grant.ends_at


def _set_again(lease: Lease[AccessCode]) -> None:
    """Somebody took the code off the lock behind this system's back: its guest needs it."""
    with transaction.atomic():
        grant = lock_grant(lease)
        code = lease.lock()
        if code is None:
            return
        code.vendor_code_id = None
        if code.state == CodeState.SET:
            code.move_to(CodeState.SETTING)
            code.asked_at = timezone.now()
        code.is_outcome_unknown = True  # read the list first: the vendor may mean another row
        code.save(update_fields=["state", "vendor_code_id", "is_outcome_unknown", "asked_at"])
        record("lost", grant=grant, code=code, reason="The lock did not have it any more.")
        lease.settle(due_at=timezone.now())
        align(grant)
