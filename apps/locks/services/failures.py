"""What a failed call means for a code: when to try again, and what to tell meanwhile."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.common.alerts import raise_alert
from apps.common.jobs import Lease
from apps.common.jobs.runner import pause_after
from apps.locks import alert_kinds
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.services.alignment import align
from apps.locks.services.backups import hand_out
from apps.locks.services.breakers import note_unreachable
from apps.locks.services.budget import note_limit
from apps.locks.services.code_rows import lock_grant
from apps.locks.services.grants import give_up
from apps.locks.services.history import WORKER, record
from apps.locks.states import PATIENCE, UNWANTED, CodeKind, CodeState
from apps.locks.ttlock import errors as cloud

NONE_SENT: Final = "none sent"
BUSY_PAUSE_SECONDS: Final = (0.3, 1.0)
FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(seconds=25)  # a gateway that is back is found within a minute
HOPELESS_PAUSE: Final = timedelta(minutes=5)  # only a person can mend it; see whether one has
# Trouble of other kinds for so long is as good as no gateway: an offline code may still be had.
REACH_PATIENCE: Final = timedelta(seconds=12)
BACKUP_BEFORE_ARRIVAL: Final = timedelta(hours=1)
ALERT_BEFORE_ARRIVAL: Final = timedelta(hours=24)
REMOVAL_ALERT_AFTER: Final = timedelta(minutes=15)


def after_failure(
    lease: Lease[AccessCode],
    error: cloud.LockCloudError,
    *,
    doubt: datetime | None = None,
    opens_at: datetime | None = None,
) -> None:
    """Store what the failure means and when to try again.

    ``doubt``: when an earlier call was begun that may have been carried out, or may be yet.
    ``opens_at``: when a shut gateway may be tried again; whoever waits for it is there then.
    """
    now = timezone.now()
    with transaction.atomic():
        grant = lock_grant(lease)
        code = lease.lock()
        if code is None:
            return
        code.last_problem = f"{type(error).__name__}: {error.staff_advice}"[:200]
        _keep_doubt(code, error, doubt)
        _move_on(code, error, now)
        code.is_out_of_reach = code.is_out_of_reach or _is_out_of_reach(code, error, now)
        code.save(
            update_fields=[
                *("state", "last_problem", "is_out_of_reach"),
                *("is_outcome_unknown", "sent_at"),
            ]
        )
        _note(grant, code)
        again_at = now + _pause(code, error, lease.row.attempts, now)
        lease.settle(due_at=min(again_at, opens_at) if opens_at else again_at)
        _decide(grant, code, error, now)
    _tell(code, error, now)


def _keep_doubt(code: AccessCode, error: cloud.LockCloudError, doubt: datetime | None) -> None:
    """A refusal ends its own call, but not the doubt about an earlier one."""
    if error.call == NONE_SENT:
        return
    is_unclear = isinstance(
        error, cloud.OutcomeUnknown | cloud.DuplicateCode | cloud.UnknownErrcode
    )
    if is_unclear and code.state not in UNWANTED:  # a removal is simply asked for again
        code.is_outcome_unknown = True
        return
    code.is_outcome_unknown = doubt is not None
    code.sent_at = doubt or code.sent_at


def _decide(
    grant: AccessGrant, code: AccessCode, error: cloud.LockCloudError, now: datetime
) -> None:
    """Give up, hand out a preset code, or just let alignment judge."""
    if _needs_backup(grant, code, now):
        reason = "The chosen code could not be set."
        if hand_out(grant, code.lock, actor=WORKER, reason=reason) is not None:
            align(grant)
            return
    if code.state == CodeState.FAILED and _is_beyond_help(grant, code, error):
        give_up(grant, reason=code.last_problem)
        return
    align(grant)


def _needs_backup(grant: AccessGrant, code: AccessCode, now: datetime) -> bool:
    """Answer whether a guest who is about to arrive stands before a door without a code.

    Before an offline code is asked for: a preset one is as short as a PIN, and can be recalled.
    """
    is_missed = code.state == CodeState.FAILED or code.is_out_of_reach
    is_chosen = code.kind == CodeKind.CUSTOM and code.state not in UNWANTED
    is_soon = grant.starts_at - now <= BACKUP_BEFORE_ARRIVAL
    return is_chosen and is_missed and is_soon and not _is_open(grant, code)


def _is_open(grant: AccessGrant, code: AccessCode) -> bool:
    return grant.codes.filter(lock=code.lock_id, state=CodeState.SET).exists()


def _is_beyond_help(grant: AccessGrant, code: AccessCode, error: cloud.LockCloudError) -> bool:
    """Answer whether neither time nor another kind of code can open this lock."""
    if not _is_hopeless(error) or grant.ready_at is not None:
        return False
    if code.kind == CodeKind.CUSTOM:
        return not _may_offline_help(error)
    customs = grant.codes.filter(lock=code.lock_id, kind=CodeKind.CUSTOM, state=CodeState.FAILED)
    return code.kind == CodeKind.OFFLINE and customs.exists()


def _note(grant: AccessGrant, code: AccessCode) -> None:
    """Record what is new; trouble that goes on for days is one line, not one for each try."""
    last = code.history.order_by("-id").values_list("event", "reason").first()
    if last != (code.state.lower(), code.last_problem):
        record(code.state.lower(), grant=grant, code=code, reason=code.last_problem)


def _move_on(code: AccessCode, error: cloud.LockCloudError, now: datetime) -> None:
    is_patience_over = now >= code.asked_at + PATIENCE
    if code.state in UNWANTED:
        if code.state == CodeState.REMOVING and is_patience_over:
            code.move_to(CodeState.REMOVAL_FAILED)
    elif code.state in {CodeState.PENDING, CodeState.SETTING, CodeState.DELAYED}:
        is_failed = is_patience_over or _is_hopeless(error)
        if isinstance(error, cloud.GatewayBusy) and not is_failed:
            return
        if code.state == CodeState.PENDING:
            code.move_to(CodeState.SETTING)
        if is_failed:
            code.move_to(CodeState.FAILED)
        elif code.state == CodeState.SETTING:
            code.move_to(CodeState.DELAYED)


def _is_hopeless(error: cloud.LockCloudError) -> bool:
    """Answer whether only a person can mend this, at the door or in a form."""
    if isinstance(error, cloud.ClockSkewed):
        return False  # the clock of this machine is set right by itself
    return isinstance(error, cloud.NeverWorks | cloud.NeedsHuman | cloud.FixRequest)


def _may_offline_help(error: cloud.LockCloudError) -> bool:
    """Answer whether a code that the cloud computes would be spared this trouble."""
    return isinstance(
        error,
        cloud.GatewayOffline | cloud.RemoteUnlockOff | cloud.LockFull | cloud.CodeNotAccepted,
    )


def _is_out_of_reach(code: AccessCode, error: cloud.LockCloudError, now: datetime) -> bool:
    if code.kind != CodeKind.CUSTOM or code.state in UNWANTED:
        return False
    if _may_offline_help(error):
        return True
    is_passing = isinstance(error, cloud.RetryLater | cloud.OutcomeUnknown | cloud.DuplicateCode)
    return is_passing and now >= code.asked_at + REACH_PATIENCE


def _pause(
    code: AccessCode, error: cloud.LockCloudError, attempts: int, now: datetime
) -> timedelta:
    if isinstance(error, cloud.GatewayBusy):
        return timedelta(seconds=random.uniform(*BUSY_PAUSE_SECONDS))  # noqa: S311  # spreads load
    if _is_hopeless(error):
        return HOPELESS_PAUSE
    pause = pause_after(attempts, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
    patience_left = code.asked_at + PATIENCE - now
    if code.state in {CodeState.SETTING, CodeState.DELAYED} and patience_left > timedelta(0):
        return min(pause, patience_left)  # the guest is told at once when patience ends
    return pause


def _is_missed_by_a_guest(code: AccessCode) -> bool:
    """Answer whether a door stays shut for its guest; a pool of spare codes has none."""
    is_missed = code.state == CodeState.FAILED and code.grant.code_kind != CodeKind.BACKUP
    return is_missed and not _is_open(code.grant, code)


def _tell(code: AccessCode, error: cloud.LockCloudError, now: datetime) -> None:
    """After the commit: the gateway's breaker, the account's limits, and staff."""
    if error.call != NONE_SENT:
        note_limit(code.lock.account, error)
        if isinstance(error, cloud.GatewayOffline):
            note_unreachable(code.lock, error)
    scope, subject = code.lock.account.alert_scope, str(code.pk)
    if code.state in UNWANTED:
        if now >= code.asked_at + REMOVAL_ALERT_AFTER:
            message = f"A code that should be gone is still on {code.lock.name}."
            raise_alert(scope=scope, kind=alert_kinds.OVERDUE, subject=subject, message=message)
    elif _is_missed_by_a_guest(code) and code.starts_at - now <= ALERT_BEFORE_ARRIVAL:
        message = f"{code.lock.name} has no code for an arriving guest. {error.staff_advice}"
        raise_alert(scope=scope, kind=alert_kinds.UNSET, subject=subject, message=message)
