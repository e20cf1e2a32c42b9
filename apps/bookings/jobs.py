"""Which rows of this room owe work, and who does it."""

from apps.bookings.models import ExpectedArrival
from apps.bookings.services.arrivals import work_on_arrival
from apps.common.jobs import JobKind, register


def register_all() -> None:
    """Make this room's work known to the workers."""
    register(JobKind(model=ExpectedArrival, work=work_on_arrival))
