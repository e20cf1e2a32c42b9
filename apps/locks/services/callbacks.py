"""What the lock cloud calls out to us, taken as a hint of where to look."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.common.crypto import keyed_digests
from apps.common.jobs import wake
from apps.locks.models import AccessCode, Lock, LockAccount
from apps.locks.services.alignment import owe_work
from apps.locks.services.usage import ALARMS
from apps.locks.states import LIVE, CodeState
from apps.locks.ttlock.answers import LockRecord, RecordType, read_record
from apps.locks.ttlock.wire import UnreadableAnswer

log = structlog.get_logger(__name__)

MOST_RECORDS: Final = 500  # more than a lock sends at once; the records call finds the rest
LOW_BATTERY_PERCENT: Final = 20

RECORDS: Final = "1"
GATEWAY_STATE: Final = "2"
WIFI_LOCK_STATE: Final = "3"
COMMAND_FAILED: Final = "4"


def take_hint(form: Mapping[str, str]) -> None:
    """Note what the callback points at. Unknown locks and unreadable fields are only logged."""
    kind = form.get("notifyType", "")
    if kind == RECORDS:
        _records_hint(form)
    elif kind in {GATEWAY_STATE, WIFI_LOCK_STATE}:
        _inventory_hint(form)
    elif kind == COMMAND_FAILED:
        _failed_command_hint(form)
    else:
        log.info("lock_callback.ignored", kind=kind[:20])


def _find_lock(form: Mapping[str, str]) -> Lock | None:
    text = form.get("lockId", "")
    lock = None
    if text.isascii() and text.isdigit() and len(text) < 19:
        lock = Lock.objects.select_related("account").filter(vendor_lock_id=int(text)).first()
    if lock is None:
        log.info("lock_callback.unknown_lock")
    return lock


def _records_hint(form: Mapping[str, str]) -> None:
    lock = _find_lock(form)
    if lock is None:
        return
    now = timezone.now()
    instants = [
        entry.happened_at or now
        for entry in _read_entries(lock, form)
        if _is_interesting(lock, entry)
    ]
    if instants:
        want_records(lock, since=min([*instants, now]))


def _read_entries(lock: Lock, form: Mapping[str, str]) -> Iterator[LockRecord]:
    try:
        rows = json.loads(form.get("records", "[]"))
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list):
        log.warning("lock_callback.unreadable_records", lock=lock.pk)
        return
    if len(rows) > MOST_RECORDS:
        log.warning("lock_callback.many_records", lock=lock.pk, count=len(rows))
    for row in rows[:MOST_RECORDS]:
        entry = _read_entry(lock, row)
        if entry is not None:
            yield entry


def _read_entry(lock: Lock, row: Any) -> LockRecord | None:
    if not isinstance(row, dict):
        return None
    try:
        return read_record(row, lock_id=lock.vendor_lock_id)
    except UnreadableAnswer:
        log.info("lock_callback.unreadable_record", lock=lock.pk)
        return None


def _is_interesting(lock: Lock, entry: LockRecord) -> bool:
    """Answer whether reading the records could tell something new: calls are counted."""
    if entry.record_type in ALARMS:
        return True
    if entry.record_type != RecordType.PASSCODE_UNLOCK or not entry.success or not entry.code:
        return False
    digests = keyed_digests(entry.code)
    unused = AccessCode.objects.filter(lock=lock, state__in=LIVE, first_used_at__isnull=True)
    return unused.filter(digits_digest__in=digests).exists()


def want_records(lock: Lock, *, since: datetime) -> None:
    """Owe a reading of the lock's records from ``since`` on."""
    now = timezone.now()
    with transaction.atomic():
        earlier = Q(records_wanted_since__isnull=True) | Q(records_wanted_since__gt=since)
        Lock.objects.filter(earlier, pk=lock.pk).update(records_wanted_since=since)
        Lock.objects.filter(pk=lock.pk).update(due_at=now)
        wake(lock)


def _inventory_hint(form: Mapping[str, str]) -> None:
    """A gateway or a Wi-Fi lock came or went: look at the account's list."""
    lock = _find_lock(form) if "lockId" in form else None
    text = form.get("gatewayId", "")
    accounts = LockAccount.objects.none()
    if lock is not None:
        accounts = LockAccount.objects.filter(pk=lock.account_id)
    elif text.isascii() and text.isdigit() and len(text) < 19:
        accounts = LockAccount.objects.filter(gateways__vendor_gateway_id=int(text))
    with transaction.atomic():
        for account in accounts:
            LockAccount.objects.filter(pk=account.pk).update(due_at=timezone.now())
            wake(account)


def _failed_command_hint(form: Mapping[str, str]) -> None:
    """A Wi-Fi lock accepted a code and failed later: look the code up on the lock."""
    lock = _find_lock(form)
    text = form.get("objectId", "")
    if lock is None or not (text.isascii() and text.isdigit() and len(text) < 19):
        return
    with transaction.atomic():
        codes = AccessCode.objects.select_for_update(of=("self",)).select_related("grant", "lock")
        code = codes.filter(lock=lock, vendor_code_id=int(text), state=CodeState.SET).first()
        if code is not None:
            code.move_to(CodeState.SETTING)
            code.is_outcome_unknown = True
            code.save(update_fields=["state", "is_outcome_unknown"])
            owe_work(code)
