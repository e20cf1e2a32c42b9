"""Which rows of this room owe work, and who does it."""

from apps.checkin.models import CheckInFlow
from apps.checkin.services.expiry import expire_flow
from apps.common.jobs import JobKind, register


def register_all() -> None:
    """Make this room's work known to the workers: a flow in progress owes its own end."""
    register(JobKind(model=CheckInFlow, work=expire_flow))
