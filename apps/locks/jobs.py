"""Which rows of this room owe work, and who does it."""

from __future__ import annotations

from apps.common.jobs import JobKind, register
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.services.announcements import announce
from apps.locks.services.codes import work_on_code


def register_all() -> None:
    """Make this room's work known to the workers."""
    register(JobKind(model=AccessCode, work=work_on_code))
    register(JobKind(model=AccessGrant, work=announce))
