"""The worker's half: bring one code on one lock to where the database promises it to be.

Each visit is claim, call, store: two short transactions with the network between them, under the
lease of the job mechanism. A code that is marked "outcome unknown" is looked up on the lock
before anything is sent again.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from apps.common.jobs import Lease
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.services.alignment import align
from apps.locks.services.cloud import client_for
from apps.locks.services.failures import after_failure
from apps.locks.services.gateways import WAIT, hold_gateways
from apps.locks.services.grants import choose_new_pin
from apps.locks.services.history import record
from apps.locks.states import UNWANTED, CodeKind, CodeState
from apps.locks.ttlock.answers import Passcode
from apps.locks.ttlock.client import TTLockClient
from apps.locks.ttlock.errors import LockCloudError, PasscodeGone


def work_on_code(lease: Lease[AccessCode]) -> None:
    """Do the next step that the code owes, if its gateway is free; else come back soon."""
    code = AccessCode.objects.select_related("grant", "lock__account").get(pk=lease.row.pk)
    if not _owes_anything(code):
        lease.settle()
        return
    with hold_gateways(code.lock) as is_ours:
        if not is_ours:
            lease.settle(due_at=timezone.now() + WAIT, attempts=0)
            return
        client = client_for(code.lock.account)
        if code.state in UNWANTED:
            _remove(lease, code, client)
        elif code.state == CodeState.SET:
            _change_window(lease, code, client)
        else:
            _set(lease, code, client)


def _owes_anything(code: AccessCode) -> bool:
    if code.state == CodeState.REMOVED or code.kind != CodeKind.CUSTOM:
        return code.state in UNWANTED
    if code.state == CodeState.SET:
        return _has_old_window(code)
    return True


def _has_old_window(code: AccessCode) -> bool:
    return (code.starts_at, code.ends_at) != (code.grant.starts_at, code.grant.ends_at)


# -- setting -----------------------------------------------------------------------------------


def _set(lease: Lease[AccessCode], code: AccessCode, client: TTLockClient) -> None:
    must_read = code.is_outcome_unknown
    window = (code.grant.starts_at, code.grant.ends_at)
    if not _begin(lease, window):
        lease.settle(due_at=timezone.now())
        return
    try:
        listed = _same_digits(code, client) if must_read else []
        ours = _ours_among(listed, code)
        if listed and ours is None:
            _choose_other_digits(lease)
            return
        vendor_id = ours.passcode_id if ours else _add(code, client, window)
    except LockCloudError as error:
        after_failure(lease, error)
        return
    _store_set(lease, vendor_id, window=_window_of(ours) or window, is_verified=ours is not None)


def _same_digits(code: AccessCode, client: TTLockClient) -> list[Passcode]:
    """Return what the lock's list has with exactly these digits, whoever put it there."""
    listed = client.list_passcodes(lock_id=code.lock.vendor_lock_id, search=code.digits)
    return [passcode for passcode in listed if passcode.code == code.digits]


def _ours_among(listed: list[Passcode], code: AccessCode) -> Passcode | None:
    return next((passcode for passcode in listed if passcode.name == code.name_tag), None)


def _choose_other_digits(lease: Lease[AccessCode]) -> None:
    """The digits are somebody else's on this lock: the holder gets another PIN on every lock."""
    with transaction.atomic():
        grant = _lock_grant(lease)
        if lease.lock() is None:
            return
        lease.settle()
        choose_new_pin(grant, reason="A lock already had these digits from elsewhere.")


def _begin(lease: Lease[AccessCode], window: tuple[datetime, datetime]) -> bool:
    """Write down that a call is about to be sent, so that a crash is known to leave a doubt."""
    with transaction.atomic():
        code = lease.lock()
        if code is None or code.state in UNWANTED | {CodeState.REMOVED}:
            return False
        if code.state != CodeState.SETTING:
            code.move_to(CodeState.SETTING)
            record("setting", grant=code.grant, code=code)
        code.is_outcome_unknown = True
        code.starts_at, code.ends_at = window
        code.save(update_fields=["state", "is_outcome_unknown", "starts_at", "ends_at"])
    return True


def _add(code: AccessCode, client: TTLockClient, window: tuple[datetime, datetime]) -> int:
    return client.add_passcode(
        lock_id=code.lock.vendor_lock_id,
        code=code.digits,
        name=code.name_tag,
        starts_at=window[0],
        ends_at=window[1],
    )


def _window_of(passcode: Passcode | None) -> tuple[datetime, datetime] | None:
    """Return the window that the lock has, so that a stale one is seen and changed."""
    if passcode is None or passcode.starts_at is None or passcode.ends_at is None:
        return None
    return passcode.starts_at, passcode.ends_at


def _store_set(
    lease: Lease[AccessCode],
    vendor_id: int,
    *,
    window: tuple[datetime, datetime],
    is_verified: bool,
) -> None:
    now = timezone.now()
    with transaction.atomic():
        grant = _lock_grant(lease)
        code = lease.lock()
        if code is None:
            return
        code.vendor_code_id = vendor_id
        code.is_outcome_unknown = False
        code.accepted_at = now
        code.verified_at = now if is_verified else code.verified_at
        code.starts_at, code.ends_at = window
        code.last_problem = ""
        if code.state not in UNWANTED:  # else it was taken back meanwhile: now it can be removed
            code.move_to(CodeState.SET)
            record("set", grant=grant, code=code)
        code.save()
        is_more_owed = code.state in UNWANTED
        lease.settle(due_at=now if is_more_owed else None)
        align(grant)


# -- changing the window -------------------------------------------------------------------------


def _change_window(lease: Lease[AccessCode], code: AccessCode, client: TTLockClient) -> None:
    window = (code.grant.starts_at, code.grant.ends_at)
    try:
        client.change_passcode(
            lock_id=code.lock.vendor_lock_id,
            passcode_id=_vendor_id(code),
            starts_at=window[0],
            ends_at=window[1],
        )
    except LockCloudError as error:
        after_failure(lease, error)
        return
    with transaction.atomic():
        grant = _lock_grant(lease)
        fresh = lease.lock()
        if fresh is None:
            return
        fresh.starts_at, fresh.ends_at = window
        fresh.last_problem = ""
        fresh.save(update_fields=["starts_at", "ends_at", "last_problem"])
        record("window changed", grant=grant, code=fresh)
        lease.settle()
        align(grant)


# -- removing ------------------------------------------------------------------------------------


def _remove(lease: Lease[AccessCode], code: AccessCode, client: TTLockClient) -> None:
    try:
        vendor_id = code.vendor_code_id
        if vendor_id is None:
            found = _ours_among(_same_digits(code, client), code)
            vendor_id = found.passcode_id if found else None
        if vendor_id is not None:
            _delete(code, client, vendor_id)
    except LockCloudError as error:
        after_failure(lease, error)
        return
    now = timezone.now()
    with transaction.atomic():
        grant = _lock_grant(lease)
        fresh = lease.lock()
        if fresh is None:
            return
        fresh.move_to(CodeState.REMOVED)
        fresh.removed_at = now
        fresh.is_outcome_unknown = False
        fresh.save(update_fields=["state", "removed_at", "is_outcome_unknown"])
        record("removed", grant=grant, code=fresh)
        lease.settle()
        align(grant)


def _delete(code: AccessCode, client: TTLockClient, vendor_id: int) -> None:
    try:
        client.delete_passcode(lock_id=code.lock.vendor_lock_id, passcode_id=vendor_id)
    except PasscodeGone:
        return  # what was wanted; the reconciler reads the list later


def _lock_grant(lease: Lease[AccessCode]) -> AccessGrant:
    """Lock the parent before the child, as every writer of this room does."""
    return AccessGrant.objects.select_for_update().get(pk=lease.row.grant_id)


def _vendor_id(code: AccessCode) -> int:
    assert code.vendor_code_id is not None  # noqa: S101  # a constraint says so of SET codes
    return code.vendor_code_id
