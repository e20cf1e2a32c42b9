"""Read what a lock lists, compare it with the rows, and mend the differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.common.alerts import raise_alert
from apps.locks import alert_kinds
from apps.locks.models import AccessCode, AccessGrant, Lock, LockAccount
from apps.locks.reconciliation import Difference, Finding, compare, tag_of
from apps.locks.services.alignment import align
from apps.locks.services.cloud import client_for
from apps.locks.services.history import record
from apps.locks.services.retirement import owe_work, take_off
from apps.locks.states import LIVE, CodeState
from apps.locks.ttlock.answers import Passcode

RECONCILER: Final = "reconciler"
LOOK_EVERY: Final = timedelta(hours=6)
FOR_EVER: Final = timedelta(days=3650)  # how a code without an end is remembered
TAGS_PER_QUERY: Final = 100  # databases limit how much one condition may hold
# A fresh code is seen in the list then, and one that was taken off is seen to be gone.
SOON_AFTER_SETTING: Final = timedelta(minutes=5)


def inspect_lock(lock: Lock) -> list[Finding]:
    """Return how the lock's list and the rows disagree; one call for each 100 codes listed.

    Raises LockCloudError.
    """
    taken_at = timezone.now()
    listed = list(client_for(lock.account).list_passcodes(lock_id=lock.vendor_lock_id))
    return list(compare(_rows_for(lock, listed), listed, taken_at=taken_at))


def _rows_for(lock: Lock, listed: Sequence[Passcode]) -> list[AccessCode]:
    """Return the lock's live codes, and the removed ones that the list still names."""
    codes = AccessCode.objects.filter(lock=lock).select_related("grant", "lock")
    found = {code.pk: code for code in codes.filter(state__in=LIVE)}
    live_ids = {code.vendor_code_id for code in found.values()}
    rest = [passcode for passcode in listed if passcode.passcode_id not in live_ids]
    for start in range(0, len(rest), TAGS_PER_QUERY):
        some = rest[start : start + TAGS_PER_QUERY]
        named = Q(vendor_code_id__in=[passcode.passcode_id for passcode in some])
        for tag in filter(None, (tag_of(passcode.name) for passcode in some)):
            named |= Q(id__range=(UUID(tag + "0" * 20), UUID(tag + "f" * 20)))
        found |= {code.pk: code for code in codes.filter(named)}
    return list(found.values())


def mend(lock: Lock, findings: Sequence[Finding]) -> None:
    """Owe the work that brings list and rows together; each code in a transaction of its own."""
    for finding in findings:
        if finding.code is None:
            continue
        # A code that is believed gone can't be live again while another has its digits: what the
        # lock refuses to that one settles it, and the next look sees.
        with suppress(IntegrityError), transaction.atomic():
            AccessGrant.objects.select_for_update().get(pk=finding.code.grant_id)
            code = _still(finding.code)
            if code is not None:
                _MENDING[finding.difference](code, finding)
    Lock.objects.filter(pk=lock.pk).update(looked_at=timezone.now())


def _still(seen: AccessCode) -> AccessCode | None:
    """Return the code locked if it stands as it stood when compared, else None."""
    codes: QuerySet[AccessCode] = AccessCode.objects.select_for_update(of=("self",))
    code = codes.select_related("grant", "lock__account").get(pk=seen.pk)
    is_same = (code.state, code.fence, code.leased_until) == (seen.state, seen.fence, None)
    return code if is_same else None


def _verified(code: AccessCode, _finding: Finding) -> None:
    code.verified_at = timezone.now()
    code.save(update_fields=["verified_at"])


def _set_again(code: AccessCode, _finding: Finding) -> None:
    """Somebody took the code off the lock, or the lock was reset: write it again."""
    code.move_to(CodeState.SETTING)
    code.asked_at = timezone.now()  # patience begins now
    code.vendor_code_id = code.verified_at = None
    code.save(update_fields=["state", "asked_at", "vendor_code_id", "verified_at"])
    _note(code, Difference.MISSING)
    owe_work(code)
    align(code.grant)


def _mend_window(code: AccessCode, finding: Finding) -> None:
    """Remember the window that the lock has, and owe the change to the right one."""
    listed = finding.listed
    if listed is None:
        return
    starts_at = listed.starts_at or code.starts_at
    code.starts_at = starts_at
    code.ends_at = max(listed.ends_at or starts_at + FOR_EVER, starts_at + timedelta(minutes=1))
    code.save(update_fields=["starts_at", "ends_at"])
    _note(code, Difference.WINDOW_DIFFERS)
    owe_work(code)


def _replace(code: AccessCode, _finding: Finding) -> None:
    """The entry was given other digits elsewhere: take it off, and the right one follows."""
    _note(code, Difference.DIGITS_DIFFER)
    raise_alert(
        scope=code.lock.account.alert_scope,
        kind=alert_kinds.CHANGED_ELSEWHERE,
        subject=str(code.pk),
        message=f"A code on {code.lock.name} was changed outside this system; it is being mended.",
    )
    take_off(code)
    align(code.grant)


def _write_anew(code: AccessCode, finding: Finding) -> None:
    """The cloud took the code and the lock never got it: its entry goes, and it is written anew."""
    _note(code, Difference.NEVER_WRITTEN)
    if finding.listed is not None:
        code.vendor_code_id = finding.listed.passcode_id
        code.save(update_fields=["vendor_code_id"])
    take_off(code)
    align(code.grant)


def _remove_again(code: AccessCode, finding: Finding) -> None:
    """A code that was believed gone is still listed: the debt stands."""
    code.move_to(CodeState.REMOVING)
    code.asked_at = timezone.now()
    code.removed_at = None
    if finding.listed is not None:
        code.vendor_code_id = finding.listed.passcode_id
    code.save(update_fields=["state", "asked_at", "removed_at", "vendor_code_id"])
    _note(code, Difference.STILL_LISTED)
    owe_work(code)


def _note(code: AccessCode, difference: Difference) -> None:
    record(difference.value, grant=code.grant, code=code, actor=RECONCILER)


_MENDING: Final[dict[Difference, Callable[[AccessCode, Finding], None]]] = {
    Difference.VERIFIED: _verified,
    Difference.MISSING: _set_again,
    Difference.WINDOW_DIFFERS: _mend_window,
    Difference.DIGITS_DIFFER: _replace,
    Difference.NEVER_WRITTEN: _write_anew,
    Difference.STILL_LISTED: _remove_again,
}


def first_look_after(now: datetime, lock: Lock) -> None:
    """Make the lock and its account owe a look soon after ``now``, if none is owed earlier.

    Nothing is asked of the database where ``lock``, as read a moment ago, tells that one is.
    """
    instant = now + SOON_AFTER_SETTING
    if lock.due_at is None or not now < lock.due_at <= instant:
        later = Q(due_at__isnull=True) | Q(due_at__gt=instant)
        Lock.objects.filter(later, pk=lock.pk).update(due_at=instant)
    if lock.account.due_at is None:
        accounts = LockAccount.objects.filter(pk=lock.account_id, due_at__isnull=True)
        accounts.update(due_at=instant)
