"""How a code leaves its guest: taken off its lock, or left in peace until access ends."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from apps.common.jobs import wake
from apps.locks.models import AccessCode
from apps.locks.services.history import record
from apps.locks.states import UNWANTED, CodeKind, CodeState

REFUSED: Final = frozenset({CodeState.DELAYED, CodeState.FAILED})


def take_off(code: AccessCode) -> None:
    """Begin the removal of a code; one that can't be on the lock is gone at once."""
    is_under_way = code.state in UNWANTED and not code.is_spared
    if is_under_way or code.state == CodeState.REMOVED:
        return
    if _never_arrived(code):
        code.move_to(CodeState.REMOVED)
        code.removed_at = timezone.now()
        code.due_at = None
        code.save(update_fields=["state", "removed_at", "due_at"])
        record("removed", grant=code.grant, code=code, reason="Never reached the lock.")
        return
    code.move_to(CodeState.REMOVING)
    code.is_spared = code.is_unrecallable = False
    code.asked_at = timezone.now()  # patience with the removal begins now
    code.save(update_fields=["state", "is_spared", "is_unrecallable", "asked_at"])
    record("removing", grant=code.grant, code=code)
    owe_work(code)


def spare(code: AccessCode) -> None:
    """Take an offline code from sight, but leave it on the door until its guest's access ends.

    Another code has its place. Whether the guest knows this one shows only in records that may
    come late: a lock without a gateway keeps them to itself. Unused, it could not be deleted
    anyway; used, its deletion would shut the guest out.
    """
    code.move_to(CodeState.REMOVAL_FAILED)
    code.is_spared = code.is_unrecallable = True
    code.due_at = code.ends_at
    code.save(update_fields=["state", "is_spared", "is_unrecallable", "due_at"])
    record("left in place", grant=code.grant, code=code, reason="Its guest may know it by now.")


def _never_arrived(code: AccessCode) -> bool:
    """Answer whether no call that could have written the code was sent, or all were refused."""
    if code.state == CodeState.PENDING:
        return True
    is_refused = code.vendor_code_id is None and not code.is_outcome_unknown
    return code.kind != CodeKind.OFFLINE and code.state in REFUSED and is_refused


def owe_work(code: AccessCode) -> None:
    """Make the worker look at ``code`` now."""
    code.due_at = timezone.now()
    code.attempts = 0
    code.save(update_fields=["due_at", "attempts"])
    wake(code)
