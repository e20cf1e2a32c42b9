"""Which rows of this room owe work, and who does it."""

from apps.common.jobs import JobKind, register
from apps.concierge.models import DepartedStay
from apps.concierge.services.departures import work_on_departure


def register_all() -> None:
    """Make this room's work known to the workers."""
    register(JobKind(model=DepartedStay, work=work_on_departure))
