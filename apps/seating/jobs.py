"""Which rows of this room owe work, who does it, and what is done every so often."""

from datetime import timedelta

from apps.common.jobs import JobKind, register
from apps.common.maintenance import PeriodicDuty, register_duty
from apps.seating.models import SeatOrder
from apps.seating.proof_storage import drop_forgotten_files
from apps.seating.services.expiry import expire_order


def register_all() -> None:
    """Make this room's work known to the workers: a pending order owes its own end."""
    register(JobKind(model=SeatOrder, work=expire_order))
    register_duty(
        PeriodicDuty(
            name="seating.drop_forgotten_files", every=timedelta(days=1), do=drop_forgotten_files
        )
    )
