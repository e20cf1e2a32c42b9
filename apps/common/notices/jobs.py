"""Which rows of notices owe work, and who does it."""

from apps.common.jobs import JobKind, register
from apps.common.notices.delivery import work_on_notice
from apps.common.notices.models import Notice


def register_all() -> None:
    """Make notices known to the workers: a row owes its sending, then its erasure."""
    register(JobKind(model=Notice, work=work_on_notice))
