"""Ask the lock cloud for an offline code: it needs no gateway, and the lock needs no network."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.common.crypto import keyed_digest
from apps.common.jobs import Lease
from apps.locks.models import AccessCode
from apps.locks.services.alignment import align
from apps.locks.services.budget import note_open
from apps.locks.services.code_rows import doubt_of, lock_grant, named_like, next_visit
from apps.locks.services.failures import after_failure
from apps.locks.services.history import record
from apps.locks.states import UNWANTED, CodeState
from apps.locks.ttlock.answers import OfflinePasscode, Passcode
from apps.locks.ttlock.client import TTLockClient
from apps.locks.ttlock.errors import DuplicateCode, LockCloudError, WindowAlreadyIssued


def issue_offline_code(lease: Lease[AccessCode], code: AccessCode, client: TTLockClient) -> None:
    """Get the digits for the hours that the row has reserved."""
    doubt = doubt_of(code)
    if not _begin(lease):
        lease.settle(due_at=timezone.now())
        return
    try:
        issued = _found_or_issued(code, client) if doubt else _get(code, client)
    except (WindowAlreadyIssued, DuplicateCode):
        _give_hours_up(lease)
        return
    except LockCloudError as error:
        after_failure(lease, error, doubt=doubt)
        return
    _store(lease, issued.code, issued.passcode_id)
    note_open(code.lock.account)


def _found_or_issued(code: AccessCode, client: TTLockClient) -> OfflinePasscode | Passcode:
    """Look for what an earlier call got before asking again; it may land in between."""
    found = next(named_like(code, client), None)
    if found is not None:
        return found
    try:
        return _get(code, client)
    except DuplicateCode:
        late = next(named_like(code, client), None)
        if late is None:
            raise
        return late


def _get(code: AccessCode, client: TTLockClient) -> OfflinePasscode:
    """Hours are whole on the clocks where the lock hangs."""
    zone = ZoneInfo(code.lock.account.timezone)
    return client.offline_passcode(
        lock_id=code.lock.vendor_lock_id,
        name=code.name_tag,
        starts_at=code.starts_at.astimezone(zone),
        ends_at=code.ends_at.astimezone(zone),
    )


def _begin(lease: Lease[AccessCode]) -> bool:
    """Write down that a call is about to be sent: these hours may be spent after a crash."""
    with transaction.atomic():
        grant = lock_grant(lease)
        code = lease.lock()
        if code is None or code.state in UNWANTED | {CodeState.REMOVED}:
            return False
        if code.state != CodeState.SETTING:
            code.move_to(CodeState.SETTING)
            if not code.last_problem:
                record("setting", grant=grant, code=code)
        code.is_outcome_unknown = True
        code.sent_at = timezone.now()
        code.save(update_fields=["state", "is_outcome_unknown", "sent_at"])
    return True


def _store(lease: Lease[AccessCode], digits: str, vendor_id: int | None) -> None:
    try:
        with transaction.atomic():
            grant = lock_grant(lease)
            code = lease.lock()
            if code is None:
                return
            code.digits, code.digits_digest = digits, keyed_digest(digits)
            code.vendor_code_id = vendor_id
            code.accepted_at = timezone.now()
            code.is_outcome_unknown = False
            code.last_problem = ""
            if code.state not in UNWANTED:
                code.move_to(CodeState.SET)
                record("set", grant=grant, code=code)
            code.save()
            lease.settle(due_at=next_visit(code))
            align(grant)
    except IntegrityError:
        # The computed digits happen to be live on this lock: other hours give other digits.
        _give_hours_up(lease)


def _give_hours_up(lease: Lease[AccessCode]) -> None:
    """These hours can't be had; the row stays as their record, and alignment takes the next."""
    with transaction.atomic():
        grant = lock_grant(lease)
        code = lease.lock()
        if code is None:
            return
        code.move_to(CodeState.REMOVED)
        code.removed_at = timezone.now()
        code.is_outcome_unknown = False
        code.last_problem = "These hours were given out before."
        code.save(update_fields=["state", "removed_at", "is_outcome_unknown", "last_problem"])
        record("hours already given out", grant=grant, code=code)
        lease.settle()
        align(grant)
