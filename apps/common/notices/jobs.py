"""Which rows of notices owe work, and who does it."""

from typing import Final

from apps.common.jobs import JobKind, register
from apps.common.notices.delivery import work_on_notice
from apps.common.notices.models import Notice

SENDING_THREADS: Final = 4  # mail servers may be slow; locks and guests don't wait for them
TAKEN_TOGETHER: Final = 20


def register_all() -> None:
    """Make notices known to the workers: a row owes its sending, then its erasure."""
    register(
        JobKind(
            model=Notice,
            work=work_on_notice,
            own_threads=SENDING_THREADS,
            together=TAKEN_TOGETHER,
        )
    )
