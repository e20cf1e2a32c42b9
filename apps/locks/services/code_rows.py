"""What every visit of the worker's half needs of a code's row and of the lock's list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db.models import UUIDField
from django.utils import timezone

from apps.common.jobs import Lease
from apps.common.statements import Given, KnownRead
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.reconciliation import tag_of
from apps.locks.states import UNWANTED, CodeKind
from apps.locks.ttlock.answers import Passcode, PasscodeStatus
from apps.locks.ttlock.client import TTLockClient

# A command may land after its caller gave up. For so long after it was sent, "not in the list"
# does not mean that it never will be.
MAY_LAND_LATE: Final = timedelta(seconds=90)
GRANT_FOR_UPDATE: Final = KnownRead(
    lambda: AccessGrant.objects.select_for_update(of=("self",)).filter(
        codes=Given("code", UUIDField())
    )
)


def lock_grant(lease: Lease[AccessCode]) -> AccessGrant:
    """Lock the parent before the child, as every writer of this room does."""
    grant = GRANT_FOR_UPDATE.one(code=lease.row.pk)
    if grant is None:
        raise AccessGrant.DoesNotExist
    return grant


def same_digits(code: AccessCode, client: TTLockClient) -> list[Passcode]:
    """Return what the lock's list has with exactly these digits, whoever put it there."""
    listed = client.list_passcodes(lock_id=code.lock.vendor_lock_id, search=code.digits)
    return [passcode for passcode in listed if passcode.code == code.digits]


def ours_among(listed: list[Passcode], code: AccessCode) -> Passcode | None:
    """Return the entry that points to this row; its grant may have changed since it was named."""
    return next((passcode for passcode in listed if _is_of(passcode, code)), None)


def is_on_the_lock(passcode: Passcode) -> bool:
    """Answer whether the cloud says that the lock itself has the entry, or says nothing."""
    return passcode.status not in {PasscodeStatus.ADDING, PasscodeStatus.ADD_FAILED}


def named_like(code: AccessCode, client: TTLockClient) -> Iterator[Passcode]:
    """Yield what the lock's list has under this row's name tag, whatever its digits."""
    listed = client.list_passcodes(lock_id=code.lock.vendor_lock_id, search=code.tag)
    return (passcode for passcode in listed if _is_of(passcode, code))


def _is_of(passcode: Passcode, code: AccessCode) -> bool:
    return tag_of(passcode.name) == code.tag


def doubt_of(code: AccessCode) -> datetime | None:
    """Return when the call was begun whose outcome nobody knows; None without such a call."""
    return (code.sent_at or code.asked_at) if code.is_outcome_unknown else None


def is_young(doubt: datetime, now: datetime) -> bool:
    """Answer whether the call in doubt could take effect after this look at the list."""
    return now < doubt + MAY_LAND_LATE


def next_visit(code: AccessCode) -> datetime:
    """Return when the code owes a visit again: now if it is unwanted, else at its end.

    An offline code may have hours beyond its grant's.
    """
    if code.state in UNWANTED:
        return timezone.now()
    is_longer = code.kind == CodeKind.OFFLINE and code.grant.ends_at < code.ends_at
    return code.grant.ends_at if is_longer else code.ends_at
