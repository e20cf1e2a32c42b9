"""Which rows of this room owe work, who does it, and what is done every so often."""

from datetime import timedelta

from apps.checkin.models import CheckInFlow
from apps.checkin.services.expiry import expire_flow
from apps.checkin.services.purge import (
    purge_flow_tokens,
    purge_unfinished_flows,
    purge_wrong_answers,
)
from apps.common.jobs import JobKind, register
from apps.common.maintenance import PeriodicDuty, register_duty

DAILY = timedelta(days=1)


def register_all() -> None:
    """Make this room's work known to the workers: a flow in progress owes its own end."""
    register(JobKind(model=CheckInFlow, work=expire_flow))
    for name, purge in (
        ("checkin.purge_unfinished_flows", purge_unfinished_flows),
        ("checkin.purge_flow_tokens", purge_flow_tokens),
        ("checkin.purge_wrong_answers", purge_wrong_answers),
    ):
        register_duty(PeriodicDuty(name=name, every=DAILY, do=purge))
