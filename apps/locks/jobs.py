"""Which rows of this room owe work, and who does it."""

from __future__ import annotations

from apps.common.jobs import JobKind, register
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.services.announcements import announce
from apps.locks.services.codes import work_on_code
from apps.locks.services.gateways import next_on_same_gateway, without_busy_gateway


def register_all() -> None:
    """Make this room's work known to the workers."""
    register(
        JobKind(
            model=AccessCode,
            work=work_on_code,
            ready=without_busy_gateway,
            next_after=next_on_same_gateway,
        )
    )
    register(JobKind(model=AccessGrant, work=announce))
