"""What the lock cloud calls out to us, taken as a hint of where to look."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.common.crypto import keyed_digests
from apps.common.jobs import wake
from apps.locks.models import AccessCode, Lock, LockAccount
from apps.locks.services.alarms import ALARMS
from apps.locks.services.reconcile import LOOK_EVERY
from apps.locks.services.usage import LONGEST_KEPT
from apps.locks.states import LIVE
from apps.locks.ttlock.answers import LockRecord, RecordType, read_record
from apps.locks.ttlock.wire import UnreadableAnswer

log = structlog.get_logger(__name__)

MOST_RECORDS: Final = 500  # what a lock holds; of a larger batch the rest is read by a call
LOW_BATTERY_PERCENT: Final = 20
DIGITS: Final = re.compile(r"[0-9]{4,9}")

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
        log.info("lock_callback.ignored")


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
    rows = _read_rows(lock, form)
    is_cut = len(rows) > MOST_RECORDS
    if is_cut:
        log.warning("lock_callback.many_records", lock=lock.pk)
    read = (_read_entry(lock, row) for row in rows[:MOST_RECORDS])
    entries = [entry for entry in read if entry is not None]
    unused = _unused_digests(lock, entries)
    now = timezone.now()
    instants = [
        entry.happened_at or now
        for entry in entries
        if is_cut or entry.record_type in ALARMS or unused.intersection(_digests(entry))
    ]
    if instants:
        want_records(lock, since=max(min([*instants, now]), now - LONGEST_KEPT))


def _read_rows(lock: Lock, form: Mapping[str, str]) -> list[Any]:
    try:
        rows = json.loads(form.get("records", "[]"))
    except (ValueError, RecursionError):
        rows = None
    if isinstance(rows, list):
        return rows
    log.warning("lock_callback.unreadable_records", lock=lock.pk)
    return []


def _read_entry(lock: Lock, row: Any) -> LockRecord | None:
    if not isinstance(row, dict):
        return None
    try:
        return read_record(row, lock_id=lock.vendor_lock_id)
    except UnreadableAnswer:
        log.info("lock_callback.unreadable_record", lock=lock.pk)
        return None


def _digests(entry: LockRecord) -> Sequence[str]:
    """Return what the stored digest of the code that opened may be; nothing for other entries."""
    is_opening = entry.record_type == RecordType.PASSCODE_UNLOCK and entry.success
    return keyed_digests(entry.code) if is_opening and DIGITS.fullmatch(entry.code) else ()


def _unused_digests(lock: Lock, entries: Sequence[LockRecord]) -> set[str | None]:
    """Return those of codes whose first use would be news: reading the records costs a call."""
    digests = {digest for entry in entries for digest in _digests(entry)}
    unused = AccessCode.objects.filter(lock=lock, state__in=LIVE, first_used_at__isnull=True)
    found = unused.filter(digits_digest__in=digests) if digests else unused.none()
    return set(found.values_list("digits_digest", flat=True))


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
    """A Wi-Fi lock accepted a code and failed later: compare the lock's list with the rows."""
    lock = _find_lock(form)
    if lock is None:
        return
    with transaction.atomic():
        # A look that lies long back is due.
        now = timezone.now()
        Lock.objects.filter(pk=lock.pk).update(looked_at=now - LOOK_EVERY, due_at=now)
        wake(lock)
