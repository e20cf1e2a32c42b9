"""Which rows of this room owe work, and who does it."""

from __future__ import annotations

from datetime import timedelta

from apps.common.jobs import JobKind, register
from apps.common.maintenance import PeriodicDuty, register_duty
from apps.common.rekeying import Rekeying, register_rekeying
from apps.locks.models import AccessCode, AccessGrant, Lock, LockAccount
from apps.locks.services.alarms import close_old_alarms
from apps.locks.services.announcements import announce
from apps.locks.services.backups import owe_first_pools
from apps.locks.services.codes import for_a_visit, work_on_code
from apps.locks.services.gateway_queue import next_on_same_gateway
from apps.locks.services.gateways import is_ready, without_busy_gateway
from apps.locks.services.inventory import look_at_account
from apps.locks.services.lock_care import look_after_lock
from apps.locks.services.purge import purge_access
from apps.locks.services.rekeyed_digits import rekey_digits


def register_all() -> None:
    """Make this room's work known to the workers."""
    register_rekeying(Rekeying(name="locks.digests_of_digits", walk=rekey_digits))
    register(
        JobKind(
            model=AccessCode,
            work=work_on_code,
            ready=without_busy_gateway,
            is_ready=is_ready,
            load=for_a_visit,
            next_after=next_on_same_gateway,
        )
    )
    register(JobKind(model=AccessGrant, work=announce))
    register(JobKind(model=Lock, work=look_after_lock, at_start=owe_first_pools))
    register(JobKind(model=LockAccount, work=look_at_account))
    register_duty(
        PeriodicDuty(name="locks.close_old_alarms", every=timedelta(hours=1), do=close_old_alarms)
    )
    register_duty(PeriodicDuty(name="locks.purge_access", every=timedelta(days=1), do=purge_access))
