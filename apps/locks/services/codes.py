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
from apps.locks.services.gateways import WAIT, GatewayHold, hold_gateways
from apps.locks.services.grants import choose_new_pin
from apps.locks.services.history import record
from apps.locks.states import UNWANTED, CodeKind, CodeState
from apps.locks.ttlock.answers import Passcode
from apps.locks.ttlock.client import TTLockClient
from apps.locks.ttlock.errors import CodeNotAccepted, LockCloudError, PasscodeGone


def work_on_code(lease: Lease[AccessCode]) -> None:
    """Do the next step that the code owes, if its gateway is free; else come back soon."""
    code = AccessCode.objects.select_related("grant", "lock__account").get(pk=lease.row.pk)
    if not _owes_anything(code):
        lease.settle()
        return
    with hold_gateways(code.lock) as hold:
        if hold is None:
            lease.settle(due_at=timezone.now() + WAIT, attempts=0)
            return
        client = client_for(code.lock.account)
        if code.state in UNWANTED:
            _remove(lease, code, client, hold)
        elif code.state == CodeState.SET:
            _change_window(lease, code, client)
        else:
            _set(lease, code, client, hold)


def _owes_anything(code: AccessCode) -> bool:
    if code.state == CodeState.REMOVED or code.kind != CodeKind.CUSTOM:
        return code.state in UNWANTED
    if code.state == CodeState.SET:
        return _has_old_window(code)
    return True


def _has_old_window(code: AccessCode) -> bool:
    return (code.starts_at, code.ends_at) != (code.grant.starts_at, code.grant.ends_at)


# -- setting -----------------------------------------------------------------------------------


def _set(
    lease: Lease[AccessCode], code: AccessCode, client: TTLockClient, hold: GatewayHold
) -> None:
    is_in_doubt = code.is_outcome_unknown
    window = _begin(lease)
    if window is None:
        lease.settle(due_at=timezone.now())
        return
    try:
        listed = _same_digits(code, client) if is_in_doubt else []
        is_in_doubt = False
        ours = _ours_among(listed, code)
        if listed and ours is None:
            _choose_other_digits(lease, "A lock already had these digits from elsewhere.")
            return
        if ours is None and not _has_turn(lease, hold):
            return
        vendor_id = ours.passcode_id if ours else _add(code, client, window)
    except CodeNotAccepted:
        _choose_other_digits(lease, "A lock refused these digits.")
        return
    except LockCloudError as error:
        after_failure(lease, error, is_in_doubt=is_in_doubt)
        return
    _store_set(lease, vendor_id, window=_window_of(ours) or window, is_verified=ours is not None)


def _has_turn(lease: Lease[AccessCode], hold: GatewayHold) -> bool:
    """Answer whether the code and its gateways are still this worker's, and keep them so.

    Reading the lock's list may have taken longer than the leases.
    """
    if lease.renew() and hold.renew():
        return True
    lease.settle(due_at=timezone.now())
    return False


def _same_digits(code: AccessCode, client: TTLockClient) -> list[Passcode]:
    """Return what the lock's list has with exactly these digits, whoever put it there."""
    listed = client.list_passcodes(lock_id=code.lock.vendor_lock_id, search=code.digits)
    return [passcode for passcode in listed if passcode.code == code.digits]


def _ours_among(listed: list[Passcode], code: AccessCode) -> Passcode | None:
    return next((passcode for passcode in listed if passcode.name == code.name_tag), None)


def _choose_other_digits(lease: Lease[AccessCode], reason: str) -> None:
    """These digits can't be had on this lock: the holder gets another PIN on every lock."""
    with transaction.atomic():
        grant = _lock_grant(lease)
        code = lease.lock()
        if code is None:
            return
        code.is_outcome_unknown = False
        if code.state == CodeState.SETTING:
            code.move_to(CodeState.DELAYED)  # it is not on the lock, and known not to be
        code.save(update_fields=["state", "is_outcome_unknown"])
        lease.settle()
        if code.state in UNWANTED or code.digits != grant.pin:
            align(grant)
        else:
            choose_new_pin(grant, reason=reason)


def _begin(lease: Lease[AccessCode]) -> tuple[datetime, datetime] | None:
    """Write down that a call is about to be sent, so that a crash is known to leave a doubt.

    Returns the window to send, or None where the code is not wanted any more.
    """
    with transaction.atomic():
        grant = _lock_grant(lease)
        code = lease.lock()
        if code is None or code.state in UNWANTED | {CodeState.REMOVED}:
            return None
        if code.state != CodeState.SETTING:
            code.move_to(CodeState.SETTING)
            if not code.last_problem:  # further tries are told of when they end otherwise
                record("setting", grant=grant, code=code)
        code.is_outcome_unknown = True
        code.starts_at, code.ends_at = grant.starts_at, grant.ends_at
        code.save(update_fields=["state", "is_outcome_unknown", "starts_at", "ends_at"])
    return code.starts_at, code.ends_at


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
        lease.settle(due_at=_due_if_unwanted(code))
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
    except PasscodeGone:
        _set_again(lease)
        return
    except LockCloudError as error:
        after_failure(lease, error, is_in_doubt=False)
        return
    with transaction.atomic():
        grant = _lock_grant(lease)
        fresh = lease.lock()
        if fresh is None:
            return
        fresh.starts_at, fresh.ends_at = window
        fresh.last_problem = ""
        fresh.is_outcome_unknown = False
        fresh.save(update_fields=["starts_at", "ends_at", "last_problem", "is_outcome_unknown"])
        record("window changed", grant=grant, code=fresh)
        lease.settle(due_at=_due_if_unwanted(fresh))
        align(grant)


def _set_again(lease: Lease[AccessCode]) -> None:
    """Somebody took the code off the lock behind this system's back: its guest needs it."""
    with transaction.atomic():
        grant = _lock_grant(lease)
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


def _due_if_unwanted(code: AccessCode) -> datetime | None:
    """A code that was taken back while its call was under way still has to be removed."""
    return timezone.now() if code.state in UNWANTED else None


# -- removing ------------------------------------------------------------------------------------


def _remove(
    lease: Lease[AccessCode], code: AccessCode, client: TTLockClient, hold: GatewayHold
) -> None:
    try:
        vendor_id = code.vendor_code_id
        if vendor_id is None:
            found = _ours_among(_same_digits(code, client), code)
            vendor_id = found.passcode_id if found else None
        if vendor_id is not None:
            if not _has_turn(lease, hold):
                return
            _delete(code, client, vendor_id)
    except LockCloudError as error:
        after_failure(lease, error, is_in_doubt=code.is_outcome_unknown)
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
