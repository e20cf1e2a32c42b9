"""The audit trail of grants and codes."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from apps.common.statements import KnownInsert
from apps.locks.models import AccessCode, AccessGrant, AccessHistory

WORKER: Final = "worker"
INSERT: Final = KnownInsert(AccessHistory)


def record(
    event: str,
    *,
    grant: AccessGrant,
    code: AccessCode | None = None,
    actor: str = WORKER,
    reason: str = "",
) -> None:
    """Append one line. ``reason`` is a sentence without digits of any code."""
    INSERT.run(line(event, grant=grant, code=code, actor=actor, reason=reason))


def line(
    event: str,
    *,
    grant: AccessGrant,
    code: AccessCode | None = None,
    actor: str = WORKER,
    reason: str = "",
) -> AccessHistory:
    """Return one line that is yet to be appended, for several in one go."""
    return AccessHistory(
        grant=grant,
        code=code,
        happened_at=timezone.now(),
        event=event,
        actor=actor,
        reason=reason[:200],
    )
