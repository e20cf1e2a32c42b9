"""Who opened which door: what the lock's own records say about our codes.

The vendor's callback is a hint that anybody could send. It names a lock and a time; what is acted
on is read from the records by an authenticated call.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Greatest
from django.utils import timezone

from apps.common.crypto import keyed_digests
from apps.locks.models import AccessCode, AccessGrant, Lock, LockUse
from apps.locks.reconciliation import tag_of
from apps.locks.services.alarms import note_alarm
from apps.locks.services.alignment import align, owe_news
from apps.locks.services.cloud import client_for
from apps.locks.services.history import record
from apps.locks.services.retirement import owe_work
from apps.locks.states import LIVE, CodeKind, CodeState
from apps.locks.ttlock.answers import LockRecord, RecordType
from apps.locks.ttlock.errors import LockCloudError

CLOCK_DRIFT: Final = timedelta(minutes=10)  # lock clocks run on their own
LONGEST_KEPT: Final = timedelta(days=30)  # by a lock that has no gateway to hand its records to
FASTEST_CLOCK: Final = timedelta(days=1)  # records of a lock whose clock is ahead are read too


def read_records(lock: Lock) -> None:
    """Read the lock's records since they were last wanted and note what they say. Idempotent.

    Raises LockCloudError.
    """
    since = lock.records_wanted_since
    if since is None:
        return
    _read_since(lock, since)
    # A hint that came meanwhile stays.
    Lock.objects.filter(pk=lock.pk, records_wanted_since=since).update(records_wanted_since=None)


def look_for_missed_uses(lock: Lock) -> None:
    """Read what the records say of codes whose first use would be news: callbacks get lost.

    No call is made where every guest who may come in has been seen to. Raises LockCloudError.
    """
    now = timezone.now()
    unused = AccessCode.objects.filter(
        lock=lock, state=CodeState.SET, first_used_at__isnull=True, starts_at__lte=now
    ).exclude(grant__code_kind=CodeKind.BACKUP)
    first = unused.aggregate(since=Min(Greatest("starts_at", "accepted_at")))["since"]
    if first is not None:
        _read_since(lock, max(first, now - LONGEST_KEPT))


def look_for_use_before_replacing(chosen: AccessCode) -> None:
    """Read whether the guest has used the offline code that ``chosen`` is about to replace.

    A lock without a gateway keeps its records to itself: they come together with the chance to
    set the chosen code, and the code that the guest knows is to stay. A failure is no news.
    """
    offline = AccessCode.objects.filter(
        grant=chosen.grant_id,
        lock=chosen.lock_id,
        kind=CodeKind.OFFLINE,
        state=CodeState.SET,
        first_used_at__isnull=True,
        starts_at__lte=timezone.now(),
    )
    code = offline.select_related("lock__account").first()
    if code is not None and code.accepted_at is not None:
        with suppress(LockCloudError):
            _read_since(code.lock, code.accepted_at)


def _read_since(lock: Lock, since: datetime) -> None:
    """Note everything of interest, oldest first."""
    records = client_for(lock.account).list_records(
        lock_id=lock.vendor_lock_id,
        since=since - CLOCK_DRIFT,
        until=timezone.now() + FASTEST_CLOCK,
    )
    for entry in sorted(records, key=_instant_of):
        _note_record(lock, entry)


def _instant_of(entry: LockRecord) -> datetime:
    return entry.happened_at or entry.uploaded_at or timezone.now()


def _note_record(lock: Lock, entry: LockRecord) -> None:
    if entry.record_type == RecordType.PASSCODE_UNLOCK and entry.success:
        code = _code_of(lock, entry)
        if code is not None:
            note_use(code, happened_at=_instant_of(entry), record_id=entry.record_id)
    else:
        note_alarm(lock, entry.record_type, happened_at=_instant_of(entry))


def _code_of(lock: Lock, entry: LockRecord) -> AccessCode | None:
    """Return the live code that was typed: its digits are unique on a lock while it is live.

    Yesterday's guest may have had the same digits. The record's name tells the two apart and,
    where it has none, the time does.
    """
    if not entry.code:
        return None
    codes = AccessCode.objects.filter(lock=lock, state__in=LIVE)
    code = codes.filter(digits_digest__in=keyed_digests(entry.code)).first()
    if code is None:
        return None
    tag = tag_of(entry.name)
    if tag is not None:
        return code if tag == code.tag else None
    written_at = code.accepted_at or code.sent_at or code.asked_at
    return code if _instant_of(entry) >= written_at - CLOCK_DRIFT else None


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
        codes = AccessCode.objects.filter(pk=code.pk)
        if not codes.filter(first_used_at__isnull=True).update(first_used_at=happened_at):
            # Records may come out of order: the earliest is the first use.
            codes.filter(first_used_at__gt=happened_at).update(first_used_at=happened_at)
            return
        record("used", grant=grant, code=code)
        fresh = AccessCode.objects.select_related("grant", "lock").get(pk=code.pk)
        if fresh.is_unrecallable and not fresh.is_spared:
            # Once used, an offline code can be deleted like any other. A spared one stays: its
            # guest has access, and knows it.
            AccessCode.objects.filter(pk=code.pk).update(is_unrecallable=False)
            owe_work(fresh)
        align(grant)
        owe_news(grant)  # an opening is news, whatever the grant waits for
