"""Work that outlives the process that promised it.

The promise is a row of a model that extends ``WorkRow``, committed together with the change that
owes the work. ``wake`` rings a bell (Huey) after the commit; a ``Sweeper`` in every worker runs
whatever is due but was not heard. A row is worked on under a lease with a fence: two workers may
try, one wins, and a worker that lost its lease can't write its result.
"""

from apps.common.jobs.bell import wake
from apps.common.jobs.leases import LEASE, Lease, claim, due
from apps.common.jobs.registry import JobKind, all_kinds, kind_named, kind_of, register
from apps.common.jobs.rows import WorkRow
from apps.common.jobs.runner import run_job

__all__ = [
    "LEASE",
    "JobKind",
    "Lease",
    "WorkRow",
    "all_kinds",
    "claim",
    "due",
    "kind_named",
    "kind_of",
    "register",
    "run_job",
    "wake",
]
