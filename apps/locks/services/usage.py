"""Who opened which door: what the lock's own records say about our codes.

The vendor's callback is a hint that anybody could send. It names a lock and a time; what is acted
on is read from the records by an authenticated call.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.common.alerts import raise_alert
from apps.common.crypto import keyed_digests
from apps.common.jobs import wake
from apps.locks.models import AccessCode, AccessGrant, Lock, LockUse
from apps.locks.services.alignment import align, owe_work
from apps.locks.services.cloud import client_for
from apps.locks.services.history import record
from apps.locks.states import LIVE, CodeState
from apps.locks.ttlock.answers import LockRecord, RecordType

CLOCK_DRIFT: Final = timedelta(minutes=10)  # lock clocks run on their own
ALARMS: Final = {
    RecordType.TAMPER_ALARM: "reports that it is being tampered with: look at the door now",
    RecordType.KEYPAD_LOCKED_OUT: "is locked out after wrong codes: somebody may be guessing",
}


def read_records(lock: Lock) -> None:
    """Read the lock's records since they were last wanted and note what they say. Idempotent.

    Raises LockCloudError.
    """
    since = lock.records_wanted_since
    if since is None:
        return
    until = timezone.now() + CLOCK_DRIFT
    records = client_for(lock.account).list_records(
        lock_id=lock.vendor_lock_id, since=since - CLOCK_DRIFT, until=until
    )
    for entry in records:
        _note_record(lock, entry)
    # A hint that came meanwhile stays.
    Lock.objects.filter(pk=lock.pk, records_wanted_since=since).update(records_wanted_since=None)


def _note_record(lock: Lock, entry: LockRecord) -> None:
    if entry.record_type == RecordType.PASSCODE_UNLOCK and entry.success:
        code = _code_with(lock, entry.code)
        if code is not None:
            happened_at = entry.happened_at or timezone.now()
            note_use(code, happened_at=happened_at, record_id=entry.record_id)
    elif entry.record_type in ALARMS:
        raise_alert(
            scope=lock.account.alert_scope,
            kind=RecordType(entry.record_type).name.lower(),
            subject=f"{lock.pk}",
            message=f"{lock.name} {ALARMS[RecordType(entry.record_type)]}.",
        )


def _code_with(lock: Lock, digits: str) -> AccessCode | None:
    """Return the live code of these digits: they are unique on a lock while they are live."""
    if not digits:
        return None
    codes = AccessCode.objects.filter(lock=lock, state__in=LIVE)
    return codes.filter(digits_digest__in=keyed_digests(digits)).first()


def note_use(code: AccessCode, *, happened_at: datetime, record_id: int | None) -> None:
    """Store one opening; the first one marks the code as used and is told upwards."""
    with transaction.atomic():
        grant = AccessGrant.objects.select_for_update().get(pk=code.grant_id)
        LockUse.objects.bulk_create(
            [
                LockUse(
                    lock_id=code.lock_id,
                    code=code,
                    happened_at=happened_at,
                    vendor_record_id=record_id,
                )
            ],
            ignore_conflicts=True,
        )
        is_first = AccessCode.objects.filter(pk=code.pk, first_used_at__isnull=True).update(
            first_used_at=happened_at
        )
        if not is_first:
            return
        record("used", grant=grant, code=code)
        fresh = AccessCode.objects.select_related("grant", "lock").get(pk=code.pk)
        if fresh.is_unrecallable and fresh.state == CodeState.REMOVAL_FAILED:
            # Once used, an offline code can be deleted like any other.
            AccessCode.objects.filter(pk=code.pk).update(is_unrecallable=False)
            owe_work(fresh)
        align(grant)
        wake(grant)
