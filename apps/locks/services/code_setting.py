"""Write one code onto its lock."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from apps.common.jobs import Lease
from apps.common.statements import store
from apps.locks.models import AccessCode
from apps.locks.services.alignment import align
from apps.locks.services.code_rows import (
    doubt_of,
    is_on_the_lock,
    is_young,
    lock_grant,
    next_visit,
    ours_among,
    same_digits,
)
from apps.locks.services.failures import after_failure
from apps.locks.services.gateways import GatewayHold, has_turn
from apps.locks.services.grants import choose_new_pin
from apps.locks.services.history import record
from apps.locks.services.reconcile import first_look_after
from apps.locks.services.retirement import take_off
from apps.locks.services.usage import look_for_use_before_replacing
from apps.locks.states import UNWANTED, CodeState, GrantState
from apps.locks.ttlock.answers import Passcode
from apps.locks.ttlock.client import TTLockClient
from apps.locks.ttlock.errors import CodeNotAccepted, LockCloudError

Window = tuple[datetime, datetime]


def set_code(
    lease: Lease[AccessCode], code: AccessCode, client: TTLockClient, hold: GatewayHold
) -> bool:
    """Write the code, or find that it is there already. Returns whether the gateway got through."""
    doubt = doubt_of(code)
    window = _begin(lease)
    if window is None:
        lease.settle(due_at=timezone.now())
        return False
    try:
        was_read = doubt is not None
        listed = same_digits(code, client) if doubt else []
        doubt = doubt if doubt and is_young(doubt, timezone.now()) else None
        ours = ours_among(listed, code)
        if listed and ours is None:
            _choose_other_digits(lease, "A lock already had these digits from elsewhere.")
            return False
        # Only a look at the list takes long enough for a lease to end.
        if ours is None and was_read and not has_turn(lease, hold):
            return False
        vendor_id = ours.passcode_id if ours else _add(code, client, window)
    except CodeNotAccepted:
        _choose_other_digits(lease, "A lock refused these digits.")
        return False  # the cloud refuses such digits by itself: no gateway was heard of
    except LockCloudError as error:
        after_failure(lease, error, doubt=doubt)
        return False
    if code.is_out_of_reach:  # else nothing was given instead of it
        lease.renew()
        look_for_use_before_replacing(code)
    is_verified = ours is not None and is_on_the_lock(ours)
    _store_set(lease, vendor_id, window=_window_of(ours) or window, is_verified=is_verified)
    return ours is None


def _begin(lease: Lease[AccessCode]) -> Window | None:
    """Write down that a call is about to be sent, so that a crash is known to leave a doubt.

    Returns the window to send, or None where the code is not wanted any more.
    """
    with transaction.atomic():
        grant = lock_grant(lease)
        code = lease.lock()
        if code is None or code.state in UNWANTED | {CodeState.REMOVED}:
            return None
        if grant.state == GrantState.ENDED:
            return None
        if code.state != CodeState.SETTING:
            code.move_to(CodeState.SETTING)
            if not code.last_problem:  # further tries are told of when they end otherwise
                record("setting", grant=grant, code=code)
        code.is_outcome_unknown = True
        code.sent_at = timezone.now()
        code.starts_at, code.ends_at = grant.starts_at, grant.ends_at
        store(code, "state", "is_outcome_unknown", "sent_at", "starts_at", "ends_at")
    return code.starts_at, code.ends_at


def _add(code: AccessCode, client: TTLockClient, window: Window) -> int:
    return client.add_passcode(
        lock_id=code.lock.vendor_lock_id,
        code=code.digits,
        name=code.name_tag,
        starts_at=window[0],
        ends_at=window[1],
    )


def _choose_other_digits(lease: Lease[AccessCode], reason: str) -> None:
    """These digits can't be had on this lock: the holder gets another PIN on every lock."""
    with transaction.atomic():
        grant = lock_grant(lease)
        code = lease.lock()
        if code is None:
            return
        code.is_outcome_unknown = False
        if code.state == CodeState.SETTING:
            code.move_to(CodeState.DELAYED)  # it is not on the lock, and known not to be
        code.save(update_fields=["state", "is_outcome_unknown"])
        lease.settle()
        if code.state in UNWANTED:
            align(grant)
        elif code.digits != grant.pin:  # an earlier PIN, or a backup code that is lost
            take_off(code)
            align(grant)
        else:
            choose_new_pin(grant, reason=reason)


def _window_of(passcode: Passcode | None) -> Window | None:
    """Return the window that the lock has, so that a stale one is seen and changed."""
    if passcode is None or passcode.starts_at is None or passcode.ends_at is None:
        return None
    return passcode.starts_at, passcode.ends_at


def _store_set(
    lease: Lease[AccessCode], vendor_id: int, *, window: Window, is_verified: bool
) -> None:
    now = timezone.now()
    with transaction.atomic():
        grant = lock_grant(lease)
        code = lease.lock()
        if code is None:
            return
        code.grant = grant
        code.vendor_code_id = vendor_id
        code.is_outcome_unknown = code.is_out_of_reach = False
        code.accepted_at = now
        code.verified_at = now if is_verified else code.verified_at
        code.starts_at, code.ends_at = window
        code.last_problem = ""
        if code.state not in UNWANTED:  # else it was taken back meanwhile: now it can be removed
            code.move_to(CodeState.SET)
            record("set", grant=grant, code=code)
        lease.settle(
            due_at=next_visit(code),
            state=code.state,
            vendor_code_id=code.vendor_code_id,
            is_outcome_unknown=False,
            is_out_of_reach=False,
            accepted_at=code.accepted_at,
            verified_at=code.verified_at,
            starts_at=code.starts_at,
            ends_at=code.ends_at,
            last_problem="",
        )
        align(grant)
        first_look_after(now, lease.row.lock)
