"""What a failed call means for a code: when to try again, and what to tell meanwhile."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.common.jobs import Lease
from apps.common.jobs.runner import pause_after
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.services.alignment import align
from apps.locks.services.grants import give_up
from apps.locks.services.history import record
from apps.locks.states import PATIENCE, UNWANTED, CodeState
from apps.locks.ttlock import errors as cloud

BUSY_PAUSE_SECONDS: Final = (0.3, 1.0)
FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(seconds=25)  # a gateway that is back is found within a minute


def after_failure(
    lease: Lease[AccessCode], error: cloud.LockCloudError, *, is_in_doubt: bool
) -> None:
    """Store what the failure means and when to try again.

    ``is_in_doubt``: an earlier call may have been carried out, and the lock was not read since.
    """
    now = timezone.now()
    with transaction.atomic():
        grant = AccessGrant.objects.select_for_update().get(pk=lease.row.grant_id)
        code = lease.lock()
        if code is None:
            return
        code.last_problem = f"{type(error).__name__}: {error.staff_advice}"[:200]
        code.is_outcome_unknown = is_in_doubt or isinstance(
            error, cloud.OutcomeUnknown | cloud.DuplicateCode
        )
        _move_on(code, error, is_patience_over=now >= code.asked_at + PATIENCE)
        code.save(update_fields=["state", "last_problem", "is_outcome_unknown"])
        _note(grant, code)
        lease.settle(due_at=now + _pause(error, lease.row.attempts))
        if code.state == CodeState.FAILED and _is_hopeless(error) and grant.ready_at is None:
            give_up(grant, reason=code.last_problem)
        else:
            align(grant)


def _note(grant: AccessGrant, code: AccessCode) -> None:
    """Record what is new; trouble that goes on for days is one line, not one for each try."""
    last = code.history.order_by("-id").values_list("event", "reason").first()
    if last != (code.state.lower(), code.last_problem):
        record(code.state.lower(), grant=grant, code=code, reason=code.last_problem)


def _move_on(code: AccessCode, error: cloud.LockCloudError, *, is_patience_over: bool) -> None:
    if code.state in UNWANTED:
        if code.state == CodeState.REMOVING and is_patience_over:
            code.move_to(CodeState.REMOVAL_FAILED)
    elif code.state == CodeState.SETTING:
        if is_patience_over or _is_hopeless(error):
            code.move_to(CodeState.FAILED)
        elif not isinstance(error, cloud.GatewayBusy):
            code.move_to(CodeState.DELAYED)


def _is_hopeless(error: cloud.LockCloudError) -> bool:
    """Answer whether only a person can mend this, at the door or in a form."""
    if isinstance(error, cloud.ClockSkewed):
        return False  # the clock of this machine is set right by itself
    return isinstance(error, cloud.NeverWorks | cloud.NeedsHuman | cloud.FixRequest)


def _pause(error: cloud.LockCloudError, attempts: int) -> timedelta:
    if isinstance(error, cloud.GatewayBusy):
        return timedelta(seconds=random.uniform(*BUSY_PAUSE_SECONDS))  # noqa: S311  # spreads load
    return pause_after(attempts, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
