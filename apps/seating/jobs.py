"""Which rows of this room owe work, who does it, and what is done every so often."""

from datetime import timedelta

from apps.common.jobs import JobKind, register
from apps.common.maintenance import PeriodicDuty, register_duty
from apps.common.rekeying import Rekeying, register_rekeying
from apps.seating.changes import forget_changes
from apps.seating.models import SeatOrder
from apps.seating.proof_storage import drop_forgotten_files, rekey_files
from apps.seating.services.expiry import expire_order
from apps.seating.services.purge import purge_given_up_orders
from apps.seating.services.waiting import forget_who_waited


def register_all() -> None:
    """Make this room's work known to the workers: a pending order owes its own end."""
    register(JobKind(model=SeatOrder, work=expire_order))
    register_rekeying(Rekeying(name="seating.proof_files", walk=rekey_files))
    register_duty(
        PeriodicDuty(name="seating.forget_changes", every=timedelta(hours=6), do=forget_changes)
    )
    register_duty(
        PeriodicDuty(name="seating.forget_waiting", every=timedelta(days=1), do=forget_who_waited)
    )
    register_duty(
        PeriodicDuty(
            name="seating.purge_given_up_orders",
            every=timedelta(days=1),
            do=purge_given_up_orders,
        )
    )
    register_duty(
        PeriodicDuty(
            name="seating.drop_forgotten_files", every=timedelta(days=1), do=drop_forgotten_files
        )
    )
