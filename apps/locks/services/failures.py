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
from apps.locks.services.history import record
from apps.locks.states import UNWANTED, CodeState
from apps.locks.ttlock import errors as cloud

BUSY_PAUSE_SECONDS: Final = (0.3, 1.0)
PATIENCE: Final = timedelta(seconds=45)  # then the guest is told to contact the hotel
FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(seconds=25)  # a gateway that is back is found within a minute


def after_failure(lease: Lease[AccessCode], error: cloud.LockCloudError) -> None:
    """Store what the failure means and when to try again."""
    now = timezone.now()
    with transaction.atomic():
        grant = AccessGrant.objects.select_for_update().get(pk=lease.row.grant_id)
        code = lease.lock()
        if code is None:
            return
        code.last_problem = f"{type(error).__name__}: {error.staff_advice}"[:200]
        code.is_outcome_unknown = isinstance(error, cloud.OutcomeUnknown | cloud.DuplicateCode)
        _move_on(code, error, is_patience_over=now >= code.asked_at + PATIENCE)
        code.save(update_fields=["state", "last_problem", "is_outcome_unknown"])
        record(code.state.lower(), grant=grant, code=code, reason=code.last_problem)
        lease.settle(due_at=now + _pause(error, lease.row.attempts))
        align(grant)


def _move_on(code: AccessCode, error: cloud.LockCloudError, *, is_patience_over: bool) -> None:
    if code.state in UNWANTED:
        if code.state == CodeState.REMOVING and is_patience_over:
            code.move_to(CodeState.REMOVAL_FAILED)
    elif code.state == CodeState.SETTING and not isinstance(error, cloud.GatewayBusy):
        code.move_to(CodeState.FAILED if is_patience_over else CodeState.DELAYED)


def _pause(error: cloud.LockCloudError, attempts: int) -> timedelta:
    if isinstance(error, cloud.GatewayBusy):
        return timedelta(seconds=random.uniform(*BUSY_PAUSE_SECONDS))  # noqa: S311  # spreads load
    return pause_after(attempts, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
