"""Which rows of this room owe work, who does it, and what is done every so often."""

from datetime import timedelta

from apps.bookings.models import ExpectedArrival, Maintenance
from apps.bookings.services.arrivals import work_on_arrival
from apps.bookings.services.maintenance import work_on_maintenance
from apps.bookings.services.mornings import look_at_mornings
from apps.bookings.services.stays import purge_stay_tokens
from apps.bookings.services.told_codes import rekey_told_codes
from apps.common.jobs import JobKind, register
from apps.common.maintenance import PeriodicDuty, register_duty
from apps.common.rekeying import Rekeying, register_rekeying


def register_all() -> None:
    """Make this room's work known to the workers."""
    register_rekeying(Rekeying(name="bookings.digests_of_told_codes", walk=rekey_told_codes))
    register(JobKind(model=ExpectedArrival, work=work_on_arrival))
    register(JobKind(model=Maintenance, work=work_on_maintenance))
    register_duty(
        PeriodicDuty(
            name="bookings.purge_stay_tokens", every=timedelta(days=1), do=purge_stay_tokens
        )
    )
    register_duty(
        PeriodicDuty(name="bookings.mornings", every=timedelta(minutes=5), do=look_at_mornings)
    )
